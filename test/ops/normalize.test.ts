/** Normalization by any moments: the layer, instance and group norms that come of it, and constants. */

import { describe, expect, it } from "vitest";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { moments, normalize } from "../../src/tensor/ops/normalize.js";
import { add, mul } from "../../src/tensor/ops/pointwise.js";
import { ShapeError } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { checkOp, expectClose } from "../check-op.js";
import { onEachBackend } from "../targets.js";

/** Each row of [N, F], which is a channel of a batch of one. */
function layerNorm(x: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const rows = x.reshape([1, ...x.shape]);
  const normalized = normalize(rows, moments(rows)).reshape(x.shape);
  return add(mul(normalized, weight), bias);
}

/** Each `groups`-th of the channels of [N, C, …]; instance norm is a group for each channel. */
function groupNorm(x: Tensor, groups: number): Tensor {
  const parts = x.reshape([1, x.shape[0] * groups, -1]);
  return normalize(parts, moments(parts)).reshape(x.shape);
}

checkOp("layer norm", { op: layerNorm, shapes: [[5, 7], [7], [7]] });
checkOp("group norm", { op: (x) => groupNorm(x, 2), shapes: [[3, 4, 2, 3]] });
checkOp("instance norm", { op: (x) => groupNorm(x, 4), shapes: [[3, 4, 2, 3]] });

const constants = () => ({ mean: tensor([0.5, -1]), variance: tensor([4, 0.25]) });
checkOp("by constants", { op: (x) => normalize(x, constants()), shapes: [[3, 2, 4]] });
checkOp("by constants, with a scale", {
  op: (x, weight) => normalize(x, constants(), { weight }),
  shapes: [[3, 2], [2]],
});

// torch.nn.functional.layer_norm(torch.tensor([[1., 2., 3., 6.]]), [4]), rounded to seven digits
onEachBackend("layer norm has PyTorch's numbers", async () => {
  const y = layerNorm(tensor([[1, 2, 3, 6]]), ones([4]), zeros([4]));
  expectClose(await y.data(), [-1.0690442, -0.5345221, 0, 1.6035664], 1e-5, "layer norm");
});

onEachBackend("moments are the mean and the biased variance of each channel", async () => {
  const { mean, variance } = moments(tensor([1, 5, 3, 9], [2, 2]));
  expect([...(await mean.data()), ...(await variance.data())]).toEqual([2, 7, 1, 4]);
});

onEachBackend("moments of infinite numbers, wherever they stand", async () => {
  for (const values of [
    [Infinity, 1, 2],
    [1, Infinity, 2],
    [1, 2, Infinity],
  ]) {
    const { mean, variance } = moments(tensor(values, [3, 1]));
    expect([...(await mean.data()), ...(await variance.data())]).toEqual([Infinity, Number.NaN]);
  }
});

onEachBackend("moments of another tensor are constants", async () => {
  const x = tensor([1, 5, 3, 9], [2, 2], { requiresGrad: true });
  const other = moments(tensor([1, 5, 3, 9], [2, 2]));
  normalize(x, other, { eps: 0 }).sum().backward();
  expect([...((await x.grad?.data()) ?? [])]).toEqual([1, 0.5, 1, 0.5]);
});

describe("errors", () => {
  it.each([
    [() => moments(zeros([3])), "moments: expected [N, C, ...], got [3]"],
    [
      () => normalize(zeros([2, 3]), { mean: zeros([2]), variance: zeros([3]) }),
      "normalize: mean has shape [2], input [2, 3] has 3 channels",
    ],
  ])("%#", (run, message) => expect(run).toThrow(new ShapeError(message)));
});
