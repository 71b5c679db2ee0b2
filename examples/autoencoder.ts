/** An autoencoder: pictures of clothes through sixteen numbers and back. `npx tsx examples/autoencoder.ts`, then look. */

import { mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { PNG } from "pngjs";
import {
  Adam,
  type Batch,
  bceWithLogits,
  Conv2d,
  ConvTranspose2d,
  CosineWarmupLR,
  consoleProgress,
  fit,
  flatten,
  type ImageDataset,
  Linear,
  manualSeed,
  noGrad,
  relu,
  reshape,
  roll,
  Sequential,
  stack,
  useBackend,
} from "../src/index.js";
import { numberOption } from "./number-option.js";
import { readFashionMnist } from "./read-fashion-mnist.js";

const { values } = parseArgs({
  options: {
    data: { type: "string" },
    epochs: { type: "string", default: "6" },
    limit: { type: "string", default: "60000" },
    out: { type: "string", default: "runs/autoencoder.png" },
  },
});
const epochs = numberOption("epochs", values.epochs, 1, true);
const limit = numberOption("limit", values.limit, 1, true);
const batchSize = 128;
const codeLength = 16;

const backend = await useBackend("auto");
manualSeed(1);
const { train, test } = await readFashionMnist(limit, values.data);
console.log(`${train.length} pictures of 784 pixels, through ${codeLength} numbers, on ${backend}`);

const encoder = new Sequential(
  new Conv2d(1, 16, 3, { stride: 2, padding: 1 }),
  relu,
  new Conv2d(16, 32, 3, { stride: 2, padding: 1 }),
  relu,
  flatten,
  new Linear(32 * 7 * 7, codeLength),
);
const decoder = new Sequential(
  new Linear(codeLength, 32 * 7 * 7),
  relu,
  (x) => reshape(x, [-1, 32, 7, 7]),
  new ConvTranspose2d(32, 16, 4, { stride: 2, padding: 1 }),
  relu,
  new ConvTranspose2d(16, 1, 4, { stride: 2, padding: 1 }),
);
const model = new Sequential(encoder, decoder);

// What comes out is compared with what went in. A pixel between black and white is taken as the probability of white.
function* itself(images: ImageDataset): Generator<Batch> {
  for (const { inputs } of images.batches(batchSize)) yield { inputs, targets: inputs };
}
const optimizer = new Adam(model.parameters(), { lr: 2e-3 });
const { onStep, onEpoch } = consoleProgress();
await fit(model, {
  optimizer,
  train: () => itself(train),
  test: () => itself(test),
  epochs,
  loss: bceWithLogits,
  schedule: new CosineWarmupLR(optimizer, { steps: epochs * Math.ceil(train.length / batchSize) }),
  scheduleEvery: "step",
  onStep,
  onEpoch,
});

// The picture: the first test picture of each class; below it what comes back from its code, and the way to the next one's.
model.eval();
const size = 28;
const area = size * size;
const firsts = Array.from({ length: 10 }, (_, label) => test.labels.indexOf(label));
const originals = stack(firsts.map((index) => test.item(index).image));
const rows: Float32Array[] = [await originals.data()];
for (const way of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
  const back = noGrad(() => {
    const codes = encoder.forward(originals);
    const next = roll(codes, -1, 0);
    return decoder.forward(codes.mul(1 - way).add(next.mul(way))).sigmoid();
  });
  rows.push(await back.data());
}

const png = new PNG({ width: 10 * size, height: rows.length * size });
rows.forEach((row, y) => {
  row.forEach((value, i) => {
    const [picture, line, column] = [Math.floor(i / area), Math.floor(i / size) % size, i % size];
    const at = 4 * ((y * size + line) * png.width + picture * size + column);
    png.data.set([255 * value, 255 * value, 255 * value, 255], at);
  });
});
await mkdir(dirname(values.out), { recursive: true });
await writeFile(values.out, PNG.sync.write(png, { colorType: 0 }));
console.log(`${values.out}: ten pictures, below each what comes back from its code, and its way to the next picture`);
