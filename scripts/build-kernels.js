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
import { writeGenerated } from "./write-generated.ts";

const home = join(dirname(fileURLToPath(import.meta.url)), "../src/tensor/backend/wasm");
const target = join(home, "kernels.generated.ts");

writeGenerated(join(home, "kernels/rules.generated.ts"), simdModule(readPointwiseTable()));

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
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .update(readFileSync(join(home, "encoding.ts")));
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

/** The shortest run of bytes that is worth a reference. */
const RUN = 12;

/**
 * `to` as pieces: each stands for the `length` bytes of `from` that come `gap` after those of the piece before, then
 * `more`. The longest run is taken from the first place that has it; the two builds differ so little that nothing
 * cleverer is needed.
 * @param {string} from Both with a character for each byte.
 * @param {string} to
 * @returns {{ gap: number, length: number, more: string }[]}
 */
function difference(from, to) {
  /** @type {Map<string, number[]>} */
  const places = new Map();
  for (let at = 0; at < from.length; at++) {
    const run = from.slice(at, at + RUN);
    places.set(run, [...(places.get(run) ?? []), at]);
  }
  const same = (a, b) => {
    let n = RUN;
    while (a + n < from.length && b + n < to.length && from[a + n] === to[b + n]) n++;
    return n;
  };
  const pieces = [{ gap: 0, length: 0, more: "" }];
  let end = 0;
  for (let at = 0; at < to.length; ) {
    let [begin, length] = [0, 0];
    for (const place of places.get(to.slice(at, at + RUN)) ?? []) {
      const n = same(place, at);
      if (n > length) [begin, length] = [place, n];
    }
    if (length > 0) {
      pieces.push({ gap: begin - end, length, more: "" });
      end = begin + length;
    } else pieces[pieces.length - 1].more += to[at];
    at += length || 1;
  }
  return pieces;
}

/** The bytes of `text`, a character each, that it has most of: as many as have a character of their own when encoded. */
function frequentBytes(text) {
  const counts = new Array(256).fill(0);
  for (const character of text) counts[character.charCodeAt(0)]++;
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
  const strict = await compile("simd,threads");
  const relaxed = await compile("simd,threads,relaxed-simd");
  const [kernels, constants] = exportsOf(strict);
  const [from, to] = [relaxed, strict].map((bytes) => Buffer.from(bytes).toString("latin1"));
  const pieces = difference(from, to);
  const frequent = frequentBytes(from);
  const encode = (text) => encodeBytes(Buffer.from(text, "latin1"), frequent);
  const text = [
    stamp,
    `export type KernelName =\n${kernels.map((name) => `  | "${name}"`).join("\n")};`,
    ...constants.map(([name, value]) => `export const ${name} = ${value};`),
    // Not base64: gzip has to see the bytes. See encoding.ts.
    `export const frequent = ${JSON.stringify(frequent)};`,
    `export const relaxedKernels = ${JSON.stringify(encode(from))};`,
    // By columns, which compress better than rows.
    `export const strictGaps = ${JSON.stringify(pieces.map(({ gap }) => gap))};`,
    `export const strictLengths = ${JSON.stringify(pieces.map(({ length }) => length))};`,
    `export const strictMore = ${JSON.stringify(pieces.map(({ more }) => encode(more)).join(" "))};`,
  ].join("\n");
  writeGenerated(target, `${text}\n`);
  console.log(`kernels: ${kernels.length} compiled, ${strict.length} bytes (${relaxed.length} with relaxed SIMD)`);
}
