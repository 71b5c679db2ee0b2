/** What of a sweep's differences may be chance: between seeds, and between photographs. */

import type { PhotoFolder } from "../data/photo-folder.js";
import { holm } from "../metrics/holm.js";
import { type McNemar, mcnemar } from "../metrics/mcnemar.js";
import { type PairedDifference, pairedDifference } from "../metrics/paired-difference.js";
import { readRunData } from "../run/run-data.js";
import { RunFolder } from "../run/run-folder.js";
import type { SweepFolder } from "../run/sweep-folder.js";
import type { Trial } from "../run/trial.js";
import { type Predictions, predictAll } from "./predictions.js";
import type { SettingOutcome } from "./sweep-results.js";

/** The best setting beside another: seed by seed, on the test photographs. */
export interface SeedComparison extends PairedDifference {
  other: SettingOutcome;
  /** The p-value, corrected for the number of comparisons. */
  corrected: number;
}

/** The nets of two settings with the same seed, photograph by photograph. */
export interface PhotographComparison extends McNemar {
  other: SettingOutcome;
  seed: number;
  corrected: number;
}

/** So many settings behind the best are compared with it photograph by photograph: each has its nets asked. */
const COMPARED = 2;

/** Those that have come to the end: the best first. */
export function finalistsOf(settings: readonly SettingOutcome[]): SettingOutcome[] {
  return settings.filter(({ test }) => test);
}

/** The best against each other finalist; none where there is one seed. */
export function compareSeeds([best, ...others]: readonly SettingOutcome[]): SeedComparison[] {
  if (!best || best.trials.length < 2) return [];
  const values = ({ trials }: SettingOutcome) => trials.map(({ test }) => test!);
  const found = others.map((other) => ({ other, ...pairedDifference(values(other), values(best)) }));
  const corrected = holm(found.map(({ pValue }) => pValue));
  return found.map((comparison, i) => ({ ...comparison, corrected: corrected[i] }));
}

/** Test photographs by the size that they are read in: once for each. */
class TestPhotographs {
  readonly #bySize = new Map<number, PhotoFolder>();
  readonly #data: string | undefined;
  readonly #onProgress: ((done: number, total: number) => void) | undefined;

  constructor(data?: string, onProgress?: (done: number, total: number) => void) {
    this.#data = data;
    this.#onProgress = onProgress;
  }

  async of({ config }: Trial): Promise<PhotoFolder> {
    const known = this.#bySize.get(config.size);
    if (known) return known;
    // Who only looks on writes nothing, to a cache neither.
    const options = { ...config, data: this.#data ?? config.data, cache: undefined };
    const { test } = await readRunData(options, { onProgress: this.#onProgress });
    this.#bySize.set(config.size, test);
    return test;
  }
}

/**
 * The best finalist against the next ones, within each seed: asks the nets of their best epochs about the test
 * photographs.
 * @param data where the photographs are now
 */
export async function comparePhotographs(
  folder: SweepFolder,
  finalists: readonly SettingOutcome[],
  { data, onProgress }: { data?: string; onProgress?: (done: number, total: number) => void } = {},
): Promise<PhotographComparison[]> {
  const [best, ...others] = finalists.slice(0, 1 + COMPARED);
  if (others.length === 0) return [];
  const photographs = new TestPhotographs(data, onProgress);
  const ask = async ({ trials }: SettingOutcome, place: number): Promise<Predictions> => {
    const trial = await folder.trial(trials[place].trial);
    const model = await (await RunFolder.open(folder.runOf(trial))).loadModel("best");
    return predictAll(model, await photographs.of(trial));
  };
  const found: Omit<PhotographComparison, "corrected">[] = [];
  for (const [place, { seed }] of best.trials.entries()) {
    const first = await ask(best, place);
    for (const other of others) {
      const second = await ask(other, place);
      found.push({ other, seed, ...mcnemar(first.predicted, second.predicted, first.labels) });
    }
  }
  const corrected = holm(found.map(({ pValue }) => pValue));
  return found.map((comparison, i) => ({ ...comparison, corrected: corrected[i] }));
}
