/** A small app: Net #1 learns to tell bright images from dark ones, and says its losses. */

import {
  Adam,
  type BackendName,
  type BackendOptions,
  manualSeed,
  Net1,
  nllLoss,
  rand,
  tensor,
  useBackend,
} from "../../../src/index.js";

const BATCH = 2;
const STEPS = 3;
/** One with which no max-pool window is so close to a tie that another order of float32 sums turns it. */
const SEED = 5;

/** The loss before each step of training, from one seed. */
export async function train(backend: BackendName, options: BackendOptions): Promise<number[]> {
  await useBackend(backend, options);
  manualSeed(SEED);
  const model = new Net1();
  const optimizer = new Adam(model.parameters(), { lr: 1e-3, weightDecay: 1e-3 });
  const labels = Int32Array.from({ length: BATCH }, (_, i) => i % 2);
  const brightness = tensor(Float32Array.from(labels), [BATCH, 1, 1, 1]);
  const images = rand([BATCH, 3, 32, 32]).add(brightness).mul(0.5);
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    optimizer.zeroGrad();
    const loss = nllLoss(model.forward(images), labels);
    loss.backward();
    optimizer.step();
    losses.push(await loss.item());
  }
  return losses;
}
