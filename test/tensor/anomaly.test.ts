/** detectAnomaly: what is blamed for NaN. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { crossEntropy } from "../../src/layers/losses/cross-entropy.js";
import { AnomalyError, detectAnomaly } from "../../src/tensor/anomaly.js";
import { rand } from "../../src/tensor/factories/drawn.js";
import { full, ones } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { conv2d } from "../../src/tensor/ops/conv2d.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import { onEachBackend } from "../targets.js";

async function foundIn(fn: () => Tensor): Promise<AnomalyError> {
  const error = await detectAnomaly(() => void fn()).catch((error: unknown) => error);
  expect(error).toBeInstanceOf(AnomalyError);
  return error as AnomalyError;
}

describe("detectAnomaly", () => {
  onEachBackend("blames a batch that has NaN in it, not the operation that reads it first", async () => {
    const images = tensor([1, Number.NaN, 3, 4], [1, 1, 2, 2]);
    const weight = new Parameter(ones([1, 1, 1, 1]));
    const { message, given } = await foundIn(() => conv2d(images, weight).relu());
    expect(message).toBe("conv2d was given NaN or infinity, in its input [1, 1, 2, 2]");
    expect(given).toBe(images);
  });

  it("blames constants wherever they were made, and numbers", async () => {
    const x = new Parameter(ones([2]));
    expect((await foundIn(() => x.add(tensor([1, Infinity])))).message).toBe(
      "add was given NaN or infinity, in its input [2]",
    );
    expect((await foundIn(() => x.mul(Number.NaN))).message).toBe("mul was given NaN or infinity, in its input []");
    const targets = full([2, 3], Number.NaN);
    expect((await foundIn(() => crossEntropy(rand([2, 3]), targets))).given).toBe(targets);
  });

  it("blames running moments that are broken, but not those that batch norm takes itself", async () => {
    const norm = new BatchNorm2d(1).eval();
    norm.buffers()[1].copyFrom(tensor([Number.NaN]));
    const x = rand([2, 1, 2, 2]);
    expect((await foundIn(() => norm.forward(x))).message).toBe(
      "normalize was given NaN or infinity, in its input [1]",
    );
    // Each number is finite, their variance is not: that is the operation's own affair as long as its result is.
    const far = tensor([-1e38, 1e38, -3e38, 3e38], [1, 1, 2, 2]);
    await expect(detectAnomaly(() => norm.train().forward(far))).resolves.toBeDefined();
  });

  it("takes a graph that was there before, whose inputs have been freed", async () => {
    const x = new Parameter(ones([2]));
    const hidden = x.mul(2);
    const loss = hidden.exp().sum();
    hidden.dispose();
    await detectAnomaly(() => loss.backward());
    expect(x.grad!.dataSync()[0]).toBeCloseTo(2 * Math.E ** 2, 4);
  });
});
