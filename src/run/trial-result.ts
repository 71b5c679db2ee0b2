/** resultOf: what a trial has come to, and the digest by which two who trained the same can compare. */

import { createHash } from "node:crypto";
import { sealedDigests } from "../io/safetensors/sealed.js";
import { bestEpoch, deciding } from "../train/best-epoch.js";
import type { RunFolder } from "./run-folder.js";
import type { EpochLine, TrialResult } from "./run-json.js";
import type { Trial } from "./trial.js";

/** The same photographs, options and arithmetic came to other numbers: what must not happen. */
export class DeterminismError extends Error {
  override readonly name = "DeterminismError";
}

/** A line without its times. */
function untimed({ seconds: _, imagesPerSecond: __, ...line }: EpochLine) {
  return line;
}

/**
 * Of everything but times. Where training has broken off, the last checkpoint is of a moment that the clock has chosen:
 * then of the figures alone.
 */
async function digestOfRun(run: RunFolder, lines: readonly EpochLine[], broken: boolean): Promise<string> {
  const hash = createHash("sha256").update(JSON.stringify({ lines: lines.map(untimed), test: await run.test() }));
  if (!broken) {
    for (const name of ["last", "best"] as const) {
      hash.update(JSON.stringify(Object.entries(await sealedDigests(run.checkpoint(name))).sort()));
    }
  }
  return hash.digest("hex");
}

/** @param broken why training cannot go on, where that is so */
export async function resultOf(
  run: RunFolder,
  { id: trial, setting, seed }: Pick<Trial, "id" | "setting" | "seed">,
  broken?: string,
): Promise<TrialResult> {
  const lines = await run.metrics();
  const best = lines.length > 0 ? bestEpoch(lines, run.config.metric) : undefined;
  return {
    trial,
    setting: { ...setting },
    seed,
    epochs: lines.length,
    best: best && { epoch: best.epoch, metrics: deciding(best) },
    test: await run.test(),
    broken,
    digest: await digestOfRun(run, lines, broken !== undefined),
  };
}

/**
 * @param again of the same trial, trained anew
 * @throws DeterminismError where the two differ
 */
export function checkSameResult(path: string, first: TrialResult, again: TrialResult): void {
  if (first.digest === again.digest) return;
  const [one, other] = [first, again].map(({ epochs, best, digest }) => {
    const loss = best ? `loss ${best.metrics.loss} in epoch ${best.epoch}` : "no epoch";
    return `${loss} of ${epochs}, digest ${digest.slice(0, 12)}`;
  });
  throw new DeterminismError(
    `${path}: trained anew, it came to other numbers (${one}; then ${other}). Photographs, options and arithmetic are the ` +
      "same, so this is a fault of determinism, in torchlet or in this machine: please report it",
  );
}
