/** What the section Yours and the worker say to each other. */

import type { DroppedFile } from "../../../src/index.js";
import type { Pixels } from "../protocol.js";

/** Classes are known by a number each, which is nobody else's once one is removed. */
export interface OwnClass {
  id: number;
  name: string;
}

export type OwnRequest =
  /** Photographs of a class, from files; what is none is refused. */
  | { ask: "add"; to: number; files: DroppedFile[] }
  /** One more of a class, from the camera. */
  | { ask: "addFrame"; to: number; frame: ImageBitmap }
  | { ask: "removeClass"; id: number }
  | { ask: "removePhotograph"; id: number }
  /** A file of weights that the next nets begin with; without one, with random numbers. */
  | { ask: "beginWith"; file: File | undefined }
  | { ask: "learn"; classes: OwnClass[] }
  | { ask: "stop" }
  /** What it says to a photograph. */
  | { ask: "look"; at: ImageBitmap | File };

export type OwnNews =
  | ({ told: "added" } & Photograph)
  | { told: "refused"; file: string; reason: string }
  | ({ told: "beginsWith" } & Beginning)
  /** A file that no net can begin with. */
  | { told: "weightsRefused"; file: string; reason: string }
  | ({ told: "progress" } & OwnProgress)
  | ({ told: "learned" } & Learned)
  | ({ told: "answer" } & Answer)
  /** A photograph that could not be looked at. */
  | { told: "unreadable"; reason: string }
  | { told: "stopped" }
  | { told: "broken"; reason: string };

export interface Photograph {
  id: number;
  /** The class that it is of. */
  of: number;
  image: Pixels;
}

/** What the next nets begin with. */
export interface Beginning {
  file: string;
  /** Of a net's parameters and buffers: how many come from the file, and the names of those that do not. */
  count: number;
  anew: string[];
}

export interface OwnProgress {
  epoch: number;
  epochs: number;
  loss: number;
  /** Of the photographs that were kept aside, the share that is told right. */
  accuracy: number;
}

/** A photograph that was kept aside and taken for something else. */
export interface Mistake {
  image: Pixels;
  /** Places among the classes. */
  is: number;
  said: number;
  /** How sure the net was. */
  sure: number;
}

export interface Learned {
  classes: OwnClass[];
  /** How many photographs were kept aside, and how many of them are told right. */
  aside: number;
  right: number;
  /** The surest first. */
  mistakes: Mistake[];
  /** Which is taken for which, and how often; the most frequent first. */
  pairs: { is: number; said: number; count: number }[];
}

export interface Answer {
  /** By class. */
  probabilities: number[];
  /** What was looked at, with what speaks for the likeliest class in orange. */
  heat: Pixels;
}
