/** Loops that do one thing as fast as a core can do it from WebAssembly: what the kernels are held against. */

import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { unfuse } from "../scripts/unfuse.js";
import { fuse } from "../src/tensor/backend/wasm/fusing.js";

/** A call of one loop, and how much it does: operations, or bytes. */
export interface Loop {
  readonly name: "chain" | "multiplyAdd" | "tile4" | "tile6" | "read" | "copy";
  readonly args: readonly number[];
  readonly work: number;
}

/** Where a loop's memory begins, and how much there is of it. */
const BASE = 65_536;
const MEMORY = 256 * 2 ** 20;

/**
 * Vectors of factors that stay in registers. Each meets two more, which are loaded: without a load the engine would find
 * that the products never change. Eight sums keep multipliers and adders busy; more would not fit the registers.
 */
const FACTORS = 4;

/** Sum, factor, loaded vector. */
const sums = Array.from({ length: 2 * FACTORS }, (_, i) => [`c${i}`, `a${i >> 1}`, `b${i & 1}`]);

/** Vectors of a turn of the loop that reads. */
const READ = [0, 1, 2, 3, 4, 5, 6, 7];

const source = `
import { madd } from "./simd";
import { tilePacked, tileSix } from "./tile";

/** Two operations a turn, each of which waits for the one before it. */
export function chain(turns: i32): i32 {
  let x = 1;
  for (let i = 0; i < turns; i++) x = (x ^ i) + i;
  return x;
}

export function multiplyAdd(from: usize, bytes: usize, rounds: i32): f32 {
  ${Array.from({ length: FACTORS }, (_, i) => `const a${i} = v128.load(from, ${16 * i});`).join("\n  ")}
  ${sums.map(([c]) => `let ${c} = f32x4.splat(0);`).join("\n  ")}
  for (let i = 0; i < rounds; i++) {
    for (let at: usize = 0; at < bytes; at += 32) {
      const b0 = v128.load(from + at);
      const b1 = v128.load(from + at, 16);
      ${sums.map(([c, a, b]) => `${c} = madd(${a}, ${b}, ${c});`).join("\n      ")}
    }
  }
  return f32x4.extract_lane(${sums.map(([c]) => c).reduce((all, c) => `f32x4.add(${all}, ${c})`)}, 0);
}

export function tile4(a: usize, b: usize, k: i32, out: usize, rounds: i32): void {
  for (let i = 0; i < rounds; i++) tilePacked(a, b, k, out, 32, a);
}

export function tile6(a: usize, b: usize, k: i32, out: usize, rounds: i32): void {
  for (let i = 0; i < rounds; i++) tileSix(a, a + 16, 24, b, 32, k, out, 32, false);
}

export function read(from: usize, bytes: usize, rounds: i32): i32 {
  ${READ.map((i) => `let c${i} = i32x4.splat(0);`).join("\n  ")}
  for (let i = 0; i < rounds; i++) {
    for (let at: usize = 0; at < bytes; at += ${16 * READ.length}) {
      ${READ.map((i) => `c${i} = v128.or(c${i}, v128.load(from + at, ${16 * i}));`).join("\n      ")}
    }
  }
  return i32x4.extract_lane(${READ.map((i) => `c${i}`).reduce((all, c) => `v128.or(${all}, ${c})`)}, 0);
}

export function copy(to: usize, from: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 64) {
    ${[0, 16, 32, 48].map((at) => `v128.store(to + i, v128.load(from + i, ${at}), ${at});`).join("\n    ")}
  }
}
`;

