/** writeComparison: two runs side by side, on the photographs that both were tested on. */

import { resolve } from "node:path";
import { checkApart } from "../run/apart.js";
import { RunFolder } from "../run/run-folder.js";
import { plural } from "../text.js";
import { decidingSplit } from "../train/best-epoch.js";
import { betterInWords, figureLines, guessingInWords, judge, testInWords } from "./better.js";
import { findings, warning } from "./blocks.js";
import { Charts } from "./charts/chart.js";
import { comparisonOf } from "./compared.js";
import { confusions } from "./confusions.js";
import { type Examination, type ExamineOptions, examine } from "./examine.js";
import { inQuotes } from "./format.js";
import { html, named } from "./html.js";
import { page } from "./page.js";
import type { Predictions } from "./predictions.js";
import { checkReportPlace, saveReport } from "./save.js";
import { curvesSection, disagreementsSection, figuresSection, optionsSection } from "./sections/compared.js";

export interface ComparisonOptions extends ExamineOptions {
  /** The folder to write to. */
  out: string;
}

/** @throws Error when the page would lie among photographs, or where a run has its own report */
async function checkPlace(out: string, runs: readonly string[]): Promise<void> {
  if (RunFolder.exists(out)) throw new Error(`${out} is a run, whose report.html is its own: choose another --out`);
  for (const run of runs) checkApart("--out", out, (await RunFolder.open(run)).config);
}

/** What each of the two confuses most. */
function confusedByBoth(names: readonly string[], predictions: readonly Predictions[]): string {
  const [first, second] = predictions.map((of) => {
    const [worst] = confusions(of);
    return worst
      ? `${inQuotes(of.classes[worst.is])} for ${inQuotes(of.classes[worst.called])}`
      : "nothing for anything else";
  });
  return first === second
    ? `Both most often take ${first}.`
    : `Most often ${names[0]} takes ${first}, ${names[1]} ${second}.`;
}

/** A warning where only one of the two was chosen by the photographs that both are measured on. */
function flattery(runs: readonly Examination[]): string[] {
  const byTest = runs.filter(({ best }) => decidingSplit(best) === "test");
  if (byTest.length !== 1) return [];
  return [
    `The best epoch of ${byTest[0].run.path} was chosen by the test photographs, that of the other run by others: this ` +
      "flatters the former a little.",
  ];
}

/**
 * Writes `OUT/report.html`, and each of its charts as `OUT/charts/NAME.svg`.
 * @returns the path of the page, and what it says in a few lines of text
 * @throws Error when there is no such run, or the two have other classes or no test photograph in common
 */
export async function writeComparison(
  first: string,
  second: string,
  { out, ...options }: ComparisonOptions,
): Promise<{ file: string; lines: string[] }> {
  if (resolve(first) === resolve(second)) throw new Error(`${first} is one run: name two to compare`);
  await checkPlace(out, [first, second]);
  await checkReportPlace(out);
  const comparison = comparisonOf([await examine(first, options), await examine(second, options)]);
  const { names, runs, namesakes, predictions } = comparison;
  options.onStage?.("measuring how far chance may have moved the figures");
  const outcome = judge(comparison);
  options.onStage?.("looking at what they disagree about");
  const sections = [
    figuresSection(comparison, outcome),
    curvesSection(comparison, await Charts.load()),
    await disagreementsSection(comparison),
    optionsSection(comparison),
  ];
  const warnings = new Set([...runs.flatMap((run) => run.warnings), ...flattery(runs)]);
  if (namesakes > 0) {
    warnings.add(
      `Left out: ${plural(namesakes, "test photograph")} whose namesake in the other run has another label or size.`,
    );
  }
  const verdict = betterInWords(outcome, names, predictions[0].length);
  const guessing = guessingInWords(outcome, names, predictions[0]);
  const paths = runs.map(({ run }, i) => html`${named(names[i])}: ${named(run.path)}<br>`);
  const lead = html`<p class="muted">${paths}</p>
${Array.from(warnings, warning)}
${findings([verdict, ...guessing, testInWords(outcome, names), confusedByBoth(names, predictions)])}`;
  const file = await saveReport(out, page(`${names[0]} and ${names[1]}`, lead, sections), sections);
  const lines = [verdict, ...guessing, ...figureLines(outcome), testInWords(outcome, names), ...warnings];
  return { file, lines };
}
