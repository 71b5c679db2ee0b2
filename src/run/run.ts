/** A training run from its options to its folder: begun, or gone on with where it was interrupted. */

import { join } from "node:path";
import { FileError } from "../file-error.js";
import type { Sequential } from "../layers/sequential.js";
import { currentBackend } from "../tensor/backend/current-backend.js";
import { type BackendOptions, useBackend } from "../tensor/backend/registry.js";
import { plural } from "../text.js";
import { bestEpoch, decidingSplit } from "../train/best-epoch.js";
import { evaluate } from "../train/evaluate.js";
import { findLearningRate, type LearningRateSearch } from "../train/find-learning-rate.js";
import { fit } from "../train/fit.js";
import { BrokenLossError, checkWeights } from "../train/pass.js";
import { TrainingPosition } from "../train/position.js";
import type { EpochReport, StepReport } from "../train/reports.js";
import { checkPlaces } from "./apart.js";
import { flagOf, type RESUMABLE, type TrainConfig, trainConfig } from "./config.js";
import type { BoardOptions, RunBoard } from "./run-board.js";
import { checkSamePhotographs, type RunData, readRunData, summarize } from "./run-data.js";
import { type CheckpointName, isOver, RunFolder } from "./run-folder.js";
import type { DataSummary, SkippedPhotograph, TestSummary } from "./run-json.js";
import { RunLock } from "./run-lock.js";
import { type Plan, plan } from "./run-plan.js";
import { session } from "./session.js";
import { stepsIn } from "./steps-in.js";

/** What a run tells while it goes on. */
export type RunEvent =
  /** Photographs are read. */
  | { event: "reading"; done: number; total: number; bytes: number }
  | {
      event: "start";
      run: string;
      /** Epochs and images of the running epoch that are behind it: more than none where a run is resumed. */
      epoch: number;
      done: number;
      /** As many as there are to be. */
      epochs: number;
      net: string;
      parameters: number;
      backend: string;
      device: string;
      data: DataSummary;
      skipped: SkippedPhotograph[];
    }
  | ({ event: "step" } & StepReport)
  | ({ event: "epoch"; best: boolean } & EpochReport)
  /** The weights are broken: the steps since the last checkpoint, which is there, are repeated to see where that began. */
  | { event: "repeat"; epoch: number; done: number }
  /** Ended before its end, as `until` says. */
  | { event: "pause"; run: string; epoch: number; epochs: number }
  | { event: "end"; run: string; early: boolean; best: EpochReport; test: TestSummary };

export interface RunHooks {
  onEvent: (event: RunEvent) => void;
  /** Saves where the run is, and ends it, by throwing its reason. */
  signal?: AbortSignal;
  /** Ends when so many epochs are over, with a schedule that is made for all: going on comes to the same. */
  until?: number;
  /** Writes TensorBoard's events, too. */
  board?: BoardOptions;
}

/** What the backend is made with. */
export function backendOptions({ threads, strict }: Pick<TrainConfig, "threads" | "strict">): BackendOptions {
  return { threads, strict };
}

/** Those that can round the same way on every engine. */
const WITH_STRICT: readonly TrainConfig["backend"][] = ["auto", "wasm"];

async function openData(config: TrainConfig, { onEvent, signal }: RunHooks): Promise<RunData> {
  // What the photographs take once they are read: a byte for each colour of each pixel.
  const bytesEach = 3 * config.size ** 2;
  const onProgress = (done: number, total: number) =>
    onEvent({ event: "reading", done, total, bytes: total * bytesEach });
  return readRunData(config, { onProgress, signal });
}

/** @throws Error when a run is to end behind its end */
function checkUntil({ until }: RunHooks, { epochs }: TrainConfig): void {
  if (until === undefined || until <= epochs) return;
  throw new Error(`--until: expected at most the ${plural(epochs, "epoch")} that there are to be, got ${until}`);
}

/** @throws Error when TensorBoard's events would lie among the photographs, or be mixed with those of another run */
async function checkEvents(folder: string, config: TrainConfig, begun: boolean): Promise<void> {
  (await import("./run-board.js")).checkBoard(folder, config, begun);
}

/**
 * Searches for the learning rate to train with: no run is made.
 * @throws Error when photographs or options are not as they should be
 */
export async function findRate(config: TrainConfig, hooks: RunHooks): Promise<LearningRateSearch> {
  await useBackend(config.backend, backendOptions(config));
  const { model, options } = plan(config, await openData(config, hooks));
  const { optimizer, train, batchSize, accumulate, augment, loss } = options;
  return findLearningRate(model, { optimizer, train, batchSize, accumulate, augment, loss, signal: hooks.signal });
}

/**
 * Begins a run.
 * @param path its folder, to be made
 * @param numbered takes `path-2`, `path-3`, … where there is a folder of this name
 * @throws Error when there is a run already, or photographs or options are not as they should be
 */
