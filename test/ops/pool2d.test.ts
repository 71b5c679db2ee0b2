/** Pooling against PyTorch. */

import { describe, expect, it } from "vitest";
import type { Pair } from "../../src/tensor/ops/conv2d.js";
import { type AvgPool2dOptions, avgPool2d, maxPool2d } from "../../src/tensor/ops/pool2d.js";
import { ShapeError } from "../../src/tensor/shape.js";
import { tensor, zeros } from "../../src/tensor/tensor.js";
import { checkFixtures, checkOp } from "../check-op.js";
import { onEachBackend } from "../targets.js";

type Options = AvgPool2dOptions & { kernelSize: Pair };

checkFixtures("pool2d", {
  maxPool2d: { op: ([x], { kernelSize, ...options }: Options) => maxPool2d(x, kernelSize, options) },
  avgPool2d: { op: ([x], { kernelSize, ...options }: Options) => avgPool2d(x, kernelSize, options), linear: [0] },
});

describe("large enough to be shared out between threads", () => {
  for (const [name, pool] of Object.entries({ maxPool2d, avgPool2d })) {
    checkOp(`${name} 2`, { op: (x) => pool(x, 2), shapes: [[3, 17, 32, 33]] });
    checkOp(`${name} 3, overlapping`, { op: (x) => pool(x, 3, { stride: 2, padding: 1 }), shapes: [[3, 17, 32, 33]] });
  }
});

describe("maxPool2d", () => {
  onEachBackend("lets NaN win", async () => {
    const x = tensor([1, 2, Number.NaN, 0, 5, 3, 4, 1], [1, 1, 2, 4]);
    expect([...(await maxPool2d(x, 2).data())]).toEqual([5, Number.NaN]);
  });
});

describe("errors", () => {
  it.each([
    [() => maxPool2d(zeros([3, 4, 4]), 2), "maxPool2d: expected an input of 4 axes (N, C, H, W), got [3, 4, 4]"],
    [
      () => avgPool2d(zeros([1, 1, 4, 2]), 3),
      "avgPool2d: the window spans 3 along W, the padded input [1, 1, 4, 2] has 2",
    ],
    [
      () => maxPool2d(zeros([1, 1, 4, 4]), 2, { padding: 2 }),
      "maxPool2d: padding [2, 2] is more than half the window [2, 2]",
    ],
    [
      () => maxPool2d(zeros([1, 1, 4, 4]), 0),
      "maxPool2d: kernelSize must be an integer of at least 1, or two of them, got 0",
    ],
  ])("$1", (run, message) => expect(run).toThrow(new ShapeError(message)));
});
