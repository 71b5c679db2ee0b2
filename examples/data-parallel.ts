/**
 * Trains Net #1 in several processes at once, each on its share of every batch:
 * `mpirun -np 2 --bind-to none npx tsx examples/data-parallel.ts --threads 1`. docs/scale.md says when that is worth it.
 */

import { createHash } from "node:crypto";
import {
  Adam,
  consoleProgress,
  encodeSafetensors,
  FaceFolder,
  fit,
  manualSeed,
  Net1,
  nllLoss,
  type StepGradients,
  saveSafetensors,
  type Tensor,
  tensor,
  useBackend,
} from "../src/index.js";
import { Mpi } from "./mpi.js";
import { readOptions, type TrainOptions } from "./options.js";

const size = 32;
const mpi = new Mpi();

/** The first process may draw the faces that the others train on. */
async function readOptionsOnce(): Promise<TrainOptions> {
  if (mpi.rank > 0) mpi.barrier();
  const options = await readOptions({ epochs: 2, batch: 64, out: "runs/net1-parallel.safetensors" });
  if (mpi.rank === 0) mpi.barrier();
  return options;
}

const options = await readOptionsOnce();
const { batch, limit, seed, threads } = options;
if (batch % mpi.size !== 0) throw new Error(`--batch: ${batch} photographs are not ${mpi.size} shares of one size`);
const backend = await useBackend(options.backend, { threads });

// The same seed everywhere: the same weights to begin with, and the same order of the photographs.
manualSeed(seed);
const model = new Net1();
const train = await FaceFolder.open(options.train, { size, limit });
const test = await FaceFolder.open(options.test, { size, limit });
const optimizer = new Adam(model.parameters(), { lr: options.lr, weightDecay: options.weightDecay });

/** What the means of all processes took, and what they were of. */
const exchange = { steps: 0, seconds: 0, numbers: 0 };

/** Puts the mean over all processes in the place of each one's own numbers, all of them in one message. */
async function average(tensors: readonly Tensor[]): Promise<void> {
  const own = new Float32Array(tensors.reduce((sum, { size }) => sum + size, 0));
  let end = 0;
  for (const source of tensors) {
    own.set(await source.data(), end);
    end += source.size;
  }
  const start = performance.now();
  const mean = mpi.mean(own);
  exchange.seconds += (performance.now() - start) / 1000;
  exchange.numbers = own.length;
  exchange.steps++;
  end = 0;
  for (const target of tensors) {
    const part = tensor(mean.subarray(end, end + target.size), target.shape);
    target.copyFrom(part);
    part.dispose();
    end += target.size;
  }
}

const first = mpi.rank === 0;
if (first) console.log(`${train.length} photographs, ${mpi.size} processes, each on ${backend}`);
const { onStep, onEpoch } = consoleProgress();
const reports = await fit(model, {
  optimizer,
  // Of each batch this process's share: all shares are of one size, so that the mean of their means is the batch's.
  train: () => train.batches(batch, { shard: { index: mpi.rank, of: mpi.size }, dropLast: true }),
  test: first ? test : undefined,
  epochs: options.epochs,
  loss: nllLoss,
  // Batch norm's moments come from each share: their means, too, are the same everywhere.
  onBackward: ({ parameters }: StepGradients) =>
    average([...parameters.flatMap(({ grad }) => (grad ? [grad] : [])), ...model.buffers()]),
  ...(first ? { onStep, onEpoch } : {}),
});

const weights = await encodeSafetensors(model.stateDict());
const digest = createHash("sha256").update(weights).digest("hex");
console.log(`process ${mpi.rank}: weights ${digest}`);
if (first) {
  const { imagesPerSecond } = reports[reports.length - 1];
  const [step, means] = [batch / mpi.size / imagesPerSecond, exchange.seconds / exchange.steps].map((seconds) =>
    (1000 * seconds).toFixed(1),
  );
  const megabytes = ((4 * exchange.numbers) / 1e6).toFixed(1);
  console.log(`a step takes ${step} ms, ${means} ms of them for the means of ${megabytes} MB`);
  await saveSafetensors(options.out, model.stateDict(), { net: "net1", size: String(size) });
}
mpi.finalize();
