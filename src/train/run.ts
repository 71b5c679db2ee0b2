/** A training run from its options to its folder: begun, or gone on with where it was interrupted. */

import type { ImageDataset } from "../data/dataset.js";
import { nllLoss } from "../layers/losses.js";
import type { Module } from "../layers/module.js";
import { Adam, AdamW } from "../optim/adam.js";
import type { Optimizer } from "../optim/optimizer.js";
import { CosineWarmupLR, ReduceLROnPlateau, type Schedule, StepLR } from "../optim/schedules.js";
import { SGD } from "../optim/sgd.js";
import { currentBackend, useBackend } from "../tensor/backend/registry.js";
import { manualSeed } from "../tensor/random.js";
import { bestEpoch } from "./best-epoch.js";
import { BrokenLossError, checkWeights } from "./broken-loss.js";
import type { TrainConfig } from "./config.js";
import type { LossFunction } from "./evaluate.js";
import { type EpochReport, type FitOptions, fit, type StepReport } from "./fit.js";
import { TrainingPosition } from "./position.js";
import { type RunData, readRunData, summarize } from "./run-data.js";
import { type CheckpointName, type DataSummary, RunFolder, type SkippedPhotograph } from "./run-folder.js";
import { session } from "./session.js";

/** What a run tells while it goes on. */
export type RunEvent =
  /** Photographs are read. */
  | { event: "reading"; done: number; total: number }
  | {
      event: "start";
      run: string;
      /** Epochs and images of the running epoch that are behind it: more than none where a run is resumed. */
      epoch: number;
      done: number;
      net: string;
      parameters: number;
      backend: string;
      device: string;
      data: DataSummary;
      skipped: SkippedPhotograph[];
    }
  | ({ event: "step" } & StepReport)
  | ({ event: "epoch"; best: boolean } & EpochReport)
  | { event: "end"; run: string; early: boolean; best: EpochReport };

export interface RunHooks {
  onEvent: (event: RunEvent) => void;
  /** Saves where the run is, and ends it, by throwing its reason. */
  signal?: AbortSignal;
}

function optimizerOf(model: Module, { optimizer, lr, weightDecay, momentum }: TrainConfig): Optimizer {
  const parameters = model.parameters();
  if (optimizer === "sgd") return new SGD(parameters, { lr, weightDecay, momentum });
  return new (optimizer === "adam" ? Adam : AdamW)(parameters, { lr, weightDecay });
}

/** The cosine falls with each step, the others with an epoch. */
function scheduleOf(optimizer: Optimizer, config: TrainConfig, stepsPerEpoch: number): Schedule | undefined {
  const { schedule, epochs, warmupEpochs = 0, minLr, stepEpochs = 1, gamma } = config;
  switch (schedule) {
    case "constant":
      return undefined;
    case "cosine": {
      const warmupSteps = Math.round(warmupEpochs * stepsPerEpoch);
      return new CosineWarmupLR(optimizer, { steps: epochs * stepsPerEpoch, warmupSteps, minLr });
    }
    case "step":
      return new StepLR(optimizer, { stepSize: stepEpochs, gamma });
    case "plateau":
      return new ReduceLROnPlateau(optimizer, { patience: stepEpochs - 1, factor: gamma, minLr });
  }
}

function lossOf({ softmaxNll, classWeights }: TrainConfig, dataset: ImageDataset): LossFunction {
  const weight = classWeights === "balanced" ? dataset.classWeights() : classWeights;
  // The original experiment gave probabilities, not their logarithms, to the NLL loss.
  return (output, labels) => nllLoss(softmaxNll ? output.exp() : output, labels, { weight });
}

async function openData(config: TrainConfig, { onEvent, signal }: RunHooks): Promise<RunData> {
  return readRunData(config, { onProgress: (done, total) => onEvent({ event: "reading", done, total }), signal });
}

/** @throws Error when photographs were added, taken away or changed: the run could not go on as it began */
async function checkSameData(run: RunFolder, { train, test }: DataSummary): Promise<void> {
  const before = await run.data();
  for (const [split, is, was] of [["train", train, before.train] as const, ["test", test, before.test] as const]) {
    if (is.sha256 === was.sha256) continue;
    throw new Error(
      `${run.path}: the ${split} photographs in ${run.config.data} are not those that the run was begun with ` +
        `(${was.count} then, ${is.count} now)`,
    );
  }
}

