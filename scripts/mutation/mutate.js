/**
 * Plants faults in a folder of the source, one at a time, and tells which of them its tests do not notice:
 * `npm run mutate -- src/metrics`, or in some of its files, held against some of the tests:
 * `npm run mutate -- src/run/config.ts src/run/option-kinds.ts test/run/config.test.ts`. `src/train/fit.ts:200-300` is a
 * part of a file. A report that shows the faults in their places is written to `runs/mutation/`.
 */

import { Stryker } from "@stryker-mutator/core";

/** Files, lines of files, and the files of folders. */
const files = (places, ending) =>
  places.map((place) => (/\.ts(:\d+-\d+)?$/.test(place) ? place : `${place}/**/*${ending}`));

const places = process.argv.slice(2).map((place) => place.replace(/\/$/, ""));
const sources = places.filter((place) => place.startsWith("src/"));
const asked = places.filter((place) => place.startsWith("test/"));
if (sources.length === 0 || sources.length + asked.length < places.length)
  throw new Error("which folder of src, or which files? For example: npm run mutate -- src/metrics");
const tests = asked.length > 0 ? asked : [...new Set(sources.map((place) => `test/${place.split("/")[1]}`))];
// For the configuration of vitest, which the processes that run the tests read.
process.env.TESTS = JSON.stringify(files(tests, ".test.ts"));

const results = await new Stryker({
  mutate: files(sources, ".ts"),
  plugins: ["@stryker-mutator/vitest-runner"],
  testRunner: "vitest",
  // vitest leaves types alone, faulty ones, too.
  disableTypeChecks: false,
  vitest: { configFile: "vitest.mutation.config.ts" },
  // Messages may be worded otherwise.
  mutator: { excludedMutations: ["StringLiteral"] },
  // What runs once, when a file is loaded, would have every test run again for each of its faults.
  ignoreStatic: true,
  concurrency: 1,
  // Slow is not endless, where others need the machine too. What is endless is told by how often it comes by.
  timeoutMS: 30_000,
  tempDirName: ".cache/mutation",
  reporters: ["clear-text", "html", "progress-append-only"],
  clearTextReporter: { allowColor: false, reportTests: false },
  htmlReporter: { fileName: "runs/mutation/report.html" },
}).runMutationTest();

const caught = results.filter(({ status }) => status === "Killed" || status === "Timeout").length;
const counted = results.filter(({ status }) => ["Killed", "Timeout", "Survived", "NoCoverage"].includes(status)).length;
console.log(
  `${sources.join(" ")}: ${caught} of ${counted} faults were caught, ${((100 * caught) / counted).toFixed(1)} %`,
);
