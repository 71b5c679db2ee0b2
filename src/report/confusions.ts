/** confusions: which classes are taken for which others, the most frequent first. */

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
  const own = new Array<number>(classes.length).fill(0);
  // Of thousands of classes, hardly any of the millions of pairs occur: each has a number.
  const counts = new Map<number, number>();
  labels.forEach((is, i) => {
    own[is]++;
    const pair = is * classes.length + predicted[i];
    if (is !== predicted[i]) counts.set(pair, (counts.get(pair) ?? 0) + 1);
  });
  const pairs = Array.from(counts, ([pair, count]) => {
    const is = Math.floor(pair / classes.length);
    return { is, called: pair % classes.length, count, of: own[is] };
  });
  return pairs.sort((a, b) => b.count - a.count || a.of - b.of || a.is - b.is || a.called - b.called);
}
