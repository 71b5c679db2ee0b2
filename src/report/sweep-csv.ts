/** resultsCsv: the trials of a sweep as a table for other programs, a line for each of them. */

import type { SweepResults } from "./sweep-results.js";

/** With the options that differ as columns; numbers have all their digits. */
export async function resultsCsv({ metric, settings }: SweepResults): Promise<string> {
  const { default: papaparse } = await import("papaparse");
  const rows = settings.flatMap(({ setting, trials }) =>
    trials.map(({ trial, seed, epochs, bestEpoch, validation, test, broken }) => ({
      trial,
      ...Object.fromEntries(
        Object.entries(setting).map(([name, value]) => [
          name,
          typeof value === "object" && value !== null ? JSON.stringify(value) : value,
        ]),
      ),
      seed,
      epochs,
      bestEpoch,
      [`validation ${metric}`]: validation,
      [`test ${metric}`]: test,
      broken,
    })),
  );
  return `${papaparse.unparse(rows, { newline: "\n" })}\n`;
}
