/** bestThreshold: of two classes, the probability of class 1 from which calling it that gets most photographs right. */

import { fallingThreshold } from "../metrics/thresholds.js";
import type { Predictions } from "./predictions.js";

export interface BestThreshold {
  /** As few digits as tell it from its neighbours. */
  threshold: number;
  /** On the photographs that it was found on, and so a little better than on others. */
  accuracy: number;
}

/** The shortest number above `low` and up to `high`. */
function shortestBetween(low: number, high: number): number {
  for (let unit = 10; ; unit *= 10) {
    const rounded = Math.floor(high * unit) / unit;
    if (rounded > low || unit > 1e15) return rounded > low ? rounded : high;
  }
}

/** Of thresholds that are as good, that which is nearest to one half. */
export function bestThreshold(predictions: Predictions): BestThreshold {
  const { length } = predictions;
  const steps = fallingThreshold("bestThreshold", predictions.probabilities(1), predictions.is(1));
  const zeros = steps[steps.length - 1].falsePositives;
  const candidates = steps.map(({ threshold, falsePositives, truePositives }, i) => ({
    threshold: shortestBetween(steps[i + 1]?.threshold ?? 0, threshold),
    accuracy: (truePositives + zeros - falsePositives) / length,
  }));
  const most = Math.max(...candidates.map(({ accuracy }) => accuracy));
  const best = candidates.filter(({ accuracy }) => accuracy === most);
  const away = ({ threshold }: BestThreshold) => Math.abs(threshold - 0.5);
  return best.reduce((a, b) => (away(b) < away(a) ? b : a));
}
