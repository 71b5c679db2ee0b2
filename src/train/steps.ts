/** stepsOf: batches run forward and backward, as many as make one step of the optimizer. */

import type { Targets } from "../data/batch.js";
import { checkLogProbabilities, nllLoss } from "../layers/losses/nll-loss.js";
import type { Module } from "../layers/module.js";
import { replaceGrads } from "../optim/clip.js";
import type { Optimizer } from "../optim/optimizer.js";
import { div, mul } from "../tensor/ops/pointwise/arithmetic.js";
import type { Step } from "./data-source.js";
import { forwardPass, runPass } from "./pass.js";
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
  detectAnomaly: boolean | undefined;
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
): AsyncIterable<Said[]> {
  let said: Said[] = [];
  for await (const { batch, count, at } of batches) {
    const pass = () => {
      if (said.length === 0) optimizer.zeroGrad();
      const made = forwardPass("fit", model, batch, loss);
      // Batches may differ in size: each counts by its examples.
      (accumulate === 1 ? made.loss : mul(made.loss, count)).backward();
      return made;
    };
    const where = `epoch ${epoch}, step ${Math.floor(at / accumulate) + 1}`;
    const { values, mean } = await runPass(pass, model, where, detectAnomaly);
    if (loss === nllLoss) checkLogProbabilities(values, values.length / count);
    said.push({ output: values, labels: await labelsOf(batch.targets, classes), count, loss: mean });
    if (said.length < accumulate) continue;
    yield finished(optimizer, said, accumulate);
    said = [];
  }
  if (said.length > 0) yield finished(optimizer, said, accumulate);
}

function finished(optimizer: Optimizer, said: Said[], accumulate: number): Said[] {
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
