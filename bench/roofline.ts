/** What this machine can do at best: multiply-adds with hardly a load, and copies of memory. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";

export interface Roofline {
  /** GFLOP/s of all threads together, in 128-bit vectors, products and sums rounded apart. */
  peak: number;
  /** 10⁹ bytes a second of all threads together, reads and writes counted. */
  bandwidth: number;
}

/**
 * Vectors of factors that stay in registers. Each meets two more, which are loaded: without a load the engine would find
 * that the products never change. Eight sums keep multipliers and adders busy; more would not fit the 16 registers.
 */
const FACTORS = 4;

/** Bytes of the vectors that are loaded: half a first-level cache. */
const LOADED_BYTES = 2 ** 14;

/** Bytes that one thread copies: more than any cache holds. */
const COPY_BYTES = 64 * 2 ** 20;

/** Sum, factor, loaded vector. */
const sums = Array.from({ length: 2 * FACTORS }, (_, i) => [`c${i}`, `a${i >> 1}`, `b${i & 1}`]);

const source = `
export function multiplyAdd(from: usize, bytes: usize, rounds: i32): f32 {
  ${Array.from({ length: FACTORS }, (_, i) => `const a${i} = v128.load(from, ${16 * i});`).join("\n  ")}
  ${sums.map(([c]) => `let ${c} = f32x4.splat(0);`).join("\n  ")}
  for (let i = 0; i < rounds; i++) {
    for (let at: usize = 0; at < bytes; at += 32) {
      const b0 = v128.load(from + at);
      const b1 = v128.load(from + at, 16);
      ${sums.map(([c, a, b]) => `${c} = f32x4.add(${c}, f32x4.mul(${a}, ${b}));`).join("\n      ")}
    }
  }
  return f32x4.extract_lane(${sums.map(([c]) => c).reduce((all, c) => `f32x4.add(${all}, ${c})`)}, 0);
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
const { module, rounds, loaded, flops, bytes, windows, window } = workerData;
const memory = new WebAssembly.Memory({ initial: (2 * bytes) / 65536 + 1 });
const { multiplyAdd, copy } = new WebAssembly.Instance(module, { env: { memory, abort() {} } }).exports;
function rate(run, work) {
  let best = 0;
  for (let i = 0; i < windows; i++) {
    let calls = 0;
    const start = performance.now();
    while (performance.now() - start < window) { run(); calls++; }
    best = Math.max(best, (calls * work) / (performance.now() - start) / 1e6);
  }
  return best;
}
parentPort.once("message", () => {
  const peak = rate(() => multiplyAdd(65536, loaded, rounds), rounds * flops);
  const bandwidth = rate(() => copy(65536 + bytes, 65536, bytes), 2 * bytes);
  parentPort.postMessage({ peak, bandwidth });
});
`;

/** In a process of its own: the compiler is so large that the engine is busy with it for seconds afterwards. */
function compile(): WebAssembly.Module {
  const folder = mkdtempSync(join(tmpdir(), "torchlet-roofline-"));
  try {
    writeFileSync(join(folder, "loops.ts"), source);
    const asc = join(dirname(fileURLToPath(import.meta.resolve("assemblyscript/asc"))), "../bin/asc.js");
    const options = ["-O3", "--noAssert", "--enable", "simd", "--runtime", "stub", "--importMemory"];
    execFileSync(process.execPath, [asc, "loops.ts", "--outFile", "loops.wasm", ...options], { cwd: folder });
    return new WebAssembly.Module(readFileSync(join(folder, "loops.wasm")));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Measures `threads` threads that work at the same time. */
export async function measureRoofline(threads: number): Promise<Roofline> {
  const module = compile();
  const work = { rounds: 20, loaded: LOADED_BYTES, flops: (LOADED_BYTES / 32) * sums.length * 8, bytes: COPY_BYTES };
  const workerData = { module, ...work, windows: 10, window: 40 };
  const workers = Array.from({ length: threads }, () => new Worker(program, { eval: true, workerData, execArgv: [] }));
  const rates = await Promise.all(
    workers.map(
      (worker) =>
        new Promise<Roofline>((resolve, reject) => {
          worker.once("message", resolve);
          worker.once("error", reject);
          worker.postMessage("start");
        }),
    ),
  );
  const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
  return { peak: sum(rates.map(({ peak }) => peak)), bandwidth: sum(rates.map(({ bandwidth }) => bandwidth)) };
}
