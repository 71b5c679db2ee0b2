/** Batch normalization against PyTorch: outputs, gradients and running moments, in training and in evaluation. */

import { describe, expect, it } from "vitest";
import { BatchNorm2d, batchNorm } from "../../src/layers/batch-norm.js";
import { withBackend } from "../../src/tensor/backend/current-backend.js";
import { createJsBackend } from "../../src/tensor/backend/js/js.js";
import { full, ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { ShapeError } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { checkFixtures, checkOp, expectClose, type Fixture, readFixture } from "../check-op.js";
import { onEachBackend } from "../targets.js";

interface Options {
  runningMean: number[];
  runningVar: number[];
  training: boolean;
  momentum?: number;
  eps?: number;
}

function normalized([x, weight, bias]: Tensor[], { runningMean, runningVar, ...options }: Options): Tensor {
  return batchNorm(x, { weight, bias, runningMean: tensor(runningMean), runningVar: tensor(runningVar), ...options });
}

// Values of 3,000 ± 2 leave float32 four digits of the difference that counts.
checkFixtures("batch-norm", { batchNorm: { op: normalized, tolerance: 2e-4 } });

describe("large enough to be shared out between threads", () => {
  const moments = (c: number) => ({ runningMean: Array(c).fill(0.1), runningVar: Array(c).fill(2) });
  for (const training of [true, false]) {
    checkOp(`training=${training}`, {
      op: (...inputs) => normalized(inputs, { ...moments(13), training }),
      shapes: [[9, 13, 31, 33], [13], [13]],
    });
  }
});

describe("the running moments", () => {
  const fixtures = readFixture<(Fixture & { runningAfter?: number[][] })[]>("ops/batch-norm");
  onEachBackend("move in training as PyTorch's do, and stay in evaluation", async () => {
    for (const { inputs, options, runningAfter } of fixtures) {
      if (!runningAfter) continue;
      const [x, weight, bias] = inputs.map(({ shape, values }) => tensor(values as number[], shape));
      const { runningMean, runningVar, ...rest } = options as unknown as Options;
      const running = [tensor(runningMean), tensor(runningVar)];
      batchNorm(x, { weight, bias, runningMean: running[0], runningVar: running[1], ...rest });
      for (const i of [0, 1]) expectClose(await running[i].data(), runningAfter[i], 1e-6, `moment ${i}`);
    }
  });
});

it("counts its batches where it is, though new tensors go elsewhere by now", () => {
  const layer = new BatchNorm2d(3);
  const x = ones([2, 3, 4, 4]);
  withBackend(createJsBackend(), () => layer.forward(x));
  expect(layer.stateDict().num_batches_tracked.dataSync()).toEqual(Float32Array.of(1));
});

describe("errors", () => {
  const norm = (shape: number[], c: number, training = true) =>
    batchNorm(zeros(shape), {
      weight: ones([c]),
      bias: zeros([c]),
      runningMean: zeros([c]),
      runningVar: ones([c]),
      training,
    });
  it.each([
    [() => norm([2, 3, 4, 4], 4), "batchNorm: weight has shape [4], input [2, 3, 4, 4] has 3 channels"],
    [() => norm([3], 3), "batchNorm: expected [N, C, ...], got [3]"],
    [
      () => norm([1, 3, 1, 1], 3),
      "batchNorm: one value per channel has no variance, input [1, 3, 1, 1]; train on more, or call eval()",
    ],
  ])("$1", (run, message) => expect(run).toThrow(new ShapeError(message)));

  it("two values per channel have a variance", () => {
    const [runningMean, runningVar] = [zeros([1]), ones([1])];
    const y = batchNorm(tensor([[1], [3]]), {
      weight: ones([1]),
      bias: zeros([1]),
      runningMean,
      runningVar,
      training: true,
    });
    expectClose(y.dataSync(), [-1, 1], 1e-5, "y");
    // (1 − 0.1) · 1 + 0.1 · 2: divided by one less than there are.
    expectClose(runningVar.dataSync(), [1.1], 1e-6, "variance");
  });

  it("one value per channel is fine in evaluation", () => {
    expect(norm([1, 3, 1, 1], 3, false).dataSync()).toEqual(full([3], 0).dataSync());
  });
});
