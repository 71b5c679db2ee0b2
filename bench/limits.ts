/** `bench limits`: what this machine's cores can do, before any kernel is asked: arithmetic, the tile, caches, memory. */

import { availableParallelism } from "node:os";
import { chaining, compileLoops, copying, type Loop, multiplyingAndAdding, ratesOf, reading, tiling } from "./loops.js";
import { type BenchOptions, isWanted } from "./options.js";
import { type Column, type Row, short, Table } from "./report.js";
import { COPY_BYTES } from "./roofline.js";

interface LimitRow extends Row {
  /** 10⁹ a second. */
  rate: number;
  unit: string;
  /** Of one thread's clock. */
  perCycle: number;
}

/** Steps of a tile's sum. */
const K = 256;

const [KIB, MIB] = [2 ** 10, 2 ** 20];

interface Limit {
  name: string;
  unit: string;
  loop: Loop;
  isFused?: boolean;
}

const limits: Limit[] = [
  { name: "clock, by a chain of additions", unit: "GHz", loop: chaining() },
  { name: "multiply, then add", unit: "GFLOP/s", loop: multiplyingAndAdding() },
  { name: "multiply and add, fused", unit: "GFLOP/s", loop: multiplyingAndAdding(), isFused: true },
  { name: "a tile of 4 × 8", unit: "GFLOP/s", loop: tiling(4, K) },
  { name: "a tile of 4 × 8, fused", unit: "GFLOP/s", loop: tiling(4, K), isFused: true },
  { name: "a tile of 6 × 8", unit: "GFLOP/s", loop: tiling(6, K) },
  { name: "a tile of 6 × 8, fused", unit: "GFLOP/s", loop: tiling(6, K), isFused: true },
  { name: "read 16 KiB (first-level cache)", unit: "GB/s", loop: reading(16 * KIB) },
  { name: "read 512 KiB (second-level cache)", unit: "GB/s", loop: reading(512 * KIB) },
  { name: "read 8 MiB (third-level cache)", unit: "GB/s", loop: reading(8 * MIB) },
  { name: "read 128 MiB (memory)", unit: "GB/s", loop: reading(128 * MIB) },
  { name: "copy 512 KiB, bytes read and written", unit: "GB/s", loop: copying(256 * KIB) },
  { name: "copy 8 MiB, bytes read and written", unit: "GB/s", loop: copying(4 * MIB) },
  { name: "copy 128 MiB, bytes read and written", unit: "GB/s", loop: copying(COPY_BYTES) },
];

const columns: Column<LimitRow>[] = [
  { title: "what", width: 38, text: ({ name }) => name },
  { title: "threads", width: 7, text: ({ threads }) => String(threads) },
  { title: "rate", width: 7, text: ({ rate }) => short(rate) },
  { title: "", width: 8, text: ({ unit }) => unit },
  { title: "a cycle", width: 8, text: ({ perCycle }) => short(perCycle) },
];

export async function benchLimits(options: BenchOptions, extra: Column<Row>[]): Promise<Row[]> {
  const wanted = limits.filter(({ name }) => isWanted(name, options.shape));
  if (wanted.length === 0) throw new Error(`--shape: no limit has "${options.shape}" in its name`);
  const { strict, fused } = compileLoops();
  const output = new Table<LimitRow>([...columns, ...extra]);
  for (const threads of options.threads ? [options.threads] : [...new Set([1, availableParallelism()])]) {
    const [clock] = await ratesOf([chaining()], strict, threads);
    for (const { name, unit, loop, isFused } of wanted) {
      const module = isFused ? fused : strict;
      if (!module) continue;
      const [rate] = await ratesOf([loop], module, threads);
      output.add({ name, threads, median: loop.work / rate / 1e6, rate, unit, perCycle: rate / clock });
    }
  }
  return output.rows;
}
