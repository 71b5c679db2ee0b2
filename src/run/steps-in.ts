/** stepsIn: how many steps of the optimizer so many photographs are. */

import type { TrainConfig } from "./config.js";

/** @param length of an epoch, or of its beginning */
export function stepsIn(
  length: number,
  { batch, dropLast, accumulate = 1 }: Pick<TrainConfig, "batch" | "dropLast" | "accumulate">,
): number {
  const batches = length / batch;
  return Math.ceil((dropLast ? Math.floor(batches) : Math.ceil(batches)) / accumulate);
}