export async function startRun(
  path: string,
  config: TrainConfig,
  hooks: RunHooks,
  { numbered = false }: { numbered?: boolean } = {},
): Promise<void> {
  checkPlaces(path, config);
  await RunFolder.checkFree(path, { numbered });
  await beginRun(path, config, hooks, { numbered });
}

/** How a run may be begun. */
export interface Beginning {
  numbered?: boolean;
  /** Of the folder, where it is held already. */
  lock?: RunLock;
  /** What a sweep was begun with: its file, and what the photographs have to be. */
  expected?: { path: string; data: DataSummary };
}

/** As `startRun`, in a folder that is known to be free, and not among photographs. */
export async function beginRun(
  path: string,
  config: TrainConfig,
  hooks: RunHooks,
  { numbered, lock, expected }: Beginning = {},
): Promise<void> {
  checkUntil(hooks, config);
  // Which number the folder gets is not known yet; there are no events in a new one.
  if (hooks.board && !(numbered && hooks.board.folder === undefined))
    await checkEvents(hooks.board.folder ?? path, config, false);
  await useBackend(config.backend, backendOptions(config));
  const data = await openData(config, hooks);
  const planned = plan(config, data);
  const about = { data: summarize(data), skipped: data.skipped, session: session() };
  if (expected) {
    const { path: file, data: was } = expected;
    checkSamePhotographs(config.data, { of: "the sweep", path: file, was, is: about.data });
  }
  const run = await RunFolder.create(path, config, about, { numbered, lock });
  try {
    await train(run, planned, about, hooks);
  } finally {
    if (!lock) await run.release();
  }
}

/** What may be given anew when a run goes on. */
export type Changes = { [Name in (typeof RESUMABLE)[number]]?: unknown };

/**
 * Goes on with a run from its last checkpoint, to the weights and figures that it would have come to without an
 * interruption, to the last bit. (Another backend rounds otherwise; any number of threads gives the same.)
 * @throws Error when there is no such run, somebody else trains it, or its photographs are not what they were
 */
export async function resumeRun(path: string, changes: Changes, hooks: RunHooks): Promise<void> {
  // Says what is wrong with it before anything is locked.
  await RunFolder.open(path);
  const lock = await RunLock.take(path);
  try {
    await goOn((await RunFolder.open(path)).heldBy(lock), changes, hooks);
  } finally {
    await lock.release();
  }
}

/** As `resumeRun`, with a run that is held already. */
export async function goOn(run: RunFolder, changes: Changes, hooks: RunHooks): Promise<void> {
  // Threads were given for the backend that was: another may have none.
  const moves = changes.backend !== undefined && changes.backend !== run.config.backend;
  const given = { ...run.config, ...(moves ? { threads: undefined } : {}), ...changes };
  const config = trainConfig(given, (field) => (field in changes ? flagOf(field) : field));
  if (run.config.schedule === "cosine" && config.epochs !== run.config.epochs) {
    throw new Error(`${run.path}: epochs cannot change from ${run.config.epochs}: the cosine is made for so many`);
  }
  checkPlaces(run.path, config);
  checkUntil(hooks, config);
  if (hooks.board) await checkEvents(hooks.board.folder ?? run.path, config, true);
  await run.checkSettings("last");
  // What was computed before was strict, and will be after a return to such a backend: the option stays in config.json.
  const strict = WITH_STRICT.includes(config.backend) ? config.strict : undefined;
  await useBackend(config.backend, backendOptions({ ...config, strict }));
  await run.checkBest();
  const data = await openData(config, hooks);
  const about = { data: summarize(data), skipped: data.skipped };
  checkSamePhotographs(config.data, { of: "the run", path: run.path, was: await run.data(), is: about.data });
  const planned = plan(config, data);
  const { model, optimizer, schedule } = planned;
  const position = await run.restore({ model, optimizer, schedule });
  const begun = position.done > 0 ? position.epoch : position.epoch - 1;
  if (config.epochs < begun) {
    const where = changes.epochs === undefined ? join(run.path, "config.json") : run.path;
    throw new FileError(where, `epochs cannot become ${config.epochs}: the run is in epoch ${begun} already`);
  }
  await train(await run.resume(config, session()), planned, about, hooks, position);
}

/** Measures the last and the best epoch's weights on the test photographs, unless their epochs have done so. */
async function measureTest(
  run: RunFolder,
  { model, options, test }: Plan,
  reports: readonly EpochReport[],
  signal: AbortSignal | undefined,
): Promise<TestSummary> {
  const { batchSize, loss } = options;
  const measure = async ({ epoch, test: known }: EpochReport, at: () => Promise<Sequential>) => ({
    epoch,
    metrics: known ?? (await evaluate(await at(), test, { batchSize, loss, signal })),
  });
  const [best, last] = [bestEpoch(reports, run.config.metric), reports[reports.length - 1]];
  const atEnd = await measure(last, async () => model);
  return {
    decidedBy: decidingSplit(last),
    best: best === last ? atEnd : await measure(best, () => run.loadModel("best")),
    last: atEnd,
  };
}

