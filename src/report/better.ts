/** Which of two runs is better, and whether that is more than chance. */

import { type McNemar, mcnemar } from "../metrics/mcnemar.js";
import { Generator } from "../tensor/random.js";
import { count, inColumns, plural } from "../text.js";
import type { Comparison } from "./compared.js";
import { differencesOf, type FigureDifference } from "./figures.js";
import { inText, pValue, range, signed } from "./format.js";
import type { Predictions } from "./predictions.js";
import { constantAnswer } from "./verdict.js";

/** What the comparison comes to: the figures, and the test. */
export interface Outcome {
  differences: FigureDifference[];
  test: McNemar;
}

export function judge({ predictions: [first, second] }: Comparison): Outcome {
  const generator = new Generator(0).fork("comparison");
  return {
    differences: differencesOf(first, second, generator),
    test: mcnemar(first.predicted, second.predicted, first.labels),
  };
}

/** A difference of shares, in percentage points: "+0.90". */
function points(share: number): string {
  return signed(100 * share, (value) => value.toFixed(2));
}

/** A difference and its interval as tables write them: "+0.33 points", "−0.20 to +0.86 points". */
export function differenceTexts({ difference, interval, show, inPercent }: FigureDifference): [string, string] {
  if (inPercent) return [`${points(difference)}\u00a0points`, `${range(interval, points)}\u00a0points`];
  const shown = (value: number) => signed(value, show);
  return [shown(difference), range(interval, shown)];
}

/** That one ranks photographs better, though which calls more of them right cannot be told. */
function rankedBetter({ differences }: Outcome, [a, b]: readonly string[]): string {
  const area = differences.find(({ name }) => name === "AUC");
  if (!area || (area.interval.low <= 0 && area.interval.high >= 0)) return "";
  const { first, second, show } = area;
  const [difference, interval] = differenceTexts(area);
  const [better, other] = area.difference > 0 ? [b, a] : [a, b];
  return (
    ` But ${better} ranks them better than ${other}: the AUC is ${show(first.value)} and ${show(second.value)}, a difference of ` +
    `${difference} (95 % interval ${interval}).`
  );
}

/** Which is better; or that it cannot be told. */
export function betterInWords(
  { differences, test }: Outcome,
  names: readonly [string, string],
  photographs: number,
): string {
  const [{ first, second, difference, interval, show }] = differences;
  const [a, b] = names.map(inText);
  const on = `of the ${plural(photographs, "photograph")} that both were tested on`;
  if (test.onlyFirst + test.onlySecond === 0) {
    return `${a} and ${b} are equally good: ${on} they call the same ${show(first.value)} right.`;
  }
  const both = `${a} calls ${show(first.value)} right, ${b} ${show(second.value)}`;
  const by = `${points(difference)} percentage points (95 % interval ${range(interval, points)})`;
  if (test.pValue >= 0.05) {
    const which = `It cannot be told which is better: ${on} ${both}, and a difference of ${by} may well be chance (${pValue(test.pValue)}).`;
    return which + rankedBetter({ differences, test }, [a, b]);
  }
  const [better, other] = difference > 0 ? [b, a] : [a, b];
  return `${better} is better than ${other}: ${on} ${both}. The difference of ${by} is more than chance (${pValue(test.pValue)}).`;
}

/** What McNemar's test counts and says. */
export function testInWords(
  { test: { onlyFirst, onlySecond, pValue: p } }: Outcome,
  names: readonly [string, string],
): string {
  const [a, b] = names.map(inText);
  if (onlyFirst + onlySecond === 0) return `${a} and ${b} call the same photographs right.`;
  const verdict = p < 0.05 ? "more uneven than chance would often do" : "no more uneven than chance would do";
  return (
    `${plural(onlyFirst, "photograph")} only ${a} calls right, ${count(onlySecond)} only ${b}: ${verdict} ` +
    `(McNemar's test, exact: ${pValue(p)}).`
  );
}

/** Which of the two are no better than the one answer that is right most often: nothing, or one sentence. */
export function guessingInWords(
  { differences: [{ first, second, show }] }: Outcome,
  names: readonly [string, string],
  predictions: Predictions,
): string[] {
  const { answer, share } = constantAnswer(predictions);
  const level = [first, second].map(({ interval }) => interval.low <= share);
  if (!level.includes(true)) return [];
  const [a, b] = names.map(inText);
  const who = level.every(Boolean) ? `Neither ${a} nor ${b} is better` : `${level[0] ? a : b} is no better`;
  return [`${who} than always answering ${answer}, which would get ${show(share)}.`];
}

/** The figures of both and their differences, in lines for a console. */
export function figureLines({ differences }: Outcome): string[] {
  const rows = differences.map((figure) => {
    const [difference, interval] = differenceTexts(figure);
    const values = [figure.first, figure.second].map((of) => `${of.show(of.value)} (${range(of.interval, of.show)})`);
    return [figure.name, ...values, `${difference} (${interval})`];
  });
  return inColumns(rows, 4);
}
