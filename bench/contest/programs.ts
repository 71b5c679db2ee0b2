/** Where the programs are that run each library, and which version of it. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { PeerName } from "./contests.js";

export interface Program {
  command: string;
  args: string[];
  version: string;
}

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

function script(path: string, version: string, ...args: string[]): Program {
  return { command: process.execPath, args: ["--import", import.meta.resolve("tsx"), here(path), ...args], version };
}

/** @throws Error when bench/peers has not been installed */
function installed(path: string, library: string, ...args: string[]): Program {
  const manifest = here(`../peers/node_modules/${library}/package.json`);
  if (!existsSync(manifest)) throw new Error(`${library} is not installed; run npm ci --prefix bench/peers`);
  return script(path, JSON.parse(readFileSync(manifest, "utf8")).version, ...args);
}

/** The first Python that has a module. */
export function pythonWith(module: string): { command: string; version: string } {
  for (const command of ["python3", "/usr/bin/python3"]) {
    try {
      const question = ["-c", `import ${module}; print(${module}.__version__)`];
      const version = execFileSync(command, question, { stdio: ["ignore", "pipe", "ignore"] })
        .toString()
        .trim();
      return { command, version };
    } catch {
      // The next one may have it.
    }
  }
  throw new Error(`no python3 here can import ${module}`);
}

function pytorch(...args: string[]): Program {
  return { ...pythonWith("torch"), args: [here("../peers/pytorch.py"), ...args] };
}

const programs: Record<PeerName, () => Program> = {
  torchlet: () => script("torchlet.ts", JSON.parse(readFileSync(here("../../package.json"), "utf8")).version),
  "tfjs-wasm": () => installed("../peers/tfjs.ts", "@tensorflow/tfjs", "wasm"),
  "tfjs-cpu": () => installed("../peers/tfjs.ts", "@tensorflow/tfjs", "cpu"),
  "tfjs-webgpu": () => installed("../peers/tfjs.ts", "@tensorflow/tfjs-backend-webgpu", "webgpu"),
  "jax-js": () => installed("../peers/jax.ts", "@jax-js/jax", "wasm"),
  "jax-js-webgpu": () => installed("../peers/jax.ts", "@jax-js/jax", "webgpu"),
  "onnxruntime-web": () => installed("../peers/onnx.ts", "onnxruntime-web"),
  pytorch: () => pytorch("cpu"),
  "pytorch-cuda": () => pytorch("cuda"),
};

/** @throws Error saying why the library cannot take part here */
export function programOf(name: PeerName): Program {
  return programs[name]();
}
