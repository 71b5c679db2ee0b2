/** The verdict on a run's training: whether it learned, whether it was long enough, and what to try next. */

import type { EpochLine } from "../run/run-json.js";
import { plural } from "../text.js";
import { COSTS, deciding, decidingSplit, type MetricName, type Split } from "../train/best-epoch.js";
import { percent } from "./format.js";

/** The deciding loss has grown by so much since it was least: more than it goes up and down by itself. */
const OVERFITTED = 1.05;

/** After so many epochs without a better one it is said to have stopped improving, or to have overfitted. */
const SETTLED = 3;

/** More of the training photographs right than of the others, by this share: they are known by heart. */
const BY_HEART = 0.1;

/** With fewer photographs to tell the best epoch by, a single one moves the accuracy by more than 2 points. */
const FEW = 50;

/** Photographs in a small batch. */
const SMALL = 16;

/** In fewer steps than this hardly any net has learned what it can. */
const SHORT = 200;

export interface Course {
  epochs: readonly EpochLine[];
  best: EpochLine;
  metric: MetricName;
  /** That the run was to have. */
  planned: number;
  /** Training has ended, at its last epoch or by an early stop. */
  isOver: boolean;
  /** Photographs in a step. */
  batch: number;
  /** How many photographs of each class it was trained on. */
  counts: readonly number[];
  /** How many photographs told the best epoch. */
  deciders: number;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

function stepsOf({ epochs, counts, batch }: Course): number {
  return epochs.length * Math.ceil(sum(counts) / batch);
}

/** Whether not even the training photographs were learned: always naming their largest class gets nearly as many right. */
function hasNotLearned({ epochs, counts }: Course): boolean {
  const share = Math.max(...counts) / sum(counts);
  const most = Math.max(...epochs.map(({ train }) => train.accuracy));
  return epochs.length > 1 && most < share + 0.05 && share < 0.9;
}

/** The epoch from which the deciding loss has only risen, while that of the training photographs fell. */
function overfittedSince(epochs: readonly EpochLine[]): EpochLine | undefined {
  const last = epochs[epochs.length - 1];
  const least = epochs.reduce((a, b) => (deciding(b).loss < deciding(a).loss ? b : a));
  const rose = deciding(last).loss > OVERFITTED * deciding(least).loss && last.train.loss < least.train.loss;
  return rose && last.epoch - least.epoch >= SETTLED ? least : undefined;
}

/** Whether the best epoch has what no epoch can better. */
function isPerfect({ best, metric }: Course): boolean {
  return metric !== "loss" && deciding(best)[metric] === (COSTS.has(metric) ? 0 : 1);
}

/** Whether the net was still getting better when training ended, had come to rest, or had begun to overfit. */
export function trainingInWords(course: Course): string {
  const { epochs, best, metric, planned, isOver } = course;
  const last = epochs[epochs.length - 1];
  const split = decidingSplit(last);
  if (!isOver) {
    return `Training is not over: ${epochs.length} of ${planned} epochs, and the best so far by ${metric} is ${best.epoch}.`;
  }
  if (hasNotLearned(course)) {
    return (
      `It has not learned: even of the photographs it was trained on, it calls ${percent(last.train.accuracy)} right at the end. ` +
      "Another learning rate may do it (torchlet train --find-lr FILE.svg draws which), or labels do not fit the photographs."
    );
  }
  if (epochs.length === 1) return "One epoch is too few to tell whether more would make it better.";
  const overfitted = overfittedSince(epochs);
  if (overfitted) {
    const from = (name: Split) => `${overfitted[name]!.loss.toFixed(4)} to ${last[name]!.loss.toFixed(4)}`;
    return (
      `It overfitted: from epoch ${overfitted.epoch} to ${last.epoch} the loss fell on the training photographs (${from("train")}) ` +
      `and rose on the ${split} photographs (${from(split)}); its best epoch is ${best.epoch}.`
    );
  }
  if (isPerfect(course)) {
    return `Its best epoch is ${best.epoch}, with the best ${metric} there can be on the ${split} photographs.`;
  }
  if (best === last) return `It was still improving: its best epoch, ${best.epoch}, is the last one; more may help.`;
  const after = last.epoch - best.epoch;
  if (after < SETTLED) {
    return `Its best epoch by ${metric} is ${best.epoch} of ${epochs.length}, too near the end to tell whether it had stopped improving.`;
  }
  const values = epochs.map((epoch) => deciding(epoch)[metric]);
  if (values.every((value) => value === values[0])) {
    return `By ${metric} on the ${split} photographs, all ${epochs.length} epochs are the same: training changed nothing there.`;
  }
  if (best === epochs[0]) {
    return `Its first epoch is its best: by ${metric}, none of the ${after} after it was better. A smaller learning rate (--lr) may do better.`;
  }
  return `It had stopped improving: by ${metric}, none of the ${plural(after, "epoch")} after its best, ${best.epoch}, was better.`;
}

/** The training photographs are known much better than the others, by more than chance. */
function byHeart({ epochs, best, deciders }: Course): string | undefined {
  const last = epochs[epochs.length - 1];
  const split = decidingSplit(best);
  if (split === "train") return undefined;
  const { accuracy } = deciding(last);
  const chance = 2 * Math.sqrt((accuracy * (1 - accuracy)) / deciders);
  const gap = last.train.accuracy - accuracy;
  if (gap < BY_HEART || gap < chance) return undefined;
  return (
    `At the end it knew the training photographs much better than others: ${percent(last.train.accuracy)} of them right, and ` +
    `${percent(accuracy)} of the ${split} photographs. More photographs help against that, and so may --augment.`
  );
}

function fewSteps(course: Course): string | undefined {
  const { epochs, best, batch, isOver } = course;
  const steps = stepsOf(course);
  const isAtAnEnd = best === epochs[0] || best === epochs[epochs.length - 1];
  if (!isOver || steps >= SHORT || !isAtAnEnd || isPerfect(course)) return undefined;
  return (
    `Training had ${plural(steps, "step")} of ${plural(batch, "photograph")}, which is little: ` +
    (batch > SMALL ? `smaller batches (--batch ${SMALL}) or more epochs (--epochs)` : "more epochs (--epochs)") +
    " make more of them."
  );
}

function fewDeciders({ best, deciders }: Course): string | undefined {
  const split = decidingSplit(best);
  if (split !== "validation" || deciders >= FEW) return undefined;
  return (
    `The best epoch was told by ${plural(deciders, "photograph")}, so it may be the best by chance: ` +
    `one photograph more or less is ${percent(1 / deciders, 1)}. --val-fraction 0.2 keeps more of them.`
  );
}

/** What to try next, each in a sentence or two. */
export function adviceOnTraining(course: Course): string[] {
  return [fewSteps(course), byHeart(course), fewDeciders(course)].filter((advice) => advice !== undefined);
}
