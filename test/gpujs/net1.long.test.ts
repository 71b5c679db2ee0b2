/** Net #1 on every backend: ten steps of training follow PyTorch's in float64, and a batch of 8 is learned by heart. */

import { expect, vi } from "vitest";
import "../../src/tensor/methods.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import { Net1 } from "../../src/nets/net1.js";
import { Adam } from "../../src/optim/adam.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { readFixture } from "../check-op.js";
import { imagesOf, initialized } from "../nets/hashed.js";
import { onEachBackend, targets } from "../targets.js";

// A processor that pretends to be a GPU takes seconds for a step.
vi.setConfig({ testTimeout: 400_000 });

interface Losses {
  readonly seed: number;
  readonly losses: readonly number[];
}

// By scripts/fixtures/make_net_fixtures.py.
const { Net1: fixture } = readFixture<{ Net1: Losses & { readonly oneByOne: Losses } }>("nets/nets");

/** Net #1 as the fixtures begin, and a step of its training that gives the loss before it. */
function training(): (images: Tensor, labels: readonly number[]) => Promise<number> {
  const model = initialized(new Net1());
  const optimizer = new Adam(model.parameters(), { lr: 1e-3, weightDecay: 1e-3 });
  return async (images, labels) => {
    optimizer.zeroGrad();
    const loss = nllLoss(model.forward(images), labels);
    loss.backward();
    optimizer.step();
    return loss.item();
  };
}

onEachBackend("ten steps of one image each follow PyTorch's", async () => {
  const step = training();
  const { seed, losses } = fixture.oneByOne;
  const pixels = imagesOf(seed, 8, 32);
  const images = Array.from({ length: 8 }, (_, i) => tensor(pixels.subarray(i * 3072, (i + 1) * 3072), [1, 3, 32, 32]));
  for (const [i, expected] of losses.entries()) {
    const loss = await step(images[i % 8], [i % 2]);
    expect(Math.abs(loss / expected - 1), `step ${i + 1}: ${loss}, PyTorch's ${expected}`).toBeLessThan(1e-3);
  }
});

// Chromium's WebGPU learns it, too; Node's, on a processor, would take three times as long for the same.
const elsewhere = targets.filter(
  ({ label, backend }) => label !== "gpujs:webgpu" || !/software/.test(`${backend?.device}`),
);

onEachBackend(
  "a batch of 8 is learned by heart",
  async () => {
    const step = training();
    const images = tensor(imagesOf(fixture.seed, 8, 32), [8, 3, 32, 32]);
    const losses: number[] = [];
    for (let i = 0; i < 2; i++) losses.push(await step(images, [0, 1, 0, 1, 0, 1, 0, 1]));
    expect(losses[0]).toBeGreaterThan(0.5);
    expect(losses[1]).toBeLessThan(0.05);
  },
  typeof window === "undefined" ? elsewhere : targets,
);
