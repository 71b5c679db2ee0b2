/** A small net tells ten kinds of clothes apart: `npx tsx examples/fashion-mnist.ts`. bench/peers has its twin in PyTorch. */

import { parseArgs } from "node:util";
import {
  AdamW,
  BatchNorm2d,
  Conv2d,
  CosineWarmupLR,
  consoleProgress,
  Dropout,
  fit,
  flatten,
  Linear,
  MaxPool2d,
  manualSeed,
  relu,
  Sequential,
  saveSafetensors,
  useBackend,
} from "../src/index.js";
import { numberOption } from "./number-option.js";
import { readFashionMnist } from "./read-fashion-mnist.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    epochs: { type: "string", default: "12" },
    limit: { type: "string", default: "60000" },
    seed: { type: "string", default: "1" },
    out: { type: "string", default: "runs/fashion-mnist.safetensors" },
  },
});
const epochs = numberOption("epochs", values.epochs, 1, true);
const limit = numberOption("limit", values.limit, 1, true);
const batchSize = 128;

const backend = await useBackend("auto");
manualSeed(numberOption("seed", values.seed, 0, true));
const { train, test } = await readFashionMnist(limit, values.data);
console.log(
  `${train.length} training and ${test.length} test pictures of ${train.classes.length} classes, on ${backend}`,
);

const model = new Sequential(
  new Conv2d(1, 32, 3, { padding: 1 }),
  new BatchNorm2d(32),
  relu,
  new MaxPool2d(2),
  new Conv2d(32, 64, 3, { padding: 1 }),
  new BatchNorm2d(64),
  relu,
  new MaxPool2d(2),
  flatten,
  new Dropout(0.25),
  new Linear(64 * 7 * 7, 128),
  relu,
  new Dropout(0.25),
  new Linear(128, train.classes.length),
);
console.log(`${model}\n`);

const steps = epochs * Math.ceil(train.length / batchSize);
const optimizer = new AdamW(model.parameters(), { lr: 3e-3, weightDecay: 0.02 });
const { onStep, onEpoch } = consoleProgress();
await fit(model, {
  optimizer,
  train,
  test,
  epochs,
  batchSize,
  augment: { flip: 0.5 },
  schedule: new CosineWarmupLR(optimizer, { steps, warmupSteps: Math.round(steps / 30) }),
  scheduleEvery: "step",
  onStep,
  onEpoch,
});
await saveSafetensors(values.out, model.stateDict());
console.log(`Weights saved: ${values.out}`);
