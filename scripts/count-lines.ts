/**
 * Counts what a reader of one training step of Net #1 has before them on each backend, in lines, with comments and
 * blanks: `npm run lines`, or `npm run lines -- FOLDER` for a checkout elsewhere, such as an earlier commit's.
 *
 * Counted is every file that the imports of `STEP` lead to, and all of the backend's own folder, kernels included, with
 * what that imports in turn. Imports of types count, because their reader goes there, too. Not counted are the folders
 * of the other backends, and what the build writes (`*.generated.ts`), which nobody reads.
 *
 * On wasm a step is taken besides, to tell how many of the lines are kernels that it never calls: files of which nothing
 * is called, nor imported by one of which something is. The figure to hold a change against is the first.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

/** What the program of a training step names: the net, the loss, `backward`, the optimizer. */
const STEP = ["src/nets/net1.ts", "src/layers/losses/nll-loss.ts", "src/tensor/autograd.ts", "src/optim/adam.ts"];

const BACKENDS = "src/tensor/backend";

const KERNELS = `${BACKENDS}/wasm/kernels`;

/** As many lines as there are to be at most. */
const MOST: Record<string, number> = { js: 3400, wasm: 8500, gpujs: 5500 };

/** Photographs in a step: which kernels of a convolution are called depends on it. */
const BATCH = 64;

const root = resolve(process.argv[2] ?? ".");

const read = (path: string) => readFileSync(join(root, path), "utf8");

const linesOf = (files: readonly string[]) => files.reduce((sum, path) => sum + read(path).split("\n").length - 1, 0);

function filesOf(backend: string): string[] {
  const folder = join(BACKENDS, backend);
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

/** Relative imports of a file; the kernels, which are AssemblyScript, leave out the ending. */
function importsOf(path: string): string[] {
  const imports = read(path).matchAll(/^(?:import|export)\b[^;"]*"(\.[^"]+)"/gm);
  return [...imports].map(([, from]) => `${join(path, "..", from).replace(/\.js$/, "")}.ts`);
}

/** These files and all that their imports lead to, as far as `isFollowed` says. */
function closure(files: readonly string[], isFollowed: (path: string) => boolean): Set<string> {
  const found = new Set<string>();
  const follow = (path: string) => {
    if (found.has(path) || !isFollowed(path)) return;
    found.add(path);
    importsOf(path).forEach(follow);
  };
  files.forEach(follow);
  return found;
}

function filesRead(backend: string): string[] {
  const others = Object.keys(MOST).filter((other) => other !== backend);
  const isCounted = (path: string) =>
    !path.endsWith(".generated.ts") && !others.some((other) => path.startsWith(join(BACKENDS, other, "/")));
  return [...closure([...STEP, ...filesOf(backend)], isCounted)];
}

/** The kernels of wasm that a step calls, by name. */
async function kernelsCalled(): Promise<Set<string>> {
  const called = new Set<string>();
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function noting(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    const exports = Object.entries(new Instance(module, imports).exports).map(([name, value]) => {
      if (typeof value !== "function") return [name, value];
      return [name, (...inputs: unknown[]) => called.add(name) && value(...inputs)];
    });
    return { exports: Object.fromEntries(exports) };
  } as unknown as typeof Instance;
  const library = await import(pathToFileURL(join(root, "src/index.ts")).href);
  const { Adam, Net1, nllLoss, useBackend, zeros } = library;
  await useBackend("wasm", { threads: 1 });
  const model = new Net1();
  const optimizer = new Adam(model.parameters(), { weightDecay: 1e-3 });
  nllLoss(model.forward(zeros([BATCH, 3, 32, 32])), new Int32Array(BATCH)).backward();
  optimizer.step();
  return called;
}

/** Those of `files` that are kernels which a step has nothing to do with. */
async function idleKernels(files: readonly string[]): Promise<string[]> {
  const called = await kernelsCalled();
  const kernels = filesOf("wasm").filter((path) => path.startsWith(KERNELS));
  const isCalled = (path: string) =>
    Array.from(read(path).matchAll(/^export function (\w+)/gm)).some(([, name]) => called.has(name));
  const used = closure(kernels.filter(isCalled), () => true);
  return files.filter((path) => path.startsWith(KERNELS) && !used.has(path) && !path.endsWith("/index.ts"));
}

for (const [backend, most] of Object.entries(MOST)) {
  const files = filesRead(backend);
  const idle = backend === "wasm" ? await idleKernels(files) : [];
  const rest = idle.length > 0 ? `; ${linesOf(idle)} are kernels that the step never calls` : "";
  console.log(
    `${backend.padEnd(6)} ${linesOf(files)} lines in ${files.length} files; at most ${most} are wanted${rest}`,
  );
}
