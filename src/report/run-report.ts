/** writeReport: everything about a run on one page. */

import { basename } from "node:path";
import { Generator } from "../tensor/random.js";
import { duration } from "../text.js";
import { Charts } from "./charts/chart.js";
import { type Examination, type ExamineOptions, examine } from "./examine.js";
import { figuresOf } from "./figures.js";
import { count, range } from "./format.js";
import { type Html, html } from "./html.js";
import { page, tiles } from "./page.js";
import { saveReport } from "./save.js";
import { dataSection } from "./sections/data.js";
import { lookingSection } from "./sections/looking.js";
import { mistakesSection } from "./sections/mistakes.js";
import { netSection } from "./sections/net.js";
import { qualitySection } from "./sections/quality.js";
import { runSection } from "./sections/run.js";
import { trainingSection } from "./sections/training.js";

function lead(examination: Examination, generator: Generator): Html {
  const { run, data, model, predictions, epochs, best, seconds, warnings } = examination;
  const figures = figuresOf(predictions, generator).map(({ name, value, interval, show }) => ({
    name: `test ${name}`,
    value: show(value),
    note: range(interval, show),
  }));
  return html`<p class="muted">${run.path}</p>
${warnings.map((warning) => html`<p><b>${warning}</b></p>`)}
${tiles([
  ...figures,
  { name: "best epoch", value: `${best.epoch} of ${epochs.length}`, note: `by ${run.config.metric}` },
  { name: "photographs", value: count(data.train.length), note: `and ${count(data.test.length)} to test on` },
  { name: "parameters", value: count(model.parameterCount()), note: run.config.net },
  { name: "time", value: duration(seconds), note: `${duration(seconds / epochs.length)} an epoch` },
])}
<p class="muted">Under the first figures stand 95 % intervals, from 1,000 bootstrap samples of the test photographs: how
far the figures may be off because there are no more of these. They do not tell how much another seed would change.</p>`;
}

/**
 * Writes `RUN/report.html`, a page that needs nothing but itself, and each of its charts as `RUN/charts/NAME.svg`.
 * @param path the run folder
 * @returns the path of the page
 * @throws Error when there is no run, no epoch of it is over, or its photographs are not where they should be
 */
export async function writeReport(path: string, options: ExamineOptions = {}): Promise<string> {
  const examination = await examine(path, options);
  const { run, folder } = examination;
  const charts = await Charts.load();
  // What is drawn at random belongs to the run: the same report each time.
  const random = new Generator(run.config.seed).fork("report");
  const sections = [
    await dataSection(examination, charts, random.fork("examples")),
    netSection(examination),
    trainingSection(examination, charts),
    qualitySection(examination, charts),
    await mistakesSection(examination),
    await lookingSection(examination, random.fork("looking")),
    runSection(examination),
  ];
  const title = `${run.config.net} on ${basename(folder)}`;
  const text = page(title, lead(examination, random.fork("bootstrap")), sections);
  return saveReport(run.path, text, sections);
}
