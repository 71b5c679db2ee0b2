/** How far predictions of numbers are off: mean absolute error, root mean squared error, R². */

import { refuseMore } from "../tensor/arguments.js";
import { checkNumbers, checkPairs } from "./classification.js";

function check(who: string, predictions: ArrayLike<number>, targets: ArrayLike<number>): void {
  checkPairs(who, predictions, targets, "targets");
  checkNumbers(who, "prediction", predictions);
  checkNumbers(who, "target", targets);
}

/** Mean of what `of` makes of each prediction and its target. */
function meanOf(
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
  of: (prediction: number, target: number) => number,
): number {
  let sum = 0;
  for (let i = 0; i < targets.length; i++) sum += of(predictions[i], targets[i]);
  return sum / targets.length;
}

/**
 * MAE: the mean of |prediction − target|.
 * @param predictions a number for each example
 * @param targets what each should be
 * @see sklearn.metrics.mean_absolute_error
 */
export function meanAbsoluteError(
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
  ...more: never[]
): number {
  refuseMore("meanAbsoluteError(predictions, targets)", more);
  check("meanAbsoluteError", predictions, targets);
  return meanOf(predictions, targets, (prediction, target) => Math.abs(prediction - target));
}

/**
 * RMSE: √ of the mean of (prediction − target)², in the unit of the targets.
 * @param predictions a number for each example
 * @param targets what each should be
 * @see sklearn.metrics.mean_squared_error with squared=False
 */
export function rootMeanSquaredError(
  predictions: ArrayLike<number>,
  targets: ArrayLike<number>,
  ...more: never[]
): number {
  refuseMore("rootMeanSquaredError(predictions, targets)", more);
  check("rootMeanSquaredError", predictions, targets);
  return Math.sqrt(meanOf(predictions, targets, (prediction, target) => (prediction - target) ** 2));
}

/**
 * R² = 1 − Σ (target − prediction)² / Σ (target − mean target)²: 1 is perfect, 0 as good as the mean, and below 0 worse. Of
 * targets that are all the same it is 1 where every prediction is right, and otherwise 0.
 * @param predictions a number for each example
 * @param targets what each should be
 * @see sklearn.metrics.r2_score
 */
export function r2Score(predictions: ArrayLike<number>, targets: ArrayLike<number>, ...more: never[]): number {
  refuseMore("r2Score(predictions, targets)", more);
  check("r2Score", predictions, targets);
  const mean = meanOf(targets, targets, (target) => target);
  const missed = meanOf(predictions, targets, (prediction, target) => (target - prediction) ** 2);
  const spread = meanOf(targets, targets, (target) => (target - mean) ** 2);
  // The mean of equal numbers may be off by rounding.
  const areEqual = Array.from(targets).every((target) => target === targets[0]);
  if (areEqual) return missed === 0 ? 1 : 0;
  return 1 - missed / spread;
}
