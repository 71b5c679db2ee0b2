/** EventWriter: a file of events, which TensorBoard shows while it grows. */

import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { onFileSync } from "../../file-error.js";
import { asRecord } from "./record.js";
import { type BoardMessage, encodeBoard } from "./schema.js";

/** A PNG, for TensorBoard. */
export interface BoardImage {
  tag: string;
  width: number;
  height: number;
  png: Uint8Array;
  /** Markdown, shown above it. */
  description: string;
}

/** What an option was: TensorBoard makes a column of each. */
export type HParam = number | string | boolean;

const EVENTS = /^events\.out\.tfevents\.(\d+)\./;

/** In seconds since 1970, of each file of events in a folder: when it was begun. */
function beginnings(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => EVENTS.exec(name)?.slice(1).map(Number) ?? []);
}

/** Whether a folder has events, of whatever training. */
export function hasEvents(folder: string): boolean {
  return onFileSync(folder, "read", () => beginnings(folder)).length > 0;
}

/** Of a session: it begins, and what stands behind the step of this event is of one that was cut off. */
const START = 1;
/** How a session ended. */
const SUCCESS = 1;
/** Of a picture. */
const RGB = 3;

function hparamValue(value: HParam): BoardMessage<"HParamValue"> {
  if (typeof value === "number") return { numberValue: value };
  return typeof value === "boolean" ? { boolValue: value } : { stringValue: value };
}

/** What the plugin of that name reads has a tag of its own, and no value but this. */
function hparamsSummary(tag: string, content: BoardMessage<"HParamsPluginData">): BoardMessage<"Summary"> {
  const pluginData = { pluginName: "hparams", content: encodeBoard("HParamsPluginData", content) };
  return { value: [{ tag: `_hparams_/${tag}`, metadata: { pluginData } }] };
}

/** In seconds since 1970. */
const now = () => Date.now() / 1000;

/** Every event is written at once, whole or not at all where only the process dies. */
export class EventWriter {
  readonly #path: string;
  readonly #file: number;

  /**
   * Begins a file that nobody else has. TensorBoard reads those of a folder one after the other, in the order of their
   * names, which begin with their time.
   * @param options `purgeStep`: this goes on with what others have begun, and what they say of this step and of later ones
   * no longer counts
   * @throws FileError when the system does not let it be written
   */
  constructor(folder: string, { purgeStep }: { purgeStep?: number } = {}) {
    const latest = onFileSync(folder, "made", () => {
      mkdirSync(folder, { recursive: true });
      return Math.max(0, ...beginnings(folder));
    });
    const seconds = Math.max(Math.floor(now()), latest + 1);
    this.#path = join(folder, `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.0`);
    this.#file = onFileSync(this.#path, "made", () => openSync(this.#path, "ax"));
    this.#write(purgeStep ?? 0, { fileVersion: "brain.Event:2" });
    if (purgeStep !== undefined) this.#write(purgeStep, { sessionLog: { status: START } });
  }

  /** Numbers by their names: a curve for each, and those whose names have the same beginning (`loss/`) side by side. */
  scalars(step: number, values: Readonly<Record<string, number>>): void {
    const value = Object.entries(values).map(([tag, simpleValue]) => ({ tag, simpleValue }));
    this.#write(step, { summary: { value } });
  }

  images(step: number, images: readonly BoardImage[]): void {
    const value = images.map(({ tag, width, height, png, description }) => ({
      tag,
      image: { height, width, colorspace: RGB, encodedImageString: png },
      metadata: { summaryDescription: description },
    }));
    this.#write(step, { summary: { value } });
  }

  /** What the training was begun with: a row of TensorBoard's table of hyperparameters. */
  hparams(hparams: Readonly<Record<string, HParam>>): void {
    const entries = Object.entries(hparams).map(([key, value]) => ({ key, value: hparamValue(value) }));
    const sessionStartInfo = { hparams: entries, startTimeSecs: now() };
    this.#write(0, { summary: hparamsSummary("session_start_info", { sessionStartInfo }) });
  }

  /** The training has come to its end. */
  success(): void {
    const sessionEndInfo = { status: SUCCESS, endTimeSecs: now() };
    this.#write(0, { summary: hparamsSummary("session_end_info", { sessionEndInfo }) });
  }

  close(): void {
    closeSync(this.#file);
  }

  #write(step: number, what: BoardMessage<"Event">): void {
    const record = asRecord(encodeBoard("Event", { wallTime: now(), step: BigInt(step), ...what }));
    onFileSync(this.#path, "written", () => appendFileSync(this.#file, record));
  }
}
