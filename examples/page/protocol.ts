/** What the page and its worker say to each other. The page draws; everything of torchlet is in the worker. */

import type { Tape } from "../../src/index.js";
import type { Settings } from "./settings.js";
import type { OwnNews, OwnRequest } from "./yours/protocol.js";

/** A picture as a canvas takes it: red, green, blue and 255 for each pixel. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8ClampedArray<ArrayBuffer>;
}

/** What the page asks for. */
export type Request =
  | ({ kind: "begin" } & Begin)
  | { kind: "pause" }
  | { kind: "go" }
  /** One step, and pause. */
  | { kind: "step" }
  | { kind: "slow"; slow: boolean }
  /** Follows another face through the net. */
  | { kind: "choose"; face: number }
  /** Has everything loaded that will ever be needed. */
  | { kind: "load" }
  /** Has the net, or the run, as a file. */
  | { kind: "file"; as: FileKind }
  | { kind: "own"; request: OwnRequest }
  /** Records a step of a net whose layers are lines of text. */
  | { kind: "record"; layers: string };

/** Begins a run in place of the one that there is. */
export interface Begin {
  settings: Settings;
  /** Otherwise it waits before its first step. */
  going: boolean;
  slow: boolean;
  /** Whether to go on with such a run that the browser has kept; otherwise it is forgotten. */
  resume: boolean;
}

/** What a run has gone through. */
export interface History {
  /** Of every step. */
  losses: number[];
  /** After some of the steps, how many faces were told right. */
  accuracies: [step: number, share: number][];
}

/** What the net, or the whole run, can be taken along as. */
export type FileKind = "safetensors" | "onnx" | "checkpoint";

/** What the worker tells. */
export type News =
  /** The worker loads nothing any more. */
  | { kind: "loaded" }
  /** What follows is of another run. */
  | { kind: "begins" }
  /** Some of the faces that the net is asked about, from the first one on. */
  | ({ kind: "faces" } & Faces)
  | ({ kind: "began" } & Began)
  | ({ kind: "progress" } & Progress)
  | ({ kind: "look" } & Look)
  /** The browser keeps the run as it was after an epoch; 0 bytes where it has no room for it. */
  | { kind: "saved"; epoch: number; bytes: number }
  | { kind: "file"; name: string; bytes: Uint8Array<ArrayBuffer> }
  /** The run has ended, so that another net can learn; the browser keeps it as it was after its last epoch. */
  | { kind: "setAside" }
  /** Training waits after this step. */
  | { kind: "paused"; step: number }
  | { kind: "finished" }
  | { kind: "failed"; message: string }
  | { kind: "own"; news: OwnNews }
  | ({ kind: "recorded" } & RecordedStep)
  /** Why such a step could not be recorded. */
  | { kind: "refused"; message: string };

/** Drawn faces and what is on them: 1 where they are covered. */
export interface Faces {
  pictures: Pixels[];
  labels: number[];
}

/** Of a run that has begun. */
export interface Began {
  /** What it went through before, where it goes on after a reload. */
  before: History | undefined;
  parameters: number;
  /** The backend that really computes, and how. */
  device: string;
  /** Why the backend that was asked for does not compute, where `wasm` does in its place. */
  refusal: string | undefined;
}

/** Where training stands. */
export interface Progress {
  epoch: number;
  /** Steps from the beginning on. */
  step: number;
  /** Of the steps since the last news, one after the other, that of `step` the last. */
  losses: number[];
  facesPerSecond: number;
  /** What the backend has taken from the system, in bytes. */
  memory: number;
}

/** What the net says, and what is in it, at one moment. */
export interface Look {
  step: number;
  /** How probable the net finds it that a face is covered, face by face. */
  covered: Float32Array;
  /** Of the faces, those that it is right about: 0 to 1. */
  accuracy: number;
  /** The first layer's filters, in colour. */
  filters: Pixels[];
  chosen: Chosen;
}

/** One face on its way through the net. */
export interface Chosen {
  face: number;
  stages: Stage[];
  /** The face with what speaks for the net's opinion in orange. */
  heat: Pixels;
}

/** What a convolution makes of a face. */
export interface Stage {
  name: string;
  /** How many maps there are; the first few are pictured. */
  maps: number;
  width: number;
  height: number;
  pictures: Pixels[];
}

/** A step of training on four faces. */
export interface RecordedStep {
  /** The net, as it was asked for. */
  layers: string;
  tape: Pick<Tape, "tensors" | "steps">;
  /** Of the faces. */
  labels: number[];
}
