/**
 * Plants faults in a folder of the source, one at a time, and tells which of them its tests do not notice:
 * `npm run mutate -- src/metrics`. A report that shows them in their places is written to `runs/mutation/`.
 */

import { Stryker } from "@stryker-mutator/core";

const folder = process.argv[2]?.replace(/\/$/, "");
if (!folder?.startsWith("src/")) throw new Error("which folder of src? For example: npm run mutate -- src/metrics");
// For the configuration of vitest, which the processes that run the tests read.
process.env.MUTATED = folder.slice("src/".length);

const results = await new Stryker({
  mutate: [`${folder}/**/*.ts`],
  plugins: ["@stryker-mutator/vitest-runner"],
  testRunner: "vitest",
  // vitest leaves types alone, faulty ones, too.
  disableTypeChecks: false,
  vitest: { configFile: "vitest.mutation.config.ts" },
  // Messages may be worded otherwise.
  mutator: { excludedMutations: ["StringLiteral"] },
  // What runs once, when a file is loaded, would have every test run again for each of its faults.
  ignoreStatic: true,
  concurrency: 2,
  tempDirName: ".cache/mutation",
  reporters: ["clear-text", "html"],
  clearTextReporter: { allowColor: false, reportTests: false },
  htmlReporter: { fileName: "runs/mutation/report.html" },
}).runMutationTest();

const caught = results.filter(({ status }) => status === "Killed" || status === "Timeout").length;
const counted = results.filter(({ status }) => ["Killed", "Timeout", "Survived", "NoCoverage"].includes(status)).length;
console.log(`${folder}: ${caught} of ${counted} faults were caught, ${((100 * caught) / counted).toFixed(1)} %`);