async function openBoard(
  { path, config }: RunFolder,
  { folder = path }: BoardOptions,
  training: { length: number; position: TrainingPosition; begun: boolean },
): Promise<RunBoard> {
  const { RunBoard } = await import("./run-board.js");
  return new RunBoard(folder, { config, ...training });
}

/** Where training stands, for messages. */
function placeOf({ epoch, done }: TrainingPosition): string {
  return done > 0 || epoch === 1
    ? `epoch ${epoch}, after ${plural(done, "photograph")}`
    : `the end of epoch ${epoch - 1}`;
}

/**
 * The steps since the last checkpoint once more, with an eye on every operation: they come to the same.
 * @param broken where the weights were found to be broken. No epoch further: that was never trained
 * @throws BrokenLossError naming the operation that broke them, where one did
 */
async function blameStep(
  run: RunFolder,
  { model, optimizer, schedule, options }: Plan,
  broken: TrainingPosition,
  { onEvent, signal }: RunHooks,
): Promise<void> {
  const position = await run.restore({ model, optimizer, schedule });
  const until = broken.done > 0 ? broken.epoch : broken.epoch - 1;
  onEvent({ event: "repeat", epoch: position.epoch, done: position.done });
  await fit(model, { ...options, until: Math.max(1, until), position, signal, detectAnomaly: true });
}

async function train(
  run: RunFolder,
  planned: Plan,
  { data, skipped }: { data: DataSummary; skipped: SkippedPhotograph[] },
  hooks: RunHooks,
  resumed?: TrainingPosition,
): Promise<void> {
  const { onEvent, signal, until, board: wanted } = hooks;
  const { config, path } = run;
  const position = resumed ?? new TrainingPosition();
  const { model, optimizer, schedule, options } = planned;
  // Where a run was killed between the two, the checkpoint knows of an epoch that metrics.jsonl does not have.
  await run.writeMetrics(position.reports);
  const { epoch, done } = position;
  const { name: backend, device } = currentBackend();
  const parameters = model.parameterCount();
  const { epochs, net } = config;
  onEvent({ event: "start", run: path, epoch, done, epochs, net, parameters, backend, device, data, skipped });

  let saved = performance.now();
  const save = async (...names: CheckpointName[]) => {
    await checkWeights(model, placeOf(position));
    for (const name of names) await run.save(name, { model, optimizer, schedule, position });
    saved = performance.now();
  };
  const isDue = (done: number) =>
    stepsIn(done, config) % config.checkpointEvery === 0 ||
    performance.now() - saved >= 1000 * config.checkpointSeconds;
  const { length } = options.train;
  const board = wanted && (await openBoard(run, wanted, { length, position, begun: resumed !== undefined }));
  const onStep = async (report: StepReport) => {
    onEvent({ event: "step", ...report });
    board?.onStep(report);
    if (isDue(report.done)) await save("last");
  };
  const onEpoch = async (report: EpochReport) => {
    const best = bestEpoch(position.reports, config.metric) === report;
    // Before the checkpoint: what is told, and not saved, is told again.
    board?.onEpoch(report);
    // "last" comes last: should the run be killed before it, the end of this epoch comes again, to the same numbers.
    await (best ? save("best", "last") : save("last"));
    await run.writeMetrics(position.reports);
    onEvent({ event: "epoch", best, ...report });
  };
  let trained = false;
  try {
    if (!run.hasCheckpoint("last")) await save("last");
    const reports = await fit(model, { ...options, until, position, signal, onStep, onEpoch });
    trained = true;
    if (!isOver(config, reports)) {
      onEvent({ event: "pause", run: path, epoch: reports.length, epochs });
      return;
    }
    const best = bestEpoch(reports, config.metric);
    const test = await measureTest(run, planned, reports, signal);
    await run.writeTest(test);
    if (wanted && board) {
      const shown = test.best.epoch === test.last.epoch ? model : await run.loadModel("best");
      board.onEnd(reports.length, test, await wanted.draw(shown, planned.test));
    }
    onEvent({ event: "end", run: path, early: reports.length < config.epochs, best, test });
  } catch (error) {
    // Behind the last epoch all is saved, and a net that was made to be measured has drawn numbers since.
    if (signal?.aborted && error === signal.reason && !trained) await save("last");
    if (error instanceof BrokenLossError && error.modelWasBroken) await blameStep(run, planned, position, hooks);
    throw error;
  } finally {
    board?.close();
  }
}
