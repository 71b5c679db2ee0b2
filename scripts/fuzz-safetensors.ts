/** A long fuzz run of the safetensors reader: `npx tsx scripts/fuzz-safetensors.ts --files 100000`. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { useBackend } from "../src/tensor/backend/registry.js";
import { fuzzSafetensors } from "../test/fuzz/safetensors-files.js";
import { countOption } from "./count-option.js";

/** The files are a few hundred bytes each: what is more is a length that was believed, or a leak. */
const MOST_MEBIBYTES = 100;

const { values } = parseArgs({
  options: { files: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});
const [files, seed] = [countOption("files", values.files), countOption("seed", values.seed)];

await useBackend("js");
const folder = await mkdtemp(join(tmpdir(), "torchlet-fuzz-"));
const path = join(folder, "mutated.safetensors");
try {
  // Once before, so that what follows is not about loading and compiling.
  await fuzzSafetensors(2_000, { seed: seed + 1, path });
  const before = process.memoryUsage().rss;
  const { read, refused, reasons, slowestMs } = await fuzzSafetensors(files, { seed, path });
  const rise = (process.resourceUsage().maxRSS * 1024 - before) / 2 ** 20;
  console.log(
    `${read} read, ${refused} refused for ${reasons.size} reasons, none ended otherwise; slowest file ` +
      `${slowestMs.toFixed(1)} ms, memory rose by ${rise.toFixed(0)} MiB at most`,
  );
  if (rise > MOST_MEBIBYTES) throw new Error(`memory rose by more than ${MOST_MEBIBYTES} MiB`);
} finally {
  await rm(folder, { recursive: true });
}
