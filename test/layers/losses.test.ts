/** Losses against PyTorch. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { bceWithLogits } from "../../src/layers/losses/bce-with-logits.js";
import { crossEntropy } from "../../src/layers/losses/cross-entropy.js";
import { classLoss } from "../../src/layers/losses/default-loss.js";
import { cosineEmbeddingLoss } from "../../src/layers/losses/distances.js";
import { smoothL1Loss } from "../../src/layers/losses/huber-loss.js";
import { klDiv } from "../../src/layers/losses/kl-div.js";
import { mseLoss } from "../../src/layers/losses/mse-loss.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import type { Reduction } from "../../src/layers/losses/reduction.js";
import { backward } from "../../src/tensor/autograd.js";
import { zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { log, relu, sigmoid } from "../../src/tensor/ops/pointwise.js";
import { logSoftmax, softmax } from "../../src/tensor/ops/softmax.js";
import { noGrad } from "../../src/tensor/scope.js";
import { ShapeError } from "../../src/tensor/shape.js";
import { checkFixtures } from "../check-op.js";
import { onEachBackend } from "../targets.js";

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
    [() => crossEntropy(scores(), zeros([2, 2])), "crossEntropy: probabilities of classes [2, 2] for scores [2, 3]"],
    [
      () => crossEntropy(zeros([2, 3, 4]), zeros([2, 3])),
      "crossEntropy: probabilities of classes [2, 3] for scores [2, 3, 4]",
    ],
    [() => crossEntropy(zeros([2, 1, 4]), [0, 0]), "crossEntropy: expected scores [N, C], got [2, 1, 4]"],
    [() => mseLoss(zeros([2, 3]), zeros([2])), "mseLoss: the shapes [2, 3] and [2] must agree"],
    [
      () => mseLoss(zeros([2, 1]), zeros([2])),
      "mseLoss: the shapes [2, 1] and [2] must agree; write target.reshape([2, 1])",
    ],
    [
      () => bceWithLogits(zeros([2, 1]), zeros([2])),
      "bceWithLogits: the shapes [2, 1] and [2] must agree; write target.reshape([2, 1])",
    ],
  ])("$1", (run, message) => expect(run).toThrow(new ShapeError(message)));

  it.each([
    [{ weight: [1, -1, 1] }, "weight[1] must be a finite number of at least 0, got -1"],
    [{ weight: new Float32Array([1, 1, Number.NaN]) }, "weight[2] must be a finite number of at least 0"],
    [{ weight: [Infinity, 1, 1] }, "weight[0] must be a finite number of at least 0, got Infinity"],
    [{ ignoreIndex: 0.5 }, "ignoreIndex must be an integer, got 0.5"],
    [{ ignoreIndex: Number.NaN }, "ignoreIndex must be an integer, got NaN"],
  ])("%o, which no mean is of", (options, message) => {
    const refusal = (who: string) =>
      expect.objectContaining({ name: "RangeError", message: expect.stringContaining(`${who}: ${message}`) });
    expect(() => nllLoss(scores(), [0, 1], options)).toThrow(refusal("nllLoss"));
    expect(() => crossEntropy(scores(), [0, 1], options)).toThrow(refusal("crossEntropy"));
    expect(() => crossEntropy(scores(), [0, 1], { ...options, labelSmoothing: 0.1 })).toThrow(refusal("crossEntropy"));
    if ("weight" in options) {
      expect(() => crossEntropy(scores(), softmax(scores(), 1), options)).toThrow(refusal("crossEntropy"));
    }
  });

  it("weights of 0 and labels of -1 that are ignored are none", async () => {
    const loss = nllLoss(logSoftmax(scores(), 1), [0, -1], { weight: [1, 0, 0], ignoreIndex: -1 });
    expect(await loss.item()).toBeCloseTo(Math.log(3), 6);
  });

  it("targets of cosineEmbeddingLoss other than 1 and −1", () => {
    const loss = (targets: number[]) => () => cosineEmbeddingLoss(scores(), scores(), tensor(targets));
    expect(loss([1, 0])).toThrow(
      new RangeError(
        "cosineEmbeddingLoss: expected targets 1 (they belong together) and −1 (they do not), got 0; " +
          "of 0 and 1, sub(mul(target, 2), 1) makes −1 and 1",
      ),
    );
    expect(loss([0.5, 1])).toThrow(/−1 \(they do not\), got 0\.5$/);
    expect(loss([1, Number.NaN])).toThrow("−1 (they do not), got NaN");
    expect(loss([-1, 1])).not.toThrow();
  });

  it("labels in a tensor, which has no integers", () => {
    expect(() => nllLoss(scores(), zeros([2]) as never)).toThrow(
      "nllLoss: labels must be an Int32Array or a list of classes, got a Tensor [2]; " +
        "Int32Array.from(await labels.data()) has its numbers",
    );
    expect(() => crossEntropy(scores(), zeros([2]) as never)).toThrow("crossEntropy: labels must be an Int32Array");
    expect(() => nllLoss(logSoftmax(scores(), 1), zeros([2, 3]) as never)).toThrow(
      "got a Tensor [2, 3]; crossEntropy takes probabilities of classes [N, C], as mixup makes them",
    );
    expect(() => nllLoss(logSoftmax(scores(), 1), "01" as never)).toThrow(/classes, got "01"$/);
  });

  it("label smoothing outside of 0 to 1", () => {
    expect(() => crossEntropy(scores(), [0, 1], { labelSmoothing: 1.5 })).toThrow(
      new RangeError("crossEntropy: labelSmoothing must be a number from 0 to 1, got 1.5"),
    );
  });
});

it.each(["none", "sum"] as const)("smoothL1Loss of beta 0 is l1Loss, reduced by %s, too", async (reduction) => {
  const loss = smoothL1Loss(tensor([1, -2]), tensor([0, 1]), { beta: 0, reduction });
  expect([...(await loss.data())]).toEqual(reduction === "sum" ? [4] : [1, 3]);
});

it("klDiv takes 0 · ln 0 for 0", async () => {
  const even = logSoftmax(zeros([1, 2]), 1);
  const losses = klDiv(even, tensor([[0, 1]]), { reduction: "none" });
  expect([...(await losses.data())]).toEqual([expect.closeTo(0), expect.closeTo(Math.LN2)]);
});

describe("what cannot be meant", () => {
  const logits = () => tensor([2, -1, 0.5, -3], [2, 2], { requiresGrad: true });

  it("nllLoss of logits", async () => {
    const message =
      "nllLoss: expected log-probabilities, which are at most 0; example 0 has 2. Use crossEntropy for logits, or end " +
      "the model in logSoftmax(x, 1)";
    expect(() => nllLoss(logits(), [0, 1])).toThrow(new RangeError(message));
    expect(() => nllLoss(softmax(logits(), 1), [0, 1])).toThrow("nllLoss: expected log-probabilities");
    // Rounding, and a small number added before the logarithm, are let pass; NaN is for whoever looks for NaN.
    expect(await nllLoss(tensor([[1e-6, -9]]), [0]).item()).toBeCloseTo(-1e-6, 9);
    expect(await nllLoss(tensor([[Number.NaN, -9]]), [0]).item()).toBeNaN();
    expect(await nllLoss(tensor([[Infinity, -9]]), [0]).item()).toBe(-Infinity);
    expect(() =>
      nllLoss(
        tensor([
          [-1, -9],
          [-9, -1],
          [-1, 3],
        ]),
        [0, 1, 0],
      ),
    ).toThrow("example 2 has 3.");
    const expected = await crossEntropy(logits(), [0, 1]).item();
    expect(await nllLoss(logSoftmax(logits(), 1), [0, 1]).item()).toBe(expected);
  });

  onEachBackend("the logits of a linear layer, without a look at their numbers", () => {
    const x = tensor([2, -1, 0.5, -3], [2, 2]).matmul(tensor([1, 0, 0, 1], [2, 2], { requiresGrad: true }));
    expect(() => nllLoss(x.add(tensor([-9, -9])), [0, 1])).toThrow(
      "nllLoss: expected log-probabilities, got the result of a linear layer. Use crossEntropy for logits",
    );
    expect(() => nllLoss(relu(x), [0, 1])).toThrow("nllLoss: expected log-probabilities, got the result of relu.");
  });

  it("targets that are no probabilities", () => {
    expect(() => bceWithLogits(zeros([3]), tensor([0, 1, 2]))).toThrow(
      new RangeError(
        "bceWithLogits: targets are probabilities, 0 to 1, and one is 2. Classes of more than two are crossEntropy's",
      ),
    );
    expect(() => bceWithLogits(zeros([1]), tensor([-0.5]))).toThrow("one is -0.5");
    expect(() => bceWithLogits(zeros([3]), tensor([0, 0.5, 1]))).not.toThrow();
  });

  it("probabilities of classes that are none, or do not add up to 1", async () => {
    const message = (rest: string) => new RangeError(`crossEntropy: ${rest}`);
    expect(() => crossEntropy(logits(), tensor([2, -1, 0, 1], [2, 2]))).toThrow(
      message("targets are probabilities, 0 to 1, and one is 2. softmax(x, 1) makes such of scores"),
    );
    expect(() => crossEntropy(logits(), tensor([0, 1, 1, 1], [2, 2]))).toThrow(
      message(
        "the probabilities of example 1 add up to 2, not to 1. Where several classes may hold at once, take " +
          "bceWithLogits; to let an example count less, weight",
      ),
    );
    expect(() => crossEntropy(logits(), zeros([2, 2]))).toThrow(
      "the probabilities of example 0 add up to 0, not to 1.",
    );
    // What rounding makes of them is let pass, and NaN is for whoever looks for NaN.
    for (const targets of [softmax(logits(), 1), tensor([0.333, 0.666, -1e-7, 1.0000001], [2, 2])]) {
      expect(await crossEntropy(logits(), targets).item()).toBeGreaterThan(0);
    }
    expect(await crossEntropy(logits(), tensor([Number.NaN, 0, 1, 0], [2, 2])).item()).toBeNaN();
  });

  it("a divergence of scores", () => {
    const even = logSoftmax(zeros([1, 2]), 1);
    expect(() => klDiv(tensor([[0.5, -1]]), tensor([[0, 1]]))).toThrow(
      new RangeError(
        "klDiv, input: expected log-probabilities, which are at most 0; example 0 has 0.5. logSoftmax makes such of scores",
      ),
    );
    expect(() => klDiv(even, tensor([[3, 1]]))).toThrow(
      new RangeError(
        "klDiv: targets are probabilities, 0 to 1, and one is 3. softmax makes such of scores; logarithms of them need " +
          "{ logTarget: true }",
      ),
    );
    const second = tensor([
      [-1, -1],
      [-1, 2],
    ]);
    expect(() => klDiv(second, zeros([2, 2]))).toThrow("example 1 has 2.");
    expect(() => klDiv(even, even)).toThrow("{ logTarget: true }");
    expect(() => klDiv(even, tensor([[0, 1]]), { logTarget: true })).toThrow(
      "klDiv, target: expected log-probabilities",
    );
    expect(() => klDiv(even, even, { logTarget: true })).not.toThrow();
  });

  it("probabilities where logits are asked for", () => {
    expect(() => crossEntropy(softmax(logits(), 1), [0, 1])).toThrow(
      "crossEntropy: expected logits, got the result of softmax: give it what softmax was given",
    );
    expect(() => bceWithLogits(sigmoid(logits()), zeros([2, 2]))).toThrow(
      "bceWithLogits: expected logits, got the result of sigmoid",
    );
    expect(() => noGrad(() => crossEntropy(sigmoid(logits()), [0, 1]))).toThrow(
      "crossEntropy: expected logits, got the result of sigmoid: give it what sigmoid was given",
    );
  });

  it("one class, for which the cross entropy is 0 whatever the scores", () => {
    for (const labels of [[0, 0], zeros([2, 1])]) {
      expect(() => crossEntropy(zeros([2, 1]), labels)).toThrow(
        "crossEntropy: of one class it is 0 whatever the score; for yes or no there is bceWithLogits",
      );
    }
  });

  it("classLoss is right for logits and for log-probabilities, whoever made them", async () => {
    const x = logits();
    const expected = await crossEntropy(x, [0, 1]).item();
    const logarithms = logSoftmax(x, 1);
    expect(await classLoss(x, [0, 1]).item()).toBe(expected);
    expect(await classLoss(logarithms, [0, 1]).item()).toBe(await nllLoss(logarithms, [0, 1]).item());
    expect(await classLoss(log(softmax(x, 1)), [0, 1]).item()).toBeCloseTo(expected, 6);
    // Along the wrong axis they are no log-probabilities of classes.
    const wrongAxis = logSoftmax(x, 0);
    expect(await classLoss(wrongAxis, [0, 1]).item()).toBe(await crossEntropy(wrongAxis, [0, 1]).item());
  });
});

describe("labels that stand for no class", () => {
  onEachBackend("forget scores of −Infinity", async () => {
    const logits = tensor([-Infinity, 1, 0, 0], [2, 2], { requiresGrad: true });
    for (const labelSmoothing of [0, 0.5]) {
      const loss = crossEntropy(logits, [-100, 1], { labelSmoothing, reduction: "sum" });
      expect(await loss.item()).toBeCloseTo(Math.LN2, 6);
    }
    backward(nllLoss(logSoftmax(logits, 1), [-100, 1]));
    expect([...(await logits.grad!.data())]).toEqual([0, 0, 0.5, -0.5]);
  });

  onEachBackend("alone have no mean, and change nothing", async () => {
    const logits = zeros([1, 2], { requiresGrad: true });
    for (const loss of [crossEntropy(logits, [-100]), crossEntropy(logits, [0], { weight: [0, 1] })]) {
      logits.zeroGrad();
      expect(await loss.item()).toBeNaN();
      backward(loss);
      expect([...(await logits.grad!.data())]).toEqual([0, 0]);
    }
  });
});
