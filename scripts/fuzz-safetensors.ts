/** Reads mutated safetensors files: `npx tsx scripts/fuzz-safetensors.ts [FILES] [SEED]`, 100,000 and 1 by default. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { useBackend } from "../src/tensor/backend/registry.js";
import { fuzzSafetensors } from "../test/io/fuzz-safetensors.js";

const [count = 100_000, seed = 1] = process.argv.slice(2).map(Number);
await useBackend("js");
const folder = await mkdtemp(join(tmpdir(), "torchlet-fuzz-"));
try {
  // Once before, so that what follows is not about loading and compiling.
  await fuzzSafetensors(2_000, { seed: seed + 1 });
  const before = process.memoryUsage().rss;
  const path = join(folder, "mutated.safetensors");
  const { read, refused, reasons, slowestMs } = await fuzzSafetensors(count, { seed, path, writeFile });
  const peak = process.resourceUsage().maxRSS * 1024;
  console.log(
    `${count} files, seed ${seed}: ${read} read, ${refused} refused for ${reasons.size} reasons, none otherwise`,
  );
  console.log(
    `the slowest took ${slowestMs.toFixed(1)} ms; memory rose by ${((peak - before) / 2 ** 20).toFixed(0)} MiB`,
  );
} finally {
  await rm(folder, { recursive: true });
}
