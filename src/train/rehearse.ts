/** rehearse: one batch of what epochs are measured on, before the first step: what would be refused after an epoch is refused now. */

import { IGNORED } from "../layers/losses/class-loss.js";
import type { Module } from "../layers/module.js";
import { generatorStates, setGeneratorStates } from "../tensor/generator-states.js";
import { plural } from "../text.js";
import type { MetricName } from "./best-epoch.js";
import { type DataSource, isDataset, walk } from "./data-source.js";
import { type EvaluateOptions, tallyOf } from "./evaluate.js";
import { BrokenLossError } from "./pass.js";
import { classesOf, labelsOf } from "./target-loss.js";

/** Of what `fit` is given: what epochs are measured on, and judged by. */
interface Rehearsed extends EvaluateOptions {
  train: DataSource;
  validation?: DataSource;
  test?: DataSource;
  earlyStop?: { metric: MetricName };
  restoreBest?: MetricName;
}

/**
 * How many classes the model tells of this data; undefined where only a pass over all of it can say.
 * @throws Error when the model or the loss can do nothing with the first batch
 */
async function columnsOn(model: Module, data: DataSource, options: EvaluateOptions): Promise<number | undefined> {
  // Making the batches of a program once more may change what the next ones are.
  if (!isDataset(data)) return undefined;
  try {
    return (await tallyOf("fit", model, data, options, { batches: 1 })).state().classes;
  } catch (error) {
    // Numbers that are too large now need not be so after an epoch.
    if (error instanceof BrokenLossError) return undefined;
    throw error;
  }
}

/** Whether examples of more than one class are there. */
async function hasTwoClasses(data: DataSource, batchSize: number | undefined): Promise<boolean> {
  const found = new Set<number>();
  for await (const { batch } of walk("fit", data, { batchSize, shuffle: false })) {
    for (const label of Array.from((await labelsOf(batch.targets, classesOf(data))) ?? [])) found.add(label);
    found.delete(IGNORED);
    if (found.size > 1) return true;
  }
  return false;
}

/** @throws Error when epochs are to be judged by what there will not be */
async function checkMetric(
  option: string,
  metric: MetricName,
  data: DataSource,
  { columns, batchSize }: { columns: number; batchSize: number | undefined },
): Promise<void> {
  if (metric === "loss") return;
  if (columns === 0) {
    throw new Error(
      `fit: ${option} by ${metric} needs targets that are classes, and these are numbers: of them there is only the "loss"`,
    );
  }
  if (metric !== "auc") return;
  if (columns !== 2) {
    throw new Error(
      `fit: ${option} by auc needs two classes, and the model tells ${plural(columns, "class", "classes")}; "accuracy" ` +
        'and "f1" are for any number',
    );
  }
  if (await hasTwoClasses(data, batchSize)) return;
  throw new Error(`fit: ${option} by auc needs examples of both classes to judge by, and there are those of one`);
}

/**
 * Draws from no generator, and changes nothing in the model.
 * @throws Error when an epoch could not be measured, or judged, as it is to be
 */
export async function rehearse(model: Module, options: Rehearsed): Promise<void> {
  const { train, validation, test, batchSize, loss, signal, earlyStop, restoreBest } = options;
  const asked = Object.entries({ earlyStop: earlyStop?.metric, restoreBest });
  const decides = validation ?? test ?? train;
  const judged = asked.some(([, metric]) => metric !== undefined);
  const generators = generatorStates();
  try {
    for (const data of new Set([validation, test, judged ? decides : undefined])) {
      const columns = data && (await columnsOn(model, data, { batchSize, loss, signal }));
      if (columns === undefined || data !== decides) continue;
      for (const [option, metric = "loss"] of asked) await checkMetric(option, metric, data, { columns, batchSize });
    }
  } finally {
    setGeneratorStates(generators);
  }
}
