/** Trains Net #1 to tell covered faces from bare ones: `npx tsx examples/train-net1.ts --help`. */

import {
  Adam,
  consoleProgress,
  FaceFolder,
  fit,
  type LossFunction,
  manualSeed,
  Net1,
  nllLoss,
  saveSafetensors,
  useBackend,
} from "../src/index.js";
import { readOptions } from "./options.js";

const size = 32;
const options = await readOptions({ epochs: 14, batch: 64, out: "runs/net1.safetensors" });
const backend = await useBackend(options.backend, { threads: options.threads });
manualSeed(options.seed);

// Each photograph is decoded and resized once, and kept in memory as bytes.
const { limit } = options;
const { onProgress, onStep, onEpoch } = consoleProgress();
const train = await FaceFolder.open(options.train, { size, limit, onProgress });
const test = await FaceFolder.open(options.test, { size, limit, onProgress });
console.log(`${train.length} training and ${test.length} test photographs, ${size}×${size}, on ${backend}`);

const model = new Net1();
console.log(`${model}\n`);

// The original experiment gave probabilities, not their logarithms, to the NLL loss: --softmax-nll repeats that.
const softmaxNll: LossFunction = (output, labels) => nllLoss(output.exp(), labels);

const reports = await fit(model, {
  optimizer: new Adam(model.parameters(), { lr: options.lr, weightDecay: options.weightDecay }),
  train,
  test,
  epochs: options.epochs,
  batchSize: options.batch,
  loss: options.softmaxNll ? softmaxNll : nllLoss,
  onStep,
  onEpoch,
});

const last = reports[reports.length - 1];
console.log(`\nTest AUC after ${last.epochs} epochs: ${last.test?.auc?.toFixed(4)}`);

await saveSafetensors(options.out, model.stateDict(), { net: "net1", size: String(size) });
console.log(`Weights saved: ${options.out}. Try: npx tsx examples/predict.ts --weights ${options.out} PHOTO`);
