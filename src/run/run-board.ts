/** RunBoard: a run as TensorBoard shows it: curves of steps and epochs, options, and pictures at the end. */

import { existsSync } from "node:fs";
import type { ImageDataset } from "../data/image-dataset.js";
import { FileError } from "../file-error.js";
import { type BoardImage, EventWriter, type HParam, hasEvents } from "../io/tensorboard/event-writer.js";
import type { Sequential } from "../layers/sequential.js";
import type { Metrics } from "../train/metrics.js";
import type { TrainingPosition } from "../train/position.js";
import type { EpochReport, StepReport } from "../train/reports.js";
import { checkApart } from "./apart.js";
import { decisive, type TrainConfig } from "./config.js";
import type { TestSummary } from "./run-json.js";
import { stepsIn } from "./steps-in.js";

/** Where a run's events go, and what they say at the end besides numbers. */
export interface BoardOptions {
  /** Default: the run's own. */
  folder?: string;
  /** @param model of the best epoch */
  draw: (model: Sequential, test: ImageDataset) => Promise<BoardImage[]>;
}

/** Options within options by names as `augment.flip`; lists, which TensorBoard has no columns for, as text. */
function flattened(value: unknown, name = ""): Record<string, HParam> {
  if (Array.isArray(value)) return { [name]: JSON.stringify(value) };
  if (!(value instanceof Object)) return { [name]: value as HParam };
  const inner = Object.entries(value).map(([own, within]) => flattened(within, name ? `${name}.${own}` : own));
  return Object.assign({}, ...inner);
}

/** `accuracy/validation`, …: those that were measured. */
function tagged(metrics: Partial<Metrics> | undefined, tagOf: (metric: string) => string): Record<string, number> {
  const entries = Object.entries(metrics ?? {}).flatMap(([metric, value]) =>
    value === undefined ? [] : [[tagOf(metric), value] as const],
  );
  return Object.fromEntries(entries);
}

/**
 * @param begun whether the run goes on with what was begun
 * @throws Error when the folder is among the photographs, or has the events of another training
 */
export function checkBoard(folder: string, config: TrainConfig, begun: boolean): void {
  checkApart("--tensorboard", folder, config);
  if (begun || !existsSync(folder) || !hasEvents(folder)) return;
  throw new FileError(folder, "it has the events of another training, which would be mixed: choose another folder");
}

/** An event file for each session of a run. A step has the number that it has in the run, wherever that goes on. */
export class RunBoard {
  readonly #events: EventWriter;
  readonly #config: TrainConfig;
  /** Photographs in an epoch. */
  readonly #length: number;

  /**
   * @param run what is trained, where it stands, and on how many photographs
   * @throws FileError when the system does not let the events be written
   */
  constructor(
    folder: string,
    {
      config,
      length,
      begun,
      position,
    }: { config: TrainConfig; length: number; begun: boolean; position: TrainingPosition },
  ) {
    this.#config = config;
    this.#length = length;
    // What was told of steps behind the checkpoint comes again.
    this.#events = new EventWriter(folder, { purgeStep: begun ? this.#stepAt(position) + 1 : undefined });
    this.#events.hparams(flattened(decisive(config)));
  }

  /** Steps of the run before this place. */
  #stepAt({ epoch, done }: Pick<TrainingPosition, "epoch" | "done">): number {
    return (epoch - 1) * stepsIn(this.#length, this.#config) + stepsIn(done, this.#config);
  }

  onStep(report: StepReport): void {
    const { loss, imagesPerSecond } = report;
    this.#events.scalars(this.#stepAt(report), { "step/loss": loss, "step/imagesPerSecond": imagesPerSecond });
  }

  onEpoch({ epoch, train, validation, test, lr, imagesPerSecond, seconds }: EpochReport): void {
    const splits = Object.entries({ train, validation, test });
    const metrics = splits.map(([split, measured]) => tagged(measured, (metric) => `${metric}/${split}`));
    const rest = { "epoch/lr": lr, "epoch/imagesPerSecond": imagesPerSecond, "epoch/seconds": seconds };
    this.#events.scalars(this.#stepAt({ epoch: epoch + 1, done: 0 }), Object.assign({}, ...metrics, rest));
  }

  /** @param epochs that are over */
  onEnd(epochs: number, { best, last }: TestSummary, images: readonly BoardImage[]): void {
    const step = this.#stepAt({ epoch: epochs + 1, done: 0 });
    this.#events.scalars(step, {
      ...tagged(best.metrics, (metric) => `end/${metric} of the best epoch`),
      ...tagged(last.metrics, (metric) => `end/${metric} of the last epoch`),
    });
    this.#events.images(step, images);
    this.#events.success();
  }

  close(): void {
    this.#events.close();
  }
}
