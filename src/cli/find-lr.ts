/** torchlet train --find-lr: which learning rate to train with, and a chart that says why. */

import { writeAtomically } from "../io/atomic-file.js";
import { Charts } from "../report/charts/chart.js";
import { learningRateChart } from "../report/charts/learning-rate.js";
import { checkApart } from "../run/apart.js";
import { checkWritable } from "../run/check-writable.js";
import type { TrainConfig } from "../run/config.js";
import { findRate, type RunHooks } from "../run/run.js";
import { print } from "./print.js";

/** @param file the chart's */
export async function findLr(file: string, config: TrainConfig, hooks: RunHooks): Promise<void> {
  checkApart("--find-lr", file, config);
  await checkWritable(file);
  const found = await findRate(config, hooks);
  await writeAtomically(file, learningRateChart(await Charts.load(), found).file);
  const { rates, suggestion } = found;
  const [from, to] = [rates[0], rates[rates.length - 1]].map((rate) => rate.toPrecision(2));
  if (suggestion === undefined) {
    throw new Error(`--find-lr: from ${from} to ${to}, the loss does not fall at any rate; ${file} has its chart`);
  }
  print(file);
  print(
    `The loss falls most steeply at a rate of ${suggestion.toPrecision(2)}: --lr ${Number(suggestion.toPrecision(2))}`,
  );
}
