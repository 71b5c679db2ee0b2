/** writeSweepReport: everything about a sweep on one page. */

import { basename, resolve } from "node:path";
import { valueAt } from "../run/halving.js";
import { rungsOf } from "../run/sweep-file.js";
import { SweepFolder } from "../run/sweep-folder.js";
import { useBackend } from "../tensor/backend/registry.js";
import { plural } from "../text.js";
import { findings, warning } from "./blocks.js";
import { Charts } from "./charts/chart.js";
import type { DrawnSetting } from "./charts/sweep.js";
import type { ExamineOptions } from "./examine.js";
import { pValue } from "./format.js";
import { html } from "./html.js";
import { page } from "./page.js";
import { checkReportPlace, saveReport } from "./save.js";
import { chanceSection, optionsSection, repeatSection, settingsSection } from "./sections/sweep.js";
import { comparePhotographs, compareSeeds, finalistsOf, type SeedComparison } from "./sweep-chance.js";
import { flattery, resultsOf, type SettingOutcome, type SweepResults, spreadText } from "./sweep-results.js";

/** What the charts show: settings whose trials have all come to the first comparison, the best first. */
async function drawnSettings(folder: SweepFolder, { settings, metric }: SweepResults): Promise<DrawnSetting[]> {
  const states = await folder.settings();
  const [epochs] = rungsOf(folder.sweep);
  return settings.flatMap(({ setting, name, epochs: reached }) => {
    const { trials } = states.find((state) => JSON.stringify(state.setting) === JSON.stringify(setting))!;
    if (reached === 0) return [];
    const values = trials.map((trial) => valueAt(trial, epochs, metric)).filter((value) => value !== undefined);
    return values.length < trials.length ? [] : [{ setting, name, values, lines: trials.map(({ lines }) => lines) }];
  });
}

/** Which setting does best, and how sure that is. */
function verdict({ metric, settings }: SweepResults, seeds: readonly SeedComparison[]): string[] {
  const [best] = settings;
  if (!best.validation) return ["No setting has come to a figure yet."];
  const n = best.trials.length;
  const test = best.test ? `, ${spreadText(best.test)} on the test photographs` : "";
  const first = `Best of ${plural(settings.length, "setting")}: ${best.name}, with ${metric} ${spreadText(best.validation)} on the validation photographs${test} (${plural(n, "seed")}).`;
  return [first, flattery(settings), ...telling(best, seeds)];
}

/** Whether it can be told from the others. */
function telling(best: SettingOutcome, seeds: readonly SeedComparison[]): string[] {
  if (seeds.length === 0) return [];
  const close = seeds.filter(({ corrected }) => corrected >= 0.05);
  if (close.length === 0) {
    return [
      `Over its seeds it differs from each of the ${seeds.length} other settings that were trained to the end by more than chance.`,
    ];
  }
  const names = close.map(({ other, corrected }) => `${other.name} (${pValue(corrected)}, corrected)`);
  return [
    `That ${best.name} differs from these may well be chance, on the test photographs and over the seeds: ${names.join("; ")}.`,
  ];
}

/**
 * Writes `DIR/report.html`, a page that needs nothing but itself, and each of its charts as `DIR/charts/NAME.svg`.
 * @param path the folder of a sweep
 * @returns the path of the page
 * @throws Error when there is no sweep, or none of its trials is far enough to say anything
 */
export async function writeSweepReport(
  path: string,
  { data, onProgress, onStage }: ExamineOptions = {},
): Promise<string> {
  const folder = await SweepFolder.look(path);
  await checkReportPlace(path);
  const results = await resultsOf(folder);
  const drawn = await drawnSettings(folder, results);
  if (drawn.length === 0) {
    throw new Error(
      `${path}: no setting has been trained for ${plural(folder.sweep.minEpochs, "epoch")} with all seeds yet`,
    );
  }
  const charts = await Charts.load();
  const finalists = finalistsOf(results.settings);
  const seeds = compareSeeds(finalists);
  onStage?.("asking the nets of the best settings about the test photographs");
  await useBackend("auto");
  const photographs = await comparePhotographs(folder, finalists, { data: data && resolve(data), onProgress });
  onStage?.("drawing");
  const { metric } = results;
  const sections = [
    settingsSection(results),
    optionsSection(charts, drawn, { metric, epochs: rungsOf(folder.sweep)[0] }),
    chanceSection(finalists, { seeds, photographs }),
    repeatSection(folder),
  ];
  const notYet = results.over
    ? []
    : ["The sweep is not over: what follows may change. The same command goes on with it."];
  const lead = html`<p class="muted">${path}</p>
${notYet.map(warning)}
${findings(verdict(results, seeds))}`;
  return saveReport(path, page(`Sweep ${basename(resolve(path))}`, lead, sections), sections);
}
