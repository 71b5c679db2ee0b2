/** Where the programs are that run each library, and which version of it. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import type { PeerName } from "./contests.js";

export interface Program {
  command: string;
  args: string[];
  /** Added to the environment. */
  env?: Record<string, string>;
  /** The library, its version, and what it runs on where that makes a difference. */
  label: string;
}

/** What runs the programs. */
export interface Interpreters {
  /** Nodes: torchlet runs on each, the other libraries on the first. */
  nodes: string[];
  /** Commands, with what comes before a script's name; none: the first Python that has PyTorch. */
  pythons: string[];
}

/**
 * glibc gives memory back to the system and faults it in again in each step, which can take most of the time of a small
 * net. With these, it keeps what it has.
 */
const KEPT_HEAP = { MALLOC_TRIM_THRESHOLD_: "8000000000", MALLOC_MMAP_THRESHOLD_: "4294967295" };

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const built = new Map<string, string>();

/**
 * Builds a program as an application's would be, its packages left outside, and says where it is. A loader that compiles
 * while the program runs (tsx) wraps each function that is made, to keep its name: a tenth of a small step.
 */
function build(path: string): string {
  const source = here(path);
  let target = built.get(source);
  if (!target) {
    target = join(dirname(source), ".cache", `${basename(source, ".ts")}.mjs`);
    const kind = { bundle: true, packages: "external", platform: "node", format: "esm" } as const;
    buildSync({ entryPoints: [source], outfile: target, ...kind, logLevel: "warning" });
    built.set(source, target);
  }
  return target;
}

function script(node: string, path: string, label: string, ...args: string[]): Program {
  return { command: node, args: [build(path), ...args], label };
}

/** @throws Error when bench/peers has not been installed */
function installed(name: string, path: string, library: string, ...args: string[]): (by: Interpreters) => Program[] {
  return ({ nodes: [node] }) => {
    const manifest = here(`../peers/node_modules/${library}/package.json`);
    if (!existsSync(manifest)) {
      throw new Error(`${library} is not installed; run npm ci --prefix bench/peers --ignore-scripts`);
    }
    const { version } = JSON.parse(readFileSync(manifest, "utf8"));
    return [script(node, path, `${name} ${version}`, ...args)];
  };
}

const FIRST_PYTHONS = ["python3", "/usr/bin/python3"];

/** The version of a module in each of these Pythons that has it. */
function pythonsWith(module: string, commands: readonly string[]): { command: string[]; version: string }[] {
  return commands.flatMap((text) => {
    const command = text.split(" ");
    const question = ["-c", `import ${module}; print(${module}.__version__)`];
    try {
      const version = execFileSync(command[0], [...command.slice(1), ...question], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      return [{ command, version: version.toString().trim() }];
    } catch {
      // The next one may have it.
      return [];
    }
  });
}

/** The first Python that has a module. */
export function pythonWith(module: string): { command: string; version: string } {
  const [first] = pythonsWith(module, FIRST_PYTHONS);
  if (!first) throw new Error(`no python3 here can import ${module}`);
  return { command: first.command[0], version: first.version };
}

/** As text, because a Python in another root does not see this folder. */
const pytorchProgram = () => readFileSync(here("../peers/pytorch.py"), "utf8");

function pytorch({ pythons }: Interpreters, ...args: string[]): Program[] {
  const found = pythonsWith("torch", pythons.length > 0 ? pythons : FIRST_PYTHONS);
  if (found.length < Math.max(1, pythons.length)) {
    throw new Error(`no torch can be imported by ${(pythons.length > 0 ? pythons : FIRST_PYTHONS).join(" or ")}`);
  }
  return (pythons.length > 0 ? found : found.slice(0, 1)).map(({ command: [command, ...before], version }) => ({
    command,
    args: [...before, "-c", pytorchProgram(), ...args],
    label: `PyTorch ${version}`,
  }));
}

/** As it comes; with a heap that it keeps; and with that in the two ways that its documents recommend besides. */
function pytorchOnCpu(interpreters: Interpreters): Program[] {
  return pytorch(interpreters, "cpu").flatMap(({ args, label, ...program }) => [
    { ...program, args, label: `${label}, as it comes` },
    { ...program, args, label: `${label}, heap kept`, env: KEPT_HEAP },
    { ...program, args: [...args, "channels-last"], label: `${label}, channels last`, env: KEPT_HEAP },
    { ...program, args: [...args, "frozen"], label: `${label}, frozen`, env: KEPT_HEAP },
  ]);
}

function torchlet({ nodes }: Interpreters): Program[] {
  return nodes.map((node) => {
    const version = execFileSync(node, ["-p", "process.versions.node"]).toString().trim();
    return script(node, "torchlet.ts", `torchlet on Node ${version}`);
  });
}

const programs: Record<PeerName, (interpreters: Interpreters) => Program[]> = {
  torchlet,
  "tfjs-wasm": installed("tfjs wasm", "../peers/tfjs.ts", "@tensorflow/tfjs", "wasm"),
  "tfjs-cpu": installed("tfjs cpu", "../peers/tfjs.ts", "@tensorflow/tfjs", "cpu"),
  "tfjs-webgpu": installed("tfjs WebGPU", "../peers/tfjs.ts", "@tensorflow/tfjs-backend-webgpu", "webgpu"),
  "jax-js": installed("jax-js wasm", "../peers/jax.ts", "@jax-js/jax", "wasm"),
  "jax-js-webgpu": installed("jax-js WebGPU", "../peers/jax.ts", "@jax-js/jax", "webgpu"),
  "onnxruntime-web": installed("onnxruntime-web", "../peers/onnx.ts", "onnxruntime-web", "onnxruntime-web"),
  "onnxruntime-node": installed("onnxruntime-node", "../peers/onnx.ts", "onnxruntime-node", "onnxruntime-node"),
  "plain-loops": ({ nodes: [node] }) => [script(node, "../peers/plain-loops.ts", "plain loops")],
  pytorch: pytorchOnCpu,
  "pytorch-cuda": (interpreters) => pytorch(interpreters, "cuda"),
};

/**
 * The programs that run a library: one for each way in which it is measured.
 * @throws Error saying why the library cannot take part here
 */
export function programsOf(name: PeerName, interpreters: Interpreters): Program[] {
  return programs[name](interpreters);
}
