/** A long fuzz run: `npx tsx scripts/fuzz-images.ts --files 100000`. It ends with 1 when it has found something. */

import { parseArgs } from "node:util";
import { fuzz } from "../test/fuzz/fuzz.js";
import { countOption } from "./count-option.js";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    processes: { type: "string", default: "1" },
  },
});

const start = performance.now();
const report = await fuzz({
  files: countOption("files", values.files),
  seed: countOption("seed", values.seed),
  processes: countOption("processes", values.processes),
  seconds: 10,
  megabytes: 400,
  maxPixels: 2_000_000,
  onFile: (done) => {
    if (done % 10_000 === 0) console.log(`${done} files`);
  },
});
const { decoded, refused, failures, slowestSeconds, megabytes } = report;
console.log(
  `${decoded} decoded, ${refused} refused, ${failures.length} failures in ` +
    `${((performance.now() - start) / 1000).toFixed(0)} s; slowest file ${slowestSeconds.toFixed(2)} s, ` +
    `largest process ${megabytes.toFixed(0)} MB`,
);
for (const failure of failures) console.log(failure);
process.exitCode = failures.length > 0 ? 1 : 0;
