/** The verdict on a run: what was trained, how good it is, what it confuses most, and whether training was long enough. */

import type { EpochLine } from "../run/run-json.js";
import { count, plural } from "../text.js";
import { deciding, decidingSplit, type MetricName, type Split } from "../train/best-epoch.js";
import { confusions } from "./confusions.js";
import type { Figure } from "./figures.js";
import { inQuotes, percent, range } from "./format.js";
import type { Predictions } from "./predictions.js";

/** The deciding loss has grown by so much since it was least: more than it goes up and down by itself. */
const OVERFITTED = 1.05;

/** After so many epochs without a better one it is said to have stopped improving, or to have overfitted. */
const SETTLED = 3;

export interface Trained {
  net: string;
  /** Photographs that the net was trained on, of each class. */
  counts: readonly number[];
  predictions: Predictions;
  accuracy: Figure;
}

/** What was trained, and how good it is beside one who always says the same. */
export function qualityInWords({ net, counts, predictions, accuracy }: Trained): string {
  const { classes, length } = predictions;
  const trained = counts.reduce((sum, n) => sum + n, 0);
  const task =
    classes.length === 2
      ? `to tell ${inQuotes(classes[0])} from ${inQuotes(classes[1])}`
      : `to tell ${count(classes.length)} classes apart`;
  const biggest = counts.indexOf(Math.max(...counts));
  const guessed = predictions.is(biggest).reduce((sum, is) => sum + is, 0) / length;
  const { value, interval, show } = accuracy;
  const than = interval.low > guessed ? "; " : ", no better than chance: ";
  return (
    `${net}, trained on ${plural(trained, "photograph")} ${task}, calls ${show(value)} of ${plural(length, "test photograph")} ` +
    `right (95 % interval ${range(interval, show)})${than}` +
    `always guessing ${inQuotes(classes[biggest])}, the biggest class, would get ${percent(guessed)}.`
  );
}

/** The pair of classes that is confused most often. */
export function confusionInWords(predictions: Predictions): string {
  const [worst] = confusions(predictions);
  if (!worst) return "It makes no mistake.";
  if (worst.count === 1 && predictions.classes.length > 2) {
    return "Its mistakes are spread: no class is taken for the same other one more than once.";
  }
  const { is, called, count: n, of } = worst;
  const [own, other] = [predictions.classes[is], predictions.classes[called]].map(inQuotes);
  return `Most often it takes ${own} for ${other}: ${count(n)} of ${plural(of, "photograph")} (${percent(n / of)}).`;
}

/** Whether the net was still getting better when training ended, had come to rest, or had begun to overfit. */
export function trainingInWords(epochs: readonly EpochLine[], best: EpochLine, metric: MetricName): string {
  const last = epochs[epochs.length - 1];
  if (epochs.length === 1) return "One epoch is too few to tell whether more would make it better.";
  if (best === last) return `It was still improving: its best epoch, ${best.epoch}, is the last one; more may help.`;
  const least = epochs.reduce((a, b) => (deciding(b).loss < deciding(a).loss ? b : a));
  const rose = deciding(last).loss > OVERFITTED * deciding(least).loss && last.train.loss < least.train.loss;
  if (rose && last.epoch - least.epoch >= SETTLED) {
    const from = (split: Split) => `${least[split]!.loss.toFixed(4)} to ${last[split]!.loss.toFixed(4)}`;
    const split = decidingSplit(last);
    return (
      `It overfitted: from epoch ${least.epoch} to ${last.epoch} the loss fell on the training photographs (${from("train")}) ` +
      `and rose on the ${split} photographs (${from(split)}); its best epoch is ${best.epoch}.`
    );
  }
  const after = last.epoch - best.epoch;
  const since = `by ${metric}, none of the ${plural(after, "epoch")} after its best, ${best.epoch}, was better`;
  if (after >= SETTLED) return `It had stopped improving: ${since}.`;
  return `Its best epoch by ${metric} is ${best.epoch} of ${epochs.length}, too near the end to tell whether it had stopped improving.`;
}
