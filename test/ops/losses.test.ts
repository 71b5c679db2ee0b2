/** Losses against PyTorch. */

import { describe, expect, it } from "vitest";
import { bceWithLogits, crossEntropy, mseLoss, nllLoss, type Reduction } from "../../src/layers/losses.js";
import { ShapeError } from "../../src/tensor/shape.js";
import { tensor, zeros } from "../../src/tensor/tensor.js";
import { checkFixtures } from "../check-op.js";

interface ClassOptions {
  labels: number[];
  weight?: number[];
  reduction?: Reduction;
  labelSmoothing?: number;
}

interface BceOptions {
  targets: number[];
  weight?: number[];
  posWeight?: number[];
  reduction?: Reduction;
}

checkFixtures("losses", {
  nllLoss: { op: ([x], { labels, ...options }: ClassOptions) => nllLoss(x, labels, options) },
  crossEntropy: {
    op: ([x], { labels, ...options }: ClassOptions) => crossEntropy(x, Int32Array.from(labels), options),
  },
  mseLoss: { op: ([a, b], options: { reduction?: Reduction }) => mseLoss(a, b, options) },
  bceWithLogits: {
    op: ([x], { targets, weight, posWeight, reduction }: BceOptions) =>
      bceWithLogits(x, tensor(targets, x.shape), {
        weight: weight && tensor(weight),
        posWeight: posWeight && tensor(posWeight),
        reduction,
      }),
  },
});

describe("errors", () => {
  const scores = () => zeros([2, 3]);
  it.each([
    [() => nllLoss(scores(), [0, 3]), "nllLoss: label 3 of example 1 is not one of the classes 0 to 2"],
    [() => crossEntropy(scores(), [-1, 0]), "crossEntropy: label -1 of example 0 is not one of the classes 0 to 2"],
    [() => nllLoss(scores(), [0.5, 0]), "nllLoss: label 0.5 of example 0 is not one of the classes 0 to 2"],
    [() => nllLoss(scores(), [0]), "nllLoss: 1 labels for 2 examples"],
    [() => nllLoss(zeros([6]), [0]), "nllLoss: expected scores [N, C], got [6]"],
    [() => nllLoss(scores(), [0, 1], { weight: [1, 2] }), "nllLoss: 2 class weights for 3 classes"],
    [() => mseLoss(zeros([2, 1]), zeros([2])), "mseLoss: the shapes [2, 1] and [2] must agree"],
    [() => bceWithLogits(zeros([2, 1]), zeros([2])), "bceWithLogits: the shapes [2, 1] and [2] must agree"],
  ])("$1", (run, message) => expect(run).toThrow(new ShapeError(message)));

  it("label smoothing outside of 0 to 1", () => {
    expect(() => crossEntropy(scores(), [0, 1], { labelSmoothing: 1.5 })).toThrow(
      new RangeError("crossEntropy: expected 0 <= labelSmoothing <= 1, got 1.5"),
    );
  });
});
