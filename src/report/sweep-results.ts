/** SweepResults: what the trials of a sweep have come to, setting by setting. The same trials give the same text. */

import { isAllDecided } from "../run/asynchronous-halving.js";
import { hasReached, nextJobs, scoreAt, valueAt } from "../run/halving.js";
import type { TestSummary } from "../run/run-json.js";
import { rungsOf, type Setting, type Sweep } from "../run/sweep-file.js";
import type { SettingState, SweepFolder, TrialState } from "../run/sweep-folder.js";
import { inColumns, plural } from "../text.js";
import { bestEpoch, type MetricName } from "../train/best-epoch.js";

/** The mean over seeds, and how much they differ. */
export interface Spread {
  mean: number;
  /** Of the sample, with n − 1; undefined for one seed. */
  deviation?: number;
}

export interface TrialOutcome {
  trial: string;
  seed: number;
  /** That are over. */
  epochs: number;
  /** The best of those that count. */
  bestEpoch?: number;
  /** The metric there, on the validation photographs. */
  validation?: number;
  /** And on the test photographs, which are measured where training has come to its end. */
  test?: number;
  broken?: string;
}

export interface SettingOutcome {
  setting: Setting;
  /** "lr 0.001, batch 64" */
  name: string;
  /** All of its trials have come so far, and are measured there. 0: not all of them have come to the first comparison. */
  epochs: number;
  trials: TrialOutcome[];
  /** Undefined where a trial has broken off, or none has come far enough. */
  validation?: Spread;
  /** Of those who have come to the end. */
  test?: Spread;
}

export interface SweepResults {
  metric: MetricName;
  /** How many there are to be, at most. */
  maxEpochs: number;
  /** From the best to the worst: those that have been trained longest come first, then by the metric. */
  settings: SettingOutcome[];
  /** Nothing is left to be done. */
  over: boolean;
}

export function spreadOf(values: readonly number[]): Spread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  if (values.length < 2) return { mean };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** "lr 0.001, batch 64". */
export function nameOf(setting: Setting): string {
  const parts = Object.entries(setting).map(([name, value]) => `${name} ${textOf(value)}`);
  return parts.length > 0 ? parts.join(", ") : "all options as they are";
}

/** A value of an option, as it is read. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function testOf({ best }: TestSummary, metric: MetricName): number | undefined {
  return best.metrics[metric];
}

function trialOutcome(state: TrialState, epochs: number, metric: MetricName): TrialOutcome {
  const { trial, lines, result } = state;
  const counted = lines.slice(0, epochs);
  const known = counted.length > 0 && result?.broken === undefined;
  return {
    trial: trial.id,
    seed: trial.seed,
    epochs: lines.length,
    bestEpoch: known ? bestEpoch(counted, metric).epoch : undefined,
    validation: known ? valueAt(state, epochs, metric) : undefined,
    test: result?.test && testOf(result.test, metric),
    broken: result?.broken,
  };
}

/** The mean of what all of them have. */
function spreadOfAll(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === values.length ? spreadOf(known) : undefined;
}

function settingOutcome(state: SettingState, { metric, ...sweep }: Sweep): SettingOutcome {
  const { setting } = state;
  const reached = rungsOf(sweep).filter((rung) => state.trials.every((trial) => hasReached(trial, rung)));
  const epochs = reached.at(-1) ?? 0;
  const trials = state.trials.map((trial) => trialOutcome(trial, epochs, metric));
  return {
    setting,
    name: nameOf(setting),
    epochs,
    trials,
    validation: spreadOfAll(trials.map(({ validation }) => validation)),
    test: spreadOfAll(trials.map(({ test }) => test)),
  };
}

/** Reads what there is, now. */
export async function resultsOf(folder: SweepFolder): Promise<SweepResults> {
  const { sweep } = folder;
  const states = await folder.settings();
  const outcomes = states.map((state) => ({ state, outcome: settingOutcome(state, sweep) }));
  const score = ({ state, outcome }: (typeof outcomes)[number]) =>
    outcome.epochs > 0 ? scoreAt(state, outcome.epochs, sweep.metric) : -Infinity;
  const order = outcomes
    .map((it) => ({ ...it, score: score(it) }))
    .sort((a, b) => b.outcome.epochs - a.outcome.epochs || (a.score === b.score ? 0 : b.score - a.score));
  return {
    metric: sweep.metric,
    maxEpochs: sweep.maxEpochs,
    settings: order.map(({ outcome }) => outcome),
    over: sweep.halving === "synchronous" ? nextJobs(sweep, states).length === 0 : await isAllDecided(folder, states),
  };
}

/** Of whatever metric. */
export function figure(value: number): string {
  return value.toFixed(4);
}

/** "0.9312 ± 0.0041". */
export function spreadText({ mean, deviation }: Spread): string {
  return deviation === undefined ? figure(mean) : `${figure(mean)} ± ${figure(deviation)}`;
}

/** The table for a console: a line for each setting, the best first. */
export function resultLines({ metric, settings, over }: SweepResults): string[] {
  const names = Object.keys(settings[0].setting);
  const head = [...names, "epochs", "seeds", `${metric} (validation)`, `${metric} (test)`];
  const rows = settings.map(({ setting, epochs, trials, validation, test }) => [
    ...names.map((name) => textOf(setting[name])),
    String(epochs),
    String(trials.length),
    validation ? spreadText(validation) : trials.some(({ broken }) => broken) ? "broken off" : "",
    test ? spreadText(test) : "",
  ]);
  const lines = inColumns([head, ...rows], names.length);
  return [...lines, "", over ? flattery(settings) : "The sweep is not over: this may change."];
}

/** What whoever takes the first line has to know. */
export function flattery(settings: readonly SettingOutcome[]): string {
  const n = settings.length;
  if (n === 1) return "There is one setting: nothing was chosen.";
  const [{ test }] = settings;
  const instead = test ? " Expect of it what it gets on the test photographs: nothing was chosen by those." : "";
  return `The best of ${plural(n, "setting")} looks better on the validation photographs than it is, because it was chosen by them.${instead}`;
}
