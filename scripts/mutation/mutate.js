/**
 * Plants faults in a folder of the source, one at a time, and tells which of them its tests do not notice:
 * `npm run mutate -- src/metrics`, or in some of its files, held against some of the tests:
 * `npm run mutate -- src/run/config.ts src/run/option-kinds.ts test/run/config.test.ts`. `src/train/fit.ts:200-300` is a
 * part of a file. `--draw 2/7 src/data` plants every seventh fault, from the second on: a fair sample of what would take hours.
 * A report that shows the faults in their places is written to `runs/mutation/`.
 */

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { isDrawn } from "./warm-runner.js";

/** Files, lines of files, and the files of folders. */
const files = (places, ending) =>
  places.map((place) => (/\.ts(:\d+-\d+)?$/.test(place) ? place : `${place}/**/*${ending}`));

const { values, positionals } = parseArgs({
  options: { draw: { type: "string", default: "1/1" } },
  allowPositionals: true,
});
const places = positionals.map((place) => place.replace(/\/$/, ""));
const sources = places.filter((place) => place.startsWith("src/"));
const asked = places.filter((place) => place.startsWith("test/"));
if (sources.length === 0 || sources.length + asked.length < places.length)
  throw new Error("which folder of src, or which files? For example: npm run mutate -- src/metrics");
const tests = asked.length > 0 ? asked : [...new Set(sources.map((place) => `test/${place.split("/")[1]}`))];
const [nth, step] = values.draw.split("/").map(Number);
if (!(Number.isInteger(nth) && Number.isInteger(step) && nth >= 1 && nth <= step))
  throw new Error(`--draw is ${values.draw}; write 2/7 for every seventh fault, from the second on`);
const draw = { first: nth - 1, step };
// For the processes that run the tests: the configuration of vitest and the runner.
process.env.TESTS = JSON.stringify(files(tests, ".test.ts"));
process.env.DRAW = JSON.stringify(draw);

const results = await new Stryker({
  mutate: files(sources, ".ts"),
  plugins: ["@stryker-mutator/vitest-runner", fileURLToPath(new URL("warm-runner.js", import.meta.url))],
  testRunner: "warm",
  // vitest leaves types alone, faulty ones, too.
  disableTypeChecks: false,
  vitest: { configFile: "vitest.mutation.config.ts" },
  // Messages may be worded otherwise.
  mutator: { excludedMutations: ["StringLiteral"] },
  // What runs once, when a file is loaded, would have every test run again for each of its faults.
  ignoreStatic: true,
  concurrency: 1,
  // The runner itself tells what is endless.
  timeoutMS: 600_000,
  tempDirName: ".cache/mutation",
  reporters: ["clear-text", "html", "progress-append-only"],
  clearTextReporter: { allowColor: false, reportTests: false },
  htmlReporter: { fileName: "runs/mutation/report.html" },
}).runMutationTest();

const drawn = results.filter((fault) => isDrawn(fault, draw));
const caught = drawn.filter(({ status }) => status === "Killed" || status === "Timeout").length;
const counted = drawn.filter(({ status }) => ["Killed", "Timeout", "Survived", "NoCoverage"].includes(status)).length;
console.log(
  `${sources.join(" ")}: ${caught} of ${counted} faults were caught, ${((100 * caught) / counted).toFixed(1)} %`,
);
