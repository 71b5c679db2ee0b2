/** The benchmarks: `npm run bench -- --help`. */

import { benchPeers } from "./contest/peers.js";
import { benchKernels } from "./kernels.js";
import { benchLimits } from "./limits.js";
import { type BenchOptions, type Mode, readOptions } from "./options.js";
import { type Column, comparedWith, describeMachine, type Row, saveReport } from "./report.js";
import { benchSmall } from "./small.js";
import { benchSteps } from "./steps.js";

const benches: Record<Mode, (options: BenchOptions, extra: Column<Row>[]) => Promise<Row[]>> = {
  kernels: benchKernels,
  limits: benchLimits,
  steps: benchSteps,
  small: benchSmall,
  peers: benchPeers,
};

async function main(): Promise<void> {
  const options = readOptions();
  const extra = options.compare === undefined ? [] : [comparedWith(options.compare)];
  const machine = describeMachine();
  console.log(`${Object.values(machine).join("; ")}\n`);
  const rows = await benches[options.mode](options, extra);
  if (options.json !== undefined) saveReport(options.json, rows, machine);
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}
