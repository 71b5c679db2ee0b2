/** The verdict on a run's answers: how good they are beside one who always says the same, and where they fail. */

import { count, plural } from "../text.js";
import { confusions } from "./confusions.js";
import type { Figure, FigureName } from "./figures.js";
import { inQuotes, percent, range } from "./format.js";
import type { Predictions } from "./predictions.js";
import { bestThreshold } from "./threshold.js";

/** An interval of accuracy that is wider than this leaves much open. */
const WIDE = 0.15;

/** Of a class, enough test photographs to say that it is hardly found. */
const SOME = 5;

/** So much of all photographs is called one class that the net might as well say nothing else. */
const NEARLY_ALL = 0.95;

export interface Trained {
  net: string;
  /** Photographs that the net was trained on, of each class. */
  counts: readonly number[];
  predictions: Predictions;
  figures: readonly Figure[];
}

function figure(figures: readonly Figure[], name: FigureName): Figure | undefined {
  return figures.find((each) => each.name === name);
}

/** How many photographs have each class as their label, or as what they are called. */
function tally(values: Int32Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const value of values) counts[value]++;
  return counts;
}

function indexOfMost(counts: readonly number[]): number {
  return counts.indexOf(Math.max(...counts));
}

/** The answer that gets most right if it is always given, and the share that it gets right. */
export function constantAnswer({ labels, classes, length }: Predictions): { answer: string; share: number } {
  const counts = tally(labels, classes.length);
  const k = indexOfMost(counts);
  return { answer: inQuotes(classes[k]), share: counts[k] / length };
}

function howWell(area: number): string {
  if (area >= 0.9) return "very well";
  if (area >= 0.8) return "well";
  return area >= 0.7 ? "fairly well" : "a little better than chance";
}

/** Another threshold, where it gets more right than chance explains. */
function betterThreshold({ predictions, figures }: Trained): string | undefined {
  const area = figure(figures, "AUC");
  if (!area || area.interval.low <= 0.5) return undefined;
  const { threshold, accuracy } = bestThreshold(predictions);
  if (accuracy <= figures[0].interval.high) return undefined;
  return (
    `If it called a photograph ${inQuotes(predictions.classes[1])} from a probability of ${threshold} on, and not of 0.5, ` +
    `${percent(accuracy)} would be right (a little flattered: the threshold was found on these very photographs).`
  );
}

/** What an accuracy hides that is no better than always giving the same answer. */
function hidden(trained: Trained): string {
  const { predictions, figures } = trained;
  const area = figure(figures, "AUC");
  const balanced = figure(figures, "balanced accuracy");
  if (area) {
    const told = `AUC ${area.show(area.value)}`;
    if (area.interval.high < 0.5) {
      return ` It ranks them the wrong way round (${told}): do labels mean the same in the training and the test photographs?`;
    }
    if (area.interval.low <= 0.5) {
      return ` Nor does it rank them better than chance (${told}, 95 % interval ${range(area.interval, area.show)}).`;
    }
    const why = betterThreshold(trained) ? "its threshold does not fit" : "accuracy alone does not show it";
    return ` Yet it ranks them ${howWell(area.value)} (${told}): ${why}.`;
  }
  const chance = 1 / new Set(predictions.labels).size;
  if (predictions.classes.length === 2 || !balanced || balanced.interval.low <= chance) return "";
  return (
    ` Yet it tells classes apart: on the average it finds ${balanced.show(balanced.value)} of a class, ` +
    `where chance finds ${percent(chance)}.`
  );
}

/** What was trained, and how good it is beside one who always gives the same answer. */
export function qualityInWords(trained: Trained): string {
  const { net, counts, predictions, figures } = trained;
  const { classes, length } = predictions;
  const all = counts.reduce((sum, n) => sum + n, 0);
  const task =
    classes.length === 2
      ? `to tell ${inQuotes(classes[0])} from ${inQuotes(classes[1])}`
      : `to tell ${count(classes.length)} classes apart`;
  const [{ value, interval, show }] = figures;
  const told =
    `${net}, trained on ${plural(all, "photograph")} ${task}, calls ${show(value)} of ${plural(length, "test photograph")} ` +
    `right (95 % interval ${range(interval, show)})`;
  const { answer, share } = constantAnswer(predictions);
  if (interval.low > share) return `${told}; always answering ${answer} would get ${percent(share)}.`;
  const than = interval.high < share ? "worse than" : "no better than";
  return `${told}: ${than} always answering ${answer}, which would get ${percent(share)}.${hidden(trained)}`;
}

/** The answer that it gives to nearly all photographs, though many of them are something else. */
function oneAnswer({ classes, labels, predicted, length }: Predictions): string | undefined {
  const called = tally(predicted, classes.length);
  const k = indexOfMost(called);
  const are = tally(labels, classes.length)[k];
  if (called[k] < NEARLY_ALL * length || are > 0.9 * called[k]) return undefined;
  const whom =
    called[k] === length ? "every test photograph" : `${count(called[k])} of ${count(length)} test photographs`;
  return `It calls ${whom} ${inQuotes(classes[k])}; ${count(are)} of ${count(length)} are.`;
}

/** The class that is found least, where that is little, and there was little of it to learn from. */
function neglected({ counts, predictions }: Trained): string | undefined {
  const { classes, labels, predicted } = predictions;
  const own = tally(labels, classes.length);
  const found = tally(
    labels.filter((label, i) => label === predicted[i]),
    classes.length,
  );
  const mean = counts.reduce((sum, n) => sum + n, 0) / classes.length;
  const rare = [...classes.keys()].filter((k) => own[k] >= SOME && found[k] < 0.5 * own[k] && counts[k] < 0.5 * mean);
  if (rare.length === 0) return undefined;
  const k = rare.reduce((a, b) => (found[b] / own[b] < found[a] / own[a] ? b : a));
  return (
    `Of ${inQuotes(classes[k])} it finds ${count(found[k])} of ${count(own[k])}: it was trained on ${count(counts[k])} of them, of ` +
    `${count(Math.round(mean))} a class on the average. More of them would help; so may --class-weights balanced.`
  );
}

/** How much the number of test photographs leaves open. */
function leftOpen({ predictions: { length }, figures: [{ interval, show }] }: Trained): string | undefined {
  if (interval.high - interval.low <= WIDE) return undefined;
  return `${plural(length, "test photograph")} ${length === 1 ? "says" : "say"} little: the true accuracy may be anywhere from ${range(interval, show)}.`;
}

/** The pair of classes that is confused most often. */
function confusionInWords(predictions: Predictions): string {
  const [worst] = confusions(predictions);
  if (!worst) return "It makes no mistake on the test photographs.";
  if (worst.count === 1 && predictions.classes.length > 2) {
    return "Its mistakes are spread: no class is taken for the same other one more than once.";
  }
  const { is, called, count: n, of } = worst;
  const [own, other] = [predictions.classes[is], predictions.classes[called]].map(inQuotes);
  return `Most often it takes ${own} for ${other}: ${count(n)} of ${plural(of, "photograph")} (${percent(n / of)}).`;
}

/** What else there is to say about its answers, each in a sentence or two. */
export function answersInWords(trained: Trained): string[] {
  const { predictions } = trained;
  const sentences = [
    oneAnswer(predictions) ?? confusionInWords(predictions),
    betterThreshold(trained),
    neglected(trained),
    leftOpen(trained),
  ];
  return sentences.filter((sentence) => sentence !== undefined);
}