/** The best rate of each loop over some short windows. Plain JavaScript: a worker has no TypeScript loader. */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
const { module, loops, pages, windows, window } = workerData;
const memory = new WebAssembly.Memory({ initial: pages });
// Pages that nobody has written are one and the same to the system, which then is always in the cache.
new Uint8Array(memory.buffer).fill(0x3f);
const { exports } = new WebAssembly.Instance(module, { env: { memory, abort() {} } });
function rate({ name, args, work }) {
  let best = 0;
  for (let i = 0; i < windows; i++) {
    let calls = 0;
    const start = performance.now();
    while (performance.now() - start < window) { exports[name](...args); calls++; }
    best = Math.max(best, (calls * work) / (performance.now() - start) / 1e6);
  }
  return best;
}
parentPort.once("message", () => parentPort.postMessage(loops.map(rate)));
`;

export const copying = (bytes: number): Loop => ({
  name: "copy",
  args: [BASE + bytes, BASE, bytes],
  work: 2 * bytes,
});

/** In rounds of at least a megabyte, so that the call itself does not count. */
export function reading(bytes: number): Loop {
  const rounds = Math.max(1, 2 ** 20 / bytes);
  return { name: "read", args: [BASE, bytes, rounds], work: bytes * rounds };
}

/** Two vectors loaded for eight products: 16 KB of them. */
export function multiplyingAndAdding(): Loop {
  const [bytes, rounds] = [2 ** 14, 20];
  return { name: "multiplyAdd", args: [BASE, bytes, rounds], work: rounds * (bytes / 32) * sums.length * 8 };
}

/** The tile that products are made of, of 4 rows or 6 and 8 columns, its operands in the first-level cache. */
export function tiling(rows: 4 | 6, k: number): Loop {
  const [a, b, rounds] = [BASE, BASE + 4 * rows * k, 100];
  return { name: `tile${rows}`, args: [a, b, k, b + 32 * k, rounds], work: rounds * 16 * rows * k };
}

export function chaining(): Loop {
  const turns = 100_000;
  return { name: "chain", args: [turns], work: 2 * turns };
}

/** In a process of its own: the compiler is so large that the engine is busy with it for seconds afterwards. */
function compile(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "torchlet-loops-"));
  try {
    cpSync(fileURLToPath(new URL("../src/tensor/backend/wasm/kernels", import.meta.url)), folder, { recursive: true });
    writeFileSync(join(folder, "loops.ts"), source);
    const asc = join(dirname(fileURLToPath(import.meta.resolve("assemblyscript/asc"))), "../bin/asc.js");
    const options = ["-O3", "--noAssert", "--enable", "simd,relaxed-simd", "--runtime", "stub", "--importMemory"];
    execFileSync(process.execPath, [asc, "loops.ts", "--outFile", "loops.wasm", ...options], { cwd: folder });
    return readFileSync(join(folder, "loops.wasm"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Modules of the loops: multiply and add rounded apart, and fused where this engine can. */
export interface LoopModules {
  readonly strict: WebAssembly.Module;
  readonly fused: WebAssembly.Module | undefined;
}

export function compileLoops(): LoopModules {
  const strict = new Uint8Array(unfuse(compile()));
  const fused = strict.slice();
  fuse(fused);
  return {
    strict: new WebAssembly.Module(strict),
    fused: WebAssembly.validate(fused) ? new WebAssembly.Module(fused) : undefined,
  };
}

/** 10⁹ operations or bytes a second, of `threads` threads together that do each loop at the same time. */
export async function ratesOf(
  loops: readonly Loop[],
  module: WebAssembly.Module,
  threads: number,
  seconds = 0.4,
): Promise<number[]> {
  const windows = 10;
  const workerData = { module, loops, pages: (BASE + MEMORY) / 65_536, windows, window: (1000 * seconds) / windows };
  const workers = Array.from({ length: threads }, () => new Worker(program, { eval: true, workerData, execArgv: [] }));
  const rates = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<number[]>((resolve, reject) => {
          worker.once("message", resolve);
          worker.once("error", reject);
          worker.postMessage("start");
        }),
    ),
  );
  return loops.map((_, i) => rates.reduce((sum, rate) => sum + rate[i], 0));
}
