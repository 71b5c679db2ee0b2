/** The sections of a sweep's page: the settings, what the options do, what may be chance, and how to repeat it. */

import { rungsOf } from "../../run/sweep-file.js";
import type { SweepFolder } from "../../run/sweep-folder.js";
import { asArgument, plural } from "../../text.js";
import type { MetricName } from "../../train/best-epoch.js";
import { chartFigure, chartGrid, folded } from "../blocks.js";
import type { Charts } from "../charts/chart.js";
import { curvesChart, type DrawnSetting, effectChart, parallelChart } from "../charts/sweep.js";
import { pValue, range, signed } from "../format.js";
import { html, named } from "../html.js";
import type { Section } from "../page.js";
import type { PhotographComparison, SeedComparison } from "../sweep-chance.js";
import { figure, type SettingOutcome, type SweepResults, spreadText, textOf } from "../sweep-results.js";
import { table } from "../table.js";

export function settingsSection({ metric, settings, maxEpochs }: SweepResults): Section {
  const options = Object.keys(settings[0].setting);
  const rows = settings.map(({ setting, epochs, trials, validation, test }, place) => [
    String(place + 1),
    ...options.map((name) => named(textOf(setting[name]))),
    `${epochs} of ${maxEpochs}`,
    String(trials.length),
    validation ? spreadText(validation) : trials.some(({ broken }) => broken) ? "broken off" : "",
    test ? spreadText(test) : "",
  ]);
  const trials = settings.flatMap(({ name, trials }) =>
    trials.map(({ trial, seed, epochs, bestEpoch, validation, test, broken }) => [
      trial,
      named(name),
      String(seed),
      String(epochs),
      bestEpoch === undefined ? "" : String(bestEpoch),
      validation === undefined ? (broken ?? "") : figure(validation),
      test === undefined ? "" : figure(test),
    ]),
  );
  return {
    id: "settings",
    title: "The settings",
    charts: [],
    body: html`<p>The mean over the seeds, ± the deviation between them, of ${metric} in the best epoch of each trial. Settings that
were trained longest come first. The test photographs are measured only where training has come to its end, and choose
nothing.</p>
${table({
  label: "Every setting, the best first",
  head: ["place", ...options, "epochs", "seeds", `${metric}, validation`, `${metric}, test`],
  rows,
  mark: 0,
})}
${folded(
  "Every trial",
  table({
    label: "Every trial",
    head: ["trial", "setting", "seed", "epochs", "best epoch", `${metric}, validation`, `${metric}, test`],
    rows: trials,
  }),
)}`,
  };
}

export function optionsSection(
  charts: Charts,
  settings: readonly DrawnSetting[],
  { metric, epochs }: { metric: MetricName; epochs: number },
): Section {
  const options = Object.keys(settings[0].setting);
  const curves = curvesChart(charts, settings, metric);
  if (options.length === 0) {
    return { id: "options", title: "The training", charts: [curves], body: chartFigure(curves) };
  }
  const effects = options.map((option) => effectChart(charts, settings, { option, metric }));
  const parallel = parallelChart(charts, settings, { options, metric });
  return {
    id: "options",
    title: "What the options do",
    charts: [...effects, parallel, curves],
    body: html`<p>All trials are compared after ${plural(epochs, "epoch")}, which every setting was trained for. A mean over the other
options hides what two of them do together; the lines through all options show it.</p>
${chartGrid(effects)}
${chartFigure(parallel)}
${chartFigure(curves)}`,
  };
}

/** Rows about one pair of settings, or what is missing for them. */
export function chanceSection(
  [best, ...others]: readonly SettingOutcome[],
  { seeds, photographs }: { seeds: readonly SeedComparison[]; photographs: readonly PhotographComparison[] },
): Section {
  const nothing =
    others.length === 0
      ? "Fewer than two settings were trained to the end: there is nothing to compare on the test photographs."
      : "With one seed, what another seed would change cannot be told: give the sweep several.";
  const bySeed = table({
    label: "The best setting and the others, seed by seed",
    head: ["the best against", "difference", "95 % interval", "p", "corrected"],
    rows: seeds.map(({ other, difference, interval, pValue: p, corrected }) => [
      named(other.name),
      signed(difference, figure),
      range(interval, (value) => signed(value, figure)),
      pValue(p),
      pValue(corrected),
    ]),
  });
  const byPhotograph = table({
    label: "The best setting and the next, photograph by photograph",
    head: ["the best against", "seed", "only the best is right", "only the other is", "p", "corrected"],
    rows: photographs.map(({ other, seed, onlyFirst, onlySecond, pValue: p, corrected }) => [
      named(other.name),
      String(seed),
      String(onlyFirst),
      String(onlySecond),
      pValue(p),
      pValue(corrected),
    ]),
  });
  return {
    id: "chance",
    title: "What may be chance",
    charts: [],
    body: html`${
      seeds.length > 0
        ? html`<h3>Another seed</h3><p>${named(best.name)} minus each other setting, on the test photographs, seed by seed: the mean of the
differences and its interval, by Student's t. Corrected (Holm): of many comparisons some look like more than chance by
chance alone.</p>${bySeed}`
        : html`<p>${nothing}</p>`
    }
${
  photographs.length > 0
    ? html`<h3>Other photographs</h3><p>Two nets of one seed, asked about the same test photographs (McNemar's test, exact). It tells what
other photographs would change between these two nets, not what another seed would.</p>${byPhotograph}`
    : ""
}`,
  };
}

export function repeatSection({ path, sweep, numbers }: SweepFolder): Section {
  const { seeds, metric, halving, factor } = sweep;
  const rungs = rungsOf(sweep);
  const how =
    rungs.length === 1
      ? `Every trial is trained for ${plural(rungs[0], "epoch")}.`
      : `After ${rungs.slice(0, -1).join(", ")} epochs one setting of ${factor} goes on, by the mean of ${metric} over the seeds, up to ` +
        `${rungs.at(-1)} epochs (${halving} successive halving).`;
  return {
    id: "repeat",
    title: "How to repeat it",
    charts: [],
    body: html`<p>${how} Seeds: ${seeds.join(", ")}. What decides the numbers of the machine: ${numbers}. With the same, and the same
photographs, every trial comes to the same bits, on any number of threads, workers and interruptions.</p>
<pre>npx torchlet results ${asArgument(path)} --csv results.csv
npx torchlet report ${asArgument(path)}</pre>
${folded("The sweep", html`<h3>The sweep</h3><pre>${JSON.stringify(sweep, null, 2)}</pre>`)}`,
  };
}
