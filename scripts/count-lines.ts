/**
 * Counts what a reader of one training step of Net #1 has before them on each backend, in lines, with comments and
 * blanks: `npm run lines`, or `npm run lines -- FOLDER` for a checkout elsewhere, such as an earlier commit's.
 *
 * Counted is every file that the imports of `STEP` lead to, and all of the backend's own folder, kernels included, with
 * what that imports in turn. Imports of types count, because their reader goes there, too. Not counted are the folders
 * of the other backends, and what the build writes (`*.generated.ts`), which nobody reads.
 */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the program of a training step names: the net, the loss, `backward`, the optimizer. */
const STEP = ["src/nets/net1.ts", "src/layers/losses/nll-loss.ts", "src/tensor/autograd.ts", "src/optim/adam.ts"];

const BACKENDS = "src/tensor/backend";

/** As many lines as there are to be at most. */
const MOST: Record<string, number> = { js: 3400, wasm: 8500, gpujs: 5500 };

const root = process.argv[2] ?? ".";

const read = (path: string) => readFileSync(join(root, path), "utf8");

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

function filesRead(backend: string): Set<string> {
  const others = Object.keys(MOST).filter((other) => other !== backend);
  const isCounted = (path: string) =>
    !path.endsWith(".generated.ts") && !others.some((other) => path.startsWith(join(BACKENDS, other, "/")));
  const found = new Set<string>();
  const follow = (path: string) => {
    if (found.has(path) || !isCounted(path)) return;
    found.add(path);
    importsOf(path).forEach(follow);
  };
  [...STEP, ...filesOf(backend)].forEach(follow);
  return found;
}

for (const [backend, most] of Object.entries(MOST)) {
  const files = filesRead(backend);
  const lines = [...files].reduce((sum, path) => sum + read(path).split("\n").length - 1, 0);
  console.log(`${backend.padEnd(6)} ${lines} lines in ${files.size} files; at most ${most} are wanted`);
}
