/** stepsOf: batches run forward and backward, as many as make one step of the optimizer. */

import type { Targets } from "../data/batch.js";
import { IGNORED } from "../layers/losses/class-loss.js";
import { checkLogProbabilities, nllLoss } from "../layers/losses/nll-loss.js";
import type { Module } from "../layers/module.js";
import { likeliest } from "../metrics/likeliest.js";
import { replaceGrads } from "../optim/clip.js";
import type { Optimizer } from "../optim/optimizer.js";
import { div, mul } from "../tensor/ops/pointwise/arithmetic.js";
import type { Shape } from "../tensor/shape.js";
import type { Step } from "./data-source.js";
import { joinRows } from "./join-rows.js";
import { forwardPass, runPass } from "./pass.js";
import type { Prediction } from "./predict.js";
import type { Said } from "./tally.js";
import { type LossFunction, labelsOf } from "./target-loss.js";

interface StepOptions {
  optimizer: Optimizer;
  loss: LossFunction<Targets>;
  /** How many classes the data says that there are. */
  classes: number | undefined;
  /** Batches in a step. */
  accumulate: number;
  /** For messages. */
  epoch: number;
  detectAnomaly?: boolean;
}

/** What the model said to a batch, in which shape, and to which examples. */
interface Answers extends Said {
  shape: Shape;
  indices: Int32Array | undefined;
}

/**
 * What the model said to the batches of each step, whose gradients the parameters then have: those of the mean over all
 * examples of the step. The last step of a pass has the batches that are left.
 * @throws BrokenLossError when a loss is NaN or infinite, naming the operation that did it
 */
export async function* stepsOf(
  model: Module,
  batches: AsyncIterable<Step>,
  { optimizer, loss, classes, accumulate, epoch, detectAnomaly }: StepOptions,
): AsyncIterable<Answers[]> {
  let said: Answers[] = [];
  for await (const { batch, count, at } of batches) {
    const pass = () => {
      if (said.length === 0) optimizer.zeroGrad();
      const made = forwardPass("fit", model, batch, loss);
      // Batches may differ in size: each counts by its examples.
      (accumulate === 1 ? made.loss : mul(made.loss, count)).backward();
      return made;
    };
    const where = `epoch ${epoch}, step ${Math.floor(at / accumulate) + 1}`;
    const { values, shape, mean } = await runPass(pass, { model, batch, where }, detectAnomaly);
    if (loss === nllLoss) checkLogProbabilities(values, values.length / count);
    const labels = await labelsOf(batch.targets, classes);
    said.push({ output: values, shape, labels, indices: batch.indices, count, loss: mean });
    if (said.length < accumulate) continue;
    yield finished(optimizer, said, accumulate);
    said = [];
  }
  if (said.length > 0) yield finished(optimizer, said, accumulate);
}

function finished(optimizer: Optimizer, said: Answers[], accumulate: number): Answers[] {
  if (accumulate > 1) replaceGrads(optimizer.parameters, (grad) => div(grad, examplesIn(said)));
  return said;
}

/** Over all examples of a step. */
export function meanLoss(said: readonly Said[]): number {
  return said.reduce((sum, { loss, count }) => sum + loss * (count / examplesIn(said)), 0);
}

/** How many examples a step has. */
export function examplesIn(said: readonly Said[]): number {
  return said.reduce((sum, { count }) => sum + count, 0);
}

/** All that was said in a step, one row after the other. */
export function outputsOf(said: readonly Answers[]): Prediction {
  const [{ output, shape }] = said;
  if (said.length === 1) return { data: output, shape };
  const rows = said.reduce((sum, { shape: [n] }) => sum + n, 0);
  return { data: joinRows(said.map(({ output }) => output)), shape: [rows, ...shape.slice(1)] };
}

/** The share of a step's examples that was rightly told; undefined where none has a class. */
export function accuracyOf(said: readonly Said[]): number | undefined {
  let [right, all] = [0, 0];
  for (const { output, labels = [] } of said) {
    const columns = output.length / labels.length;
    for (let i = 0; i < labels.length; i++) {
      if (labels[i] === IGNORED) continue;
      const row = output.subarray(i * columns, (i + 1) * columns);
      if (likeliest(row) === labels[i]) right++;
      all++;
    }
  }
  return all === 0 ? undefined : right / all;
}

/** Where a step's examples stand in the dataset. */
export function indicesOf(said: readonly Answers[]): Int32Array | undefined {
  const all = said.flatMap(({ indices }) => (indices ? Array.from(indices) : []));
  return all.length === examplesIn(said) ? Int32Array.from(all) : undefined;
}
