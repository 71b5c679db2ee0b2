/** The page's own loop of training: what `fit` comes to, bit by bit. */

import { beforeEach, expect, it } from "vitest";
import { EASY } from "../../examples/page/settings.js";
import { FaceSet, SIZE } from "../../examples/page/worker/faces.js";
import { learnEpoch } from "../../examples/page/worker/learn.js";
import { Adam, fit, manualSeed, Net3, TrainingPosition, useBackend } from "../../src/index.js";

const [FACES, BATCH, EPOCHS] = [12, 8, 2];

beforeEach(() => useBackend("wasm"));

/** A net that nothing has been taught, and the faces for it: the same ones each time. */
function beginning(lr: number) {
  manualSeed(3);
  const model = new Net3({ size: SIZE });
  const training = { model, optimizer: new Adam(model.parameters(), { lr }), position: new TrainingPosition() };
  return { training, faces: new FaceSet("train", FACES, EASY) };
}

async function learn(lr: number) {
  const { training, faces } = beginning(lr);
  const losses: number[] = [];
  while (training.position.epoch <= EPOCHS) {
    for await (const { loss } of learnEpoch(training, { faces, batchSize: BATCH, epochs: EPOCHS })) losses.push(loss);
  }
  return { ...training, losses };
}

it("comes to the losses and the weights of fit, with a last batch that is not full", async () => {
  const { model, losses, position } = await learn(0.01);

  const { training, faces: train } = beginning(0.01);
  const { model: fitted, optimizer } = training;
  const expected: number[] = [];
  const onStep = ({ loss }: { loss: number }) => expected.push(loss);
  const reports = await fit(fitted, { optimizer, train, batchSize: BATCH, epochs: EPOCHS, onStep });

  expect(losses).toHaveLength(4);
  expect(losses).toEqual(expected);
  const bits = (net: Net3) => net.parameters().map((parameter) => parameter.dataSync());
  expect(bits(model)).toEqual(bits(fitted));
  expect(position.reports.map(({ train }) => train.loss)).toEqual(reports.map(({ train }) => train.loss));
  expect(position.reports.map(({ epoch, lr }) => [epoch, lr])).toEqual([
    [1, 0.01],
    [2, 0.01],
  ]);
});

it("ends where the loss is no number any more, with what to do about it", async () => {
  await expect(learn(1e30)).rejects.toThrow(/epoch 1, the loss is NaN: .*lower learning rate/);
});
