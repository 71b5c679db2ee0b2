/** writeReport: everything about a run on one page. */

import { basename } from "node:path";
import { Generator } from "../tensor/random.js";
import { count, duration } from "../text.js";
import { decidingSplit } from "../train/best-epoch.js";
import { facts, findings, tiles, warning } from "./blocks.js";
import { Charts } from "./charts/chart.js";
import { splitsOf } from "./charts/data.js";
import { courseOf, type Examination, type ExamineOptions, examine } from "./examine.js";
import { figuresOf } from "./figures.js";
import { range } from "./format.js";
import { type Html, html } from "./html.js";
import { page, type Section } from "./page.js";
import { checkReportPlace, saveReport } from "./save.js";
import { dataSection } from "./sections/data.js";
import { lookingSection } from "./sections/looking.js";
import { mistakesSection } from "./sections/mistakes.js";
import { netSection } from "./sections/net.js";
import { qualitySection } from "./sections/quality.js";
import { runSection } from "./sections/run.js";
import { trainingSection } from "./sections/training.js";
import { adviceOnTraining, trainingInWords } from "./training-verdict.js";
import { answersInWords, qualityInWords } from "./verdict.js";

function lead(examination: Examination, generator: Generator): Html {
  const { run, data, model, predictions, epochs, best, seconds, warnings } = examination;
  const figures = figuresOf(predictions, generator);
  const trained = { net: run.config.net, counts: data.train.counts, predictions, figures };
  const course = courseOf(examination);
  return html`<p class="muted">${run.path}</p>
${warnings.map(warning)}
${findings([qualityInWords(trained), ...answersInWords(trained), trainingInWords(course), ...adviceOnTraining(course)])}
${tiles(figures.map(({ name, value, interval, show }) => ({ name, value: show(value), note: range(interval, show) })))}
<p class="muted">Under each figure stands its 95 % interval: how far it may be off because there are no more test photographs.
How much another seed would change is not in it.</p>
${facts([
  { name: "best epoch", value: `${best.epoch} of ${epochs.length}, by ${run.config.metric} (${decidingSplit(best)})` },
  ...splitsOf(data).map(({ name, photographs }) => ({ name: `${name} photographs`, value: count(photographs.length) })),
  { name: "parameters", value: count(model.parameterCount()) },
  { name: "time", value: `${duration(seconds)}, ${duration(seconds / epochs.length)} an epoch` },
])}`;
}

/**
 * Writes `RUN/report.html`, a page that needs nothing but itself, and each of its charts as `RUN/charts/NAME.svg`.
 * @param path the run folder
 * @returns the path of the page
 * @throws Error when there is no run, no epoch of it is over, or its photographs are not where they should be
 */
export async function writeReport(path: string, options: ExamineOptions = {}): Promise<string> {
  await checkReportPlace(path);
  const examination = await examine(path, options);
  const { run, folder } = examination;
  const charts = await Charts.load();
  // What is drawn at random belongs to the run: the same report each time.
  const random = new Generator(run.config.seed).fork("report");
  const makers: [stage: string, make: () => Section | Promise<Section>][] = [
    ["measuring how good it is", () => qualitySection(examination, charts)],
    ["looking at mistakes", () => mistakesSection(examination)],
    ["drawing the training", () => trainingSection(examination, charts)],
    ["looking for reasons", () => lookingSection(examination, random.fork("looking"))],
    ["looking for near-duplicates", () => dataSection(examination, charts, random.fork("examples"))],
    ["counting the net", () => netSection(examination)],
    ["noting the run", () => runSection(examination)],
  ];
  const sections: Section[] = [];
  for (const [stage, make] of makers) {
    options.onStage?.(stage);
    sections.push(await make());
  }
  options.onStage?.("measuring how far chance may have moved the figures");
  const title = `${run.config.net} on ${basename(folder)}`;
  const text = page(title, lead(examination, random.fork("bootstrap")), sections);
  return saveReport(run.path, text, sections);
}
