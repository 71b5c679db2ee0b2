/** torchlet predict: what a trained net sees in photographs. */

import { stat } from "node:fs/promises";
import { Command } from "commander";
import { onFile } from "../file-error.js";
import type { CheckpointName, RunFolder } from "../run/run-folder.js";
import { inColumns, printableName } from "../text.js";
import { checkpointOption } from "./checkpoint-option.js";
import { print, printError } from "./print.js";

interface PredictFlags {
  run: string;
  checkpoint: CheckpointName;
  json?: boolean;
}

/** A photograph's path and the probability of each class, or the reason why there is none. */
type Prediction = { file: string; probabilities: number[] } | { file: string; reason: string };

/** The files that are named, and those in the folders that are named, unless they are no photographs: those are told of. */
async function filesOf(paths: readonly string[]): Promise<string[]> {
  const { FolderWalk } = await import("../data/list-folder.js");
  const files: string[] = [];
  for (const path of paths) {
    if (!(await onFile(path, "read", () => stat(path))).isDirectory()) files.push(path);
    else {
      const found = await new FolderWalk("predict").tree(path);
      for (const file of found.files) files.push(`${path}/${file}`);
      for (const { file, reason } of found.skipped)
        printError(`skipped ${printableName(`${path}/${file}`)}: ${reason}`);
    }
  }
  return files;
}

function percent(probability: number): string {
  return `${(100 * probability).toFixed(1)} %`;
}

function likeliest(classes: readonly string[], probabilities: readonly number[]): string {
  return classes[probabilities.indexOf(Math.max(...probabilities))];
}

function show(classes: readonly string[], predictions: readonly Prediction[]): void {
  const rows = predictions.flatMap((prediction) =>
    "reason" in prediction
      ? []
      : [[prediction.file, likeliest(classes, prediction.probabilities), ...prediction.probabilities.map(percent)]],
  );
  if (rows.length > 0)
    print(
      inColumns(
        [["photograph", "class", ...classes], ...rows].map((row) => row.map(printableName)),
        2,
      ).join("\n"),
    );
  for (const prediction of predictions) {
    if ("reason" in prediction) printError(`${printableName(prediction.file)}: ${prediction.reason}`);
  }
}

function showJson(classes: readonly string[], predictions: readonly Prediction[]): void {
  for (const prediction of predictions) {
    if ("reason" in prediction) {
      print(JSON.stringify({ file: prediction.file, error: prediction.reason }));
      continue;
    }
    const { file, probabilities } = prediction;
    const byClass = Object.fromEntries(classes.map((name, label) => [name, probabilities[label]]));
    print(JSON.stringify({ file, class: likeliest(classes, probabilities), probabilities: byClass }));
  }
}

/** Reads the photographs, and runs those that can be read through the net. */
async function predictFiles(run: RunFolder, checkpoint: CheckpointName, files: readonly string[]) {
  const { ImageDataset } = await import("../data/dataset.js");
  const { readAll } = await import("../data/read-all.js");
  const { predictAll } = await import("../report/predictions.js");
  const { classes } = await run.data();
  const { size } = run.config;
  const model = await run.loadModel(checkpoint);
  const predictions: Prediction[] = [];
  const read: { index: number; planes: Uint8Array }[] = [];
  const failures = await readAll(files, { size, onError: "skip" }, (index, { planes }) => read.push({ index, planes }));
  for (const { index, reason } of failures) predictions[index] = { file: files[index], reason };
  const pixels = read.map(({ planes }) => planes);
  // Nobody has told the labels: that they are 0 here is not looked at.
  const dataset = new ImageDataset({ pixels, labels: new Int32Array(read.length), size, classes });
  const said = await predictAll(model, dataset);
  for (const [i, { index }] of read.entries()) {
    const probabilities = classes.map((_, label) => said.probability(i, label));
    predictions[index] = { file: files[index], probabilities };
  }
  return { classes, predictions };
}

async function predict(paths: readonly string[], { run: path, checkpoint, json }: PredictFlags): Promise<void> {
  const { RunFolder } = await import("../run/run-folder.js");
  const run = await RunFolder.open(path);
  const files = await filesOf(paths);
  if (files.length === 0) throw new Error(`no photographs in ${paths.join(", ")}`);
  const { classes, predictions } = await predictFiles(run, checkpoint, files);
  (json ? showJson : show)(classes, predictions);
  if (predictions.some((prediction) => "reason" in prediction)) process.exitCode = 1;
}

export function predictCommand(): Command {
  return new Command("predict")
    .description("tell the classes of photographs by a trained net")
    .argument("<PHOTO...>", "photographs, or folders of them")
    .requiredOption("--run <RUN>", "the run that trained the net")
    .addOption(checkpointOption())
    .option("--json", "one line of JSON for each photograph")
    .action(predict);
}
