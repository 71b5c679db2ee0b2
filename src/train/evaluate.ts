/** evaluate: how good a model is on a dataset. */

import { frozen } from "../layers/look-inside.js";
import { checkLogProbabilities, nllLoss } from "../layers/losses/nll-loss.js";
import { aModule, type Module } from "../layers/module.js";
import { aCount, checkArgument, checkOptions, functions, type OptionKinds } from "../tensor/arguments.js";
import { aSignal } from "../tensor/kinds.js";
import { noGrad } from "../tensor/scope.js";
import { aDataSource, checkNotEmpty, type DataSource, walk } from "./data-source.js";
import type { MetricsOf } from "./metrics.js";
import { forwardPass, runPass } from "./pass.js";
import { Tally } from "./tally.js";
import { classesOf, defaultLoss, type KnownTargets, type LossFunction, labelsOf } from "./target-loss.js";

export interface EvaluateOptions {
  /** Examples in a forward pass. Default 64; changes nothing but speed and memory. Batches of one's own are as they are. */
  batchSize?: number;
  /**
   * Default where the targets are classes: cross-entropy, of logits or, where the model ends in `logSoftmax`, of
   * log-probabilities.
   */
  loss?: LossFunction<KnownTargets>;
  /** Ends the pass, between two batches, by throwing its reason. */
  signal?: AbortSignal;
}

const KINDS: OptionKinds<EvaluateOptions> = {
  batchSize: aCount,
  loss: functions<LossFunction<KnownTargets>>(),
  signal: aSignal,
};

/**
 * Sums up what the model says to some data, or to the first `batches` of it.
 * @param who asks, for messages
 */
export async function tallyOf(
  who: string,
  model: Module,
  data: DataSource,
  options: EvaluateOptions,
  { batches = Infinity } = {},
): Promise<Tally> {
  const classes = classesOf(data);
  const { batchSize = 64, loss = defaultLoss(who, classes), signal } = options;
  const tally = new Tally({ classes });
  let step = 0;
  for await (const { batch, count } of walk(who, data, { batchSize, shuffle: false })) {
    const pass = () => noGrad(() => frozen(model, () => forwardPass(who, model, batch, loss)));
    const { values, mean } = await runPass(pass, { model, batch, where: `evaluation, step ${++step}` });
    if (loss === nllLoss) checkLogProbabilities(values, values.length / count);
    tally.add({ output: values, labels: await labelsOf(batch.targets, classes), count, loss: mean });
    signal?.throwIfAborted();
    if (step === batches) break;
  }
  return tally;
}

/**
 * Runs the whole dataset through the model in evaluation mode, without recording. Each module's own mode is put back.
 * @param data a dataset, or batches `{ inputs, targets }`
 * @returns the loss, and where the targets are classes, how often they were told
 * @throws Error when there is nothing in it, no loss is given for targets that are no classes, or the output is not
 * [N, classes]; a BrokenLossError when the loss is NaN or infinite, naming the operation that did it
 */
export async function evaluate<Data extends DataSource>(
  model: Module,
  data: Data,
  options: EvaluateOptions = {},
): Promise<MetricsOf<Data>> {
  checkArgument("evaluate", "model", model, aModule);
  checkArgument("evaluate", "data", data, aDataSource);
  checkOptions("evaluate", options, KINDS);
  checkNotEmpty("evaluate", data);
  return (await tallyOf("evaluate", model, data, options)).metrics() as MetricsOf<Data>;
}
