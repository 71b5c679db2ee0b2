/**
 * Sums up training runs as docs/results.md has them: `npx tsx scripts/results.ts "NAME=RUN,RUN" …` prints a row for each
 * name, whose runs differ in their seed only, and draws the mean of their test error, epoch by epoch, to
 * docs/results.svg: of the first four, which is as many as there are colours.
 */

import { readFile, writeFile } from "node:fs/promises";
import { Charts, PALETTE } from "../src/report/charts/chart.js";
import { epochChart } from "../src/report/charts/training.js";
import type { EpochLine } from "../src/run/run-json.js";
import type { Metrics } from "../src/train/metrics.js";

const TARGET = "docs/results.svg";

/** Per cent. What is above is drawn here: a first epoch of 50 would press all the others to the floor. */
const HIGHEST_ERROR = 12;

/** An epoch that the test photographs were measured after, which is so with --val-fraction 0, or --evaluate-test. */
type TestedEpoch = EpochLine & { test: Metrics };

interface Group {
  name: string;
  /** The epochs of each run. */
  runs: TestedEpoch[][];
}

async function readRun(folder: string): Promise<TestedEpoch[]> {
  const text = await readFile(`${folder}/metrics.jsonl`, "utf8");
  const lines = text
    .trim()
    .split("\n")
    .map((line): TestedEpoch => JSON.parse(line));
  if (lines.some(({ test }) => !test)) {
    throw new Error(
      `results: ${folder} has no test figures of each epoch: --val-fraction 0, or --evaluate-test, makes them`,
    );
  }
  return lines;
}

async function readGroup(argument: string): Promise<Group> {
  const [name, folders] = argument.split("=");
  if (!folders) throw new Error(`results: expected NAME=RUN,RUN, got "${argument}"`);
  const runs = await Promise.all(folders.split(",").map(readRun));
  const lengths = new Set(runs.map(({ length }) => length));
  if (lengths.size > 1) throw new Error(`results: the runs of ${name} have ${[...lengths].join(" and ")} epochs`);
  return { name, runs };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const percent = (share: number) => (100 * share).toFixed(2);

/** The mean, and what it is the mean of. */
function spread(values: readonly number[], text: (value: number) => string): string {
  return values.length === 1 ? text(values[0]) : `**${text(mean(values))}** (${values.map(text).join(", ")})`;
}

function row({ name, runs }: Group): string {
  const last = runs.map((epochs) => epochs[epochs.length - 1]);
  const best = runs.map((epochs) => Math.max(...epochs.map(({ test }) => test.accuracy)));
  const cells = [
    name,
    last.map(({ seed }) => seed).join(", "),
    String(last[0].epoch),
    spread(
      last.map(({ test }) => test.accuracy),
      percent,
    ),
    spread(best, percent),
    mean(last.map(({ test }) => test.f1)).toFixed(4),
    mean(last.map(({ test }) => test.auc ?? Number.NaN)).toFixed(4),
    percent(mean(last.map(({ train }) => train.accuracy))),
  ];
  return `| ${cells.join(" | ")} |`;
}

function series({ name, runs }: Group): { name: string; values: number[] } {
  const values = runs[0].map((_, epoch) => 100 * mean(runs.map((epochs) => epochs[epoch].test.error)));
  return { name, values: values.map((value) => Math.min(value, HIGHEST_ERROR)) };
}

const groups = await Promise.all(process.argv.slice(2).map(readGroup));
console.log(
  "| run | seeds | epochs | test accuracy at the end, % | in the best epoch, % | F1 | AUC | train accuracy, % |",
);
console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
for (const group of groups) console.log(row(group));
const { file } = epochChart(await Charts.load(), {
  name: "results",
  title: "error on the test photographs",
  label: "test error, %",
  series: groups.slice(0, PALETTE.length).map((group, i) => ({ ...series(group), color: PALETTE[i] })),
});
await writeFile(TARGET, file);
console.log(`\n${TARGET}`);