/**
 * Begins a run.
 * @param path its folder, to be made
 * @throws Error when there is a run already, or photographs or options are not as they should be
 */
export async function startRun(path: string, config: TrainConfig, hooks: RunHooks): Promise<void> {
  RunFolder.checkFree(path);
  await useBackend(config.backend, { threads: config.threads });
  const data = await openData(config, hooks);
  const about = { data: summarize(data), skipped: data.skipped, session: session() };
  await train(await RunFolder.create(path, config, about), data, hooks);
}

/**
 * Goes on with a run from its last checkpoint. Of the options, `changes` may give another number of epochs, or another
 * backend, as nothing else leaves what was computed before as it would have been.
 */
export async function resumeRun(
  path: string,
  changes: Partial<Pick<TrainConfig, "epochs" | "backend" | "threads" | "checkpointEvery" | "detectAnomaly">>,
  hooks: RunHooks,
): Promise<void> {
  const run = await RunFolder.open(path);
  const config = { ...run.config, ...changes };
  await useBackend(config.backend, { threads: config.threads });
  const data = await openData(config, hooks);
  await checkSameData(run, summarize(data));
  await train(await run.resume(config, session()), data, hooks);
}

async function train(run: RunFolder, data: RunData, { onEvent, signal }: RunHooks): Promise<void> {
  const { config } = run;
  manualSeed(config.seed);
  const summary = summarize(data);
  const model = run.buildModel(summary);
  const optimizer = optimizerOf(model, config);
  const stepsPerEpoch = Math.ceil(data.train.length / config.batch);
  const schedule = scheduleOf(optimizer, config, stepsPerEpoch);
  const position = run.hasCheckpoint("last")
    ? await run.restore({ model, optimizer, schedule })
    : new TrainingPosition();
  const training = { model, optimizer, schedule, position };
  // Where a run was killed between the two, the checkpoint knows of an epoch that metrics.jsonl does not have.
  await run.writeMetrics(position.reports);
  onEvent({
    event: "start",
    run: run.path,
    epoch: position.epoch,
    done: position.done,
    net: config.net,
    parameters: model.parameterCount(),
    backend: currentBackend().name,
    device: currentBackend().device,
    data: summary,
    skipped: data.skipped,
  });

  const save = async (...names: CheckpointName[]) => {
    await checkWeights(model, `epoch ${position.epoch}, before a checkpoint`);
    for (const name of names) await run.save(name, training);
  };
  const options: FitOptions = {
    optimizer,
    schedule,
    scheduleEvery: config.schedule === "cosine" ? "step" : "epoch",
    train: data.train,
    test: data.test,
    epochs: config.epochs,
    batchSize: config.batch,
    augment: config.augment,
    loss: lossOf(config, data.train),
    evaluateTrain: config.evaluateTrain,
    clipNorm: config.clipNorm,
    clipValue: config.clipValue,
    earlyStop: config.earlyStop === undefined ? undefined : { metric: config.metric, patience: config.earlyStop },
    detectAnomaly: config.detectAnomaly,
    position,
    signal,
    onStep: async (report) => {
      onEvent({ event: "step", ...report });
      const steps = Math.ceil(report.done / config.batch);
      if (steps % config.checkpointEvery === 0) await save("last");
    },
    onEpoch: async (report) => {
      const best = bestEpoch(position.reports, config.metric) === report;
      // "last" comes last: should the run be killed before it, the end of this epoch comes again, to the same numbers.
      await (best ? save("best", "last") : save("last"));
      await run.writeMetrics(position.reports);
      onEvent({ event: "epoch", best, ...report });
    },
  };
  try {
    if (!run.hasCheckpoint("last")) await save("last");
    const reports = await fit(model, options);
    const best = bestEpoch(reports, config.metric);
    onEvent({ event: "end", run: run.path, early: reports.length < config.epochs, best });
  } catch (error) {
    if (signal?.aborted && error === signal.reason) await save("last");
    if (error instanceof BrokenLossError && error.modelWasBroken) {
      // The steps since the last checkpoint once more, to see where it begins: they come to the same.
      const position = await run.restore({ model, optimizer, schedule });
      await fit(model, { ...options, position, detectAnomaly: true, onStep: undefined, onEpoch: undefined });
    }
    throw error;
  }
}
