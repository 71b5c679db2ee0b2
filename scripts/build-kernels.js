/**
 * Compiles the wasm backend's kernels (AssemblyScript) into one TypeScript file that holds them as text. Those of the
 * pointwise operations are written first, from the operations' table.
 */

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import { DIRECT, encodeBytes } from "../src/tensor/backend/wasm/encoding.ts";
import { readPointwiseTable } from "./pointwise/rows.ts";
import { simdModule } from "./pointwise/simd.ts";
import { unfuse } from "./unfuse.ts";
import { writeGenerated } from "./write-generated.ts";

const here = dirname(fileURLToPath(import.meta.url));
const home = join(here, "../src/tensor/backend/wasm");
const target = join(home, "kernels.generated.ts");

writeGenerated(join(home, "kernels/rules.generated.ts"), simdModule(readPointwiseTable()));

/** Kernel sources by file name, in a fixed order. */
const sources = new Map(
  readdirSync(join(home, "kernels"))
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => [name, readFileSync(join(home, "kernels", name), "utf8")]),
);

/** Changes whenever the result might: with the sources, the compiler, or what writes them here. */
function fingerprint() {
  const hash = createHash("sha256").update(asc.version);
  const writers = [
    fileURLToPath(import.meta.url),
    join(here, "unfuse.ts"),
    join(home, "encoding.ts"),
    join(home, "fusing.ts"),
  ];
  for (const path of writers) hash.update(readFileSync(path));
  for (const [name, text] of sources) hash.update(`\0${name}\0${text}`);
  return hash.digest("hex").slice(0, 32);
}

/** @returns {Promise<Uint8Array>} The module's bytes. */
async function compile() {
  /** @type {Uint8Array | undefined} */
  let bytes;
  const { error, stderr } = await asc.main(
    [
      ...["index.ts", "--outFile", "kernels.wasm", "-O3", "--noAssert", "--runtime", "stub"],
      ...["--enable", "simd,threads,relaxed-simd"],
      ...["--converge", "--importMemory", "--noExportMemory", "--sharedMemory", "--maximumMemory", "65536"],
      // For pages: compressed, the kernels are a little shorter.
      ...["--runPasses", "reorder-locals"],
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

/** The bytes that there are most of: as many as have a character of their own when encoded. */
function frequentBytes(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const byCount = [...counts.keys()].sort((a, b) => counts[b] - counts[a] || a - b);
  return byCount.slice(0, DIRECT.length).sort((a, b) => a - b);
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
  const bytes = unfuse(await compile());
  const [names, constants] = exportsOf(bytes);
  const frequent = frequentBytes(bytes);
  const text = [
    stamp,
    `export type KernelName =\n${names.map((name) => `  | "${name}"`).join("\n")};`,
    ...constants.map(([name, value]) => `export const ${name} = ${value};`),
    // Not base64: gzip has to see the bytes. See encoding.ts.
    `export const frequent = ${JSON.stringify(frequent)};`,
    `export const kernels: string = ${JSON.stringify(encodeBytes(bytes, frequent))};`,
  ].join("\n");
  writeGenerated(target, `${text}\n`);
  console.log(`kernels: ${names.length} compiled, ${bytes.length} bytes`);
}
