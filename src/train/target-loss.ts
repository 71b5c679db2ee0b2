/** The loss that a batch is compared by, and what of its targets is a class. */

import type { Targets } from "../data/batch.js";
import type { Labels } from "../layers/losses/class-loss.js";
import { crossEntropy } from "../layers/losses/cross-entropy.js";
import { classLoss } from "../layers/losses/default-loss.js";
import { likeliest } from "../metrics/likeliest.js";
import { formatShape } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import { type DataSource, isDataset } from "./data-source.js";

/** Targets of the kind that there is: TypeScript lets a loss take them for what it knows them to be, without saying so. */
export type KnownTargets = Int32Array & readonly number[] & Tensor;

/**
 * From the model's output [N, …] and the targets of N examples to a scalar, the mean over the N. Any function of the targets
 * that there are will do: `nllLoss` takes labels, `mseLoss` a tensor. (The type is that of a method, whose parameters TypeScript
 * compares in both directions.)
 */
export type LossFunction<T extends Targets = Labels> = { of(output: Tensor, targets: T): Tensor }["of"];

/** How many classes the data says that there are: targets that are no labels are the probabilities of these. */
export function classesOf(data: DataSource): number | undefined {
  return isDataset(data) ? data.classes?.length : undefined;
}

/**
 * The loss where none is given: cross-entropy of classes, and of their probabilities.
 * @param classes how many the data says that there are
 * @throws Error for any other targets, with the losses that there are
 */
export function defaultLoss(who: string, classes: number | undefined): LossFunction<Targets> {
  return (output, targets) => {
    if (!(targets instanceof Tensor)) return classLoss(output, targets);
    if (classes !== undefined) return crossEntropy(output, targets);
    throw new Error(
      `${who}: the targets are a tensor ${formatShape(targets.shape)}, which may mean many things: say by loss what the ` +
        "output is compared by: mseLoss (numbers), bceWithLogits (several labels, each 0 or 1), crossEntropy " +
        "(probabilities of classes), or a function (output, targets) => …",
    );
  };
}

/** The class of each row of outputs: that which is the likeliest, of probabilities; undefined where there are no classes. */
export async function labelsOf(targets: Targets, classes: number | undefined): Promise<ArrayLike<number> | undefined> {
  if (!(targets instanceof Tensor)) return targets;
  if (classes === undefined) return undefined;
  const [n] = targets.shape;
  const values = await targets.data();
  return Int32Array.from({ length: n }, (_, i) => likeliest(values.subarray(i * classes, (i + 1) * classes)));
}
