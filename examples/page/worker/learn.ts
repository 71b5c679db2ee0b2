/** learnEpoch: training as one writes it by hand: a batch forward, its loss back, a step of the optimizer, and again. */

// Not from index.ts, whose every name would count as what the worker begins with: see vite.config.ts.
import type { Sequential, Training } from "../../../src/index.js";
import { nllLoss } from "../../../src/layers/losses/nll-loss.js";
import { backward } from "../../../src/tensor/autograd.js";
import { scope } from "../../../src/tensor/scope.js";
import { beginStreams } from "../../../src/train/epoch-streams.js";
import type { FaceSet } from "./faces.js";

/** A step that has been taken. */
export interface LearnedStep {
  /** Of its batch, before it. */
  loss: number;
  /** In this epoch so far, without what is done between two steps. */
  facesPerSecond: number;
}

/** What is kept of a run, whose net takes images. */
export interface FaceTraining extends Training {
  model: Sequential;
}

/** How the faces are gone through. */
interface Pass {
  faces: FaceSet;
  batchSize: number;
  /** How often they are to be gone through altogether. */
  epochs: number;
}

/**
 * Takes the steps of an epoch that are left, and moves the position on with each. `fit` would come to the same numbers, and
 * is much more to load: all that it can measure, and all that may be wrong with what it is given.
 * @throws Error when the loss is no number any more
 */
export async function* learnEpoch(
  { model, optimizer, position }: FaceTraining,
  { faces, batchSize, epochs }: Pass,
): AsyncGenerator<LearnedStep> {
  const { epoch } = position;
  model.train();
  beginStreams(position, true);
  let sum = 0;
  let start = performance.now();
  for (const { inputs, targets } of faces.batches(batchSize, { start: position.done })) {
    optimizer.zeroGrad();
    const mean = scope(() => {
      const loss = nllLoss(model.forward(inputs), targets);
      backward(loss);
      return loss;
    });
    const loss = await mean.item();
    mean.dispose();
    if (!Number.isFinite(loss)) {
      throw new Error(
        `In epoch ${epoch}, the loss is ${loss}: the steps are too large. A lower learning rate makes them smaller.`,
      );
    }
    optimizer.step();
    sum += loss * targets.length;
    position.done += targets.length;
    position.seconds += (performance.now() - start) / 1000;
    yield { loss, facesPerSecond: position.done / position.seconds };
    start = performance.now();
  }
  optimizer.zeroGrad();
  const { done, seconds } = position;
  const train = { loss: sum / done };
  position.finishEpoch({ epoch, epochs, train, lr: optimizer.lr, imagesPerSecond: done / seconds, seconds });
}
