/** Compiles the wasm backend's kernels (AssemblyScript) into one TypeScript file that holds them as text. */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const home = join(dirname(fileURLToPath(import.meta.url)), "../src/tensor/backend/wasm");
const target = join(home, "kernels.generated.ts");

/** Kernel sources by file name, in a fixed order. */
const sources = new Map(
  readdirSync(join(home, "kernels"))
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => [name, readFileSync(join(home, "kernels", name), "utf8")]),
);

/** Changes whenever the result might: with the sources, the compiler, or this script. */
function fingerprint() {
  const hash = createHash("sha256")
    .update(asc.version)
    .update(readFileSync(fileURLToPath(import.meta.url)));
  for (const [name, text] of sources) hash.update(`\0${name}\0${text}`);
  return hash.digest("hex").slice(0, 32);
}

/**
 * @param {string} features The WebAssembly features that kernels may use, comma-separated.
 * @returns {Promise<Uint8Array>} The module's bytes.
 */
async function compile(features) {
  /** @type {Uint8Array | undefined} */
  let bytes;
  const { error, stderr } = await asc.main(
    [
      ...["index.ts", "--outFile", "kernels.wasm", "-O3", "--noAssert", "--enable", features, "--runtime", "stub"],
      ...["--importMemory", "--noExportMemory", "--sharedMemory", "--maximumMemory", "65536"],
    ],
    {
      readFile: (name) => sources.get(basename(name)) ?? null,
      writeFile: (_name, contents) => {
        bytes = /** @type {Uint8Array} */ (contents);
      },
      listFiles: () => [],
    },
  );
  if (error || !bytes) throw new Error(`build-kernels: the kernels do not compile\n${stderr}`);
  return bytes;
}

/**
 * @param {Uint8Array} bytes
 * @returns {[kernels: string[], constants: [name: string, value: number][]]}
 */
function exportsOf(bytes) {
  const memory = new WebAssembly.Memory({ initial: 0, maximum: 65536, shared: true });
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  const constants = Object.entries(exports).filter(([, value]) => value instanceof WebAssembly.Global);
  const kernels = Object.keys(exports).filter((name) => typeof exports[name] === "function");
  return [kernels, constants.map(([name, { value }]) => [name, value])];
}

const stamp = `// From kernels/*.ts by scripts/build-kernels.js; do not edit. ${fingerprint()}`;

/** @returns {boolean} Whether the file on disk was made from the same sources. */
function isCurrent() {
  try {
    return readFileSync(target, "utf8").startsWith(`${stamp}\n`);
  } catch {
    return false;
  }
}

if (!isCurrent()) {
  const strict = await compile("simd,threads");
  const relaxed = await compile("simd,threads,relaxed-simd");
  const [kernels, constants] = exportsOf(strict);
  const text = [
    stamp,
    `export type KernelName =\n${kernels.map((name) => `  | "${name}"`).join("\n")};`,
    ...constants.map(([name, value]) => `export const ${name} = ${value};`),
    `export const strictKernels = "${Buffer.from(strict).toString("base64")}";`,
    `export const relaxedKernels = "${Buffer.from(relaxed).toString("base64")}";`,
  ].join("\n");
  // Under a name of its own first: builds may run side by side, and nobody may see half a file.
  const draft = `${target}.${process.pid}`;
  writeFileSync(draft, `${text}\n`);
  renameSync(draft, target);
  console.log(`kernels: ${kernels.length} compiled, ${strict.length} bytes (${relaxed.length} with relaxed SIMD)`);
}
