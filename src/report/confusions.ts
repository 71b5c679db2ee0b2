/** confusions: which classes are taken for which others, the most frequent first. */

import { confusionMatrix } from "../metrics/classification.js";
import type { Predictions } from "./predictions.js";

/** Photographs of one class that are called another. */
export interface Confusion {
  /** Their class. */
  is: number;
  /** What they are called. */
  called: number;
  count: number;
  /** Photographs of their class, however they are called. */
  of: number;
}

/** Every pair that occurs; of pairs that occur as often, the one that is a larger part of its class comes first. */
export function confusions({ classes, predicted, labels }: Predictions): Confusion[] {
  const matrix = confusionMatrix(predicted, labels, classes.length);
  const pairs = matrix.flatMap((row, is) => {
    const of = row.reduce((sum, n) => sum + n, 0);
    return row.map((count, called) => ({ is, called, count, of }));
  });
  const wrong = pairs.filter(({ is, called, count }) => is !== called && count > 0);
  return wrong.sort((a, b) => b.count - a.count || a.of - b.of);
}
