/** The rest of `bench steps`: a whole epoch, the memory of a process, and a cold start. */

import { availableParallelism } from "node:os";
import { fit, ImageDataset } from "../src/index.js";
import { buildPackage, freshTraining } from "./fresh-process.js";
import { adamFor, labelsOf, nets, noisyImages, noisyPixels, train } from "./nets.js";
import { formatBytes, type Row, short } from "./report.js";
import { elapsed, median, timeWarm } from "./timing.js";

/** As many images as the faces' training set has. */
const EPOCH_IMAGES = 18_259;

const STARTS = 5;

/** In so many parts the epoch takes turns with its steps by themselves, so that a drift of the machine meets both. */
const PARTS = 8;

/** One epoch of Net #1 against the sum of its steps. */
async function benchEpoch(batch: number, threads: number): Promise<Row> {
  const { make, size } = nets.net1;
  const model = make(0);
  const optimizer = adamFor(model);
  const images = noisyImages(batch, nets.net1);
  const timeStep = async () => (await timeWarm(() => train(model, optimizer, images, labelsOf(batch)), 0)).median;
  const steps = [await timeStep()];
  let ms = 0;
  for (let part = 0; part < PARTS; part++) {
    const length = Math.floor((EPOCH_IMAGES * (part + 1)) / PARTS) - Math.floor((EPOCH_IMAGES * part) / PARTS);
    const pixels = noisyPixels(length, size);
    const dataset = new ImageDataset({ pixels, labels: labelsOf(length), size, classes: ["0", "1"] });
    ms += await elapsed(() => fit(model, { optimizer, train: dataset, epochs: 1, batchSize: batch }));
    steps.push(await timeStep());
  }
  const sum = (EPOCH_IMAGES / batch) * (steps.reduce((a, b) => a + b) / steps.length);
  images.dispose();
  console.log(
    `net1, one epoch of ${EPOCH_IMAGES} images in memory, batch ${batch}: ${short(ms / 1000)} s, ` +
      `${(ms / sum).toFixed(3)} times the sum of its steps (${short(sum / 1000)} s)`,
  );
  return { name: `net1 batch ${batch} epoch`, threads, median: ms };
}

/** The epoch on the backend that is chosen; fresh processes with as many threads. */
export async function benchRuns(threads = availableParallelism()): Promise<Row[]> {
  console.log("");
  const epoch = await benchEpoch(64, threads);
  buildPackage();
  const { peakBytes } = await freshTraining(512, threads, 3);
  console.log(`net1, most resident memory of a process that trains with batch 512: ${formatBytes(peakBytes)}`);
  const starts: number[] = [];
  for (let i = 0; i < STARTS; i++) starts.push((await freshTraining(8, threads, 1)).ms);
  const cold = median(starts);
  console.log(`net1, from the import to the first training step with batch 8 done: ${short(cold)} ms`);
  return [epoch, { name: "net1 batch 8 cold start", threads, median: cold }];
}
