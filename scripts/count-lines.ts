/**
 * Counts what a reader of one training step of Net #1 has before them on each backend, in lines, with comments and
 * blanks: `npm run lines`, or `npm run lines -- FOLDER` for a checkout elsewhere, such as an earlier commit's.
 *
 * Counted is every file that the imports of `STEP` lead to, and all of the backend's own folder, kernels included, with
 * what that imports in turn. Imports of types count, because their reader goes there, too. Not counted are the folders
 * of the other backends, and what the build writes (`*.generated.ts`), which nobody reads.
 *
 * On wasm a step is taken besides, to tell how many of the lines are of files that a reader of it may leave closed: they
 * have functions, and the step calls none of them. (Of kernels these are files of which nothing is called, nor imported by
 * one of which something is; what the other backends' own folders have of them is not told.) The figure to hold a change
 * against is the first.
 */

import { readdirSync, readFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

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

/** What a step on wasm calls: kernels by their names, and files by what they have that is no kernel. */
interface Called {
  readonly kernels: ReadonlySet<string>;
  readonly files: ReadonlySet<string>;
}

async function takeStep(): Promise<Called> {
  const kernels = new Set<string>();
  const { Instance } = WebAssembly;
  WebAssembly.Instance = function noting(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
    const exports = Object.entries(new Instance(module, imports).exports).map(([name, value]) => {
      if (typeof value !== "function") return [name, value];
      return [name, (...inputs: unknown[]) => kernels.add(name) && value(...inputs)];
    });
    return { exports: Object.fromEntries(exports) };
  } as unknown as typeof Instance;
  const library = await import(pathToFileURL(join(root, "src/index.ts")).href);
  const { Adam, Net1, nllLoss, useBackend, zeros } = library;
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true });
  await useBackend("wasm", { threads: 2 });
  const model = new Net1();
  const optimizer = new Adam(model.parameters(), { weightDecay: 1e-3 });
  nllLoss(model.forward(zeros([BATCH, 3, 32, 32])), new Int32Array(BATCH)).backward();
  optimizer.step();
  const { result } = await session.post("Profiler.takePreciseCoverage");
  // What begins at 0 is the script itself, which importing it calls.
  const isCalled = ({ functions }: (typeof result)[number]) =>
    functions.some(({ ranges: [{ startOffset, count }] }) => startOffset > 0 && count > 0);
  const urls = result.filter(({ url }) => url.startsWith(pathToFileURL(root).href)).filter(isCalled);
  return { kernels, files: new Set(urls.map(({ url }) => relative(root, fileURLToPath(url)))) };
}

/** Kernels of which `names` has something, and what they import. */
function kernelsWith(names: ReadonlySet<string>): Set<string> {
  const exported = (path: string) => Array.from(read(path).matchAll(/^export function (\w+)/gm), ([, name]) => name);
  const called = filesOf("wasm").filter(
    (path) => path.startsWith(KERNELS) && exported(path).some((it) => names.has(it)),
  );
  return closure(called, () => true);
}

const called = await takeStep();
const kernels = kernelsWith(called.kernels);

/** Whether a step leaves all that the file has to do undone, as far as a step on wasm can tell. */
function isIdle(path: string): boolean {
  if (path.startsWith(KERNELS)) return !kernels.has(path) && !path.endsWith("/index.ts");
  if (path.startsWith(BACKENDS) && !path.startsWith(`${BACKENDS}/wasm`)) return false;
  // Rows of a table, which kernels are made of.
  if (path.startsWith("src/tensor/ops/pointwise/")) return false;
  return !called.files.has(path) && /^(export )?(abstract )?(function|class) /m.test(read(path));
}

for (const [backend, most] of Object.entries(MOST)) {
  const files = filesRead(backend);
  console.log(
    `${backend.padEnd(6)} ${linesOf(files)} lines in ${files.length} files; at most ${most} are wanted; ` +
      `${linesOf(files.filter(isIdle))} are of files that the step calls nothing of`,
  );
}
