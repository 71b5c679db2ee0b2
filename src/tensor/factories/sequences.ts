/** Tensors whose numbers follow a rule: arange, linspace, eye. */

import { ArgumentError, aCount, aNumber, checkArgument, checkOptions, wholeFrom } from "../arguments.js";
import { sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { tensor } from "./from-values.js";
import { type TensorOptions, tensorKinds } from "./options.js";

/** More numbers than that no backend holds. */
const MOST = 2 ** 30;

/**
 * start, start + step, … before `end`; `arange(n)` is 0, 1, … n − 1.
 * @param start the first number, or the end where it is the only one
 * @param end which the numbers do not reach
 * @param step from one to the next; negative counts down
 * @throws ArgumentError when the step is 0, leads away from the end, or has too far to go
 */
export function arange(start: number, end?: number, step = 1, options: TensorOptions = {}): Tensor {
  for (const [name, value] of Object.entries({ start, end: end === undefined ? start : end, step })) {
    checkArgument("arange", name, value, {
      ...aNumber,
      expected: "a finite number",
      accepts: Number.isFinite as never,
    });
  }
  checkOptions("arange", options, tensorKinds);
  const [first, last] = end === undefined ? [0, start] : [start, end];
  const n = Math.ceil((last - first) / step);
  if (!(n >= 0 && n < MOST)) throw new ArgumentError(`arange: no steps of ${step} lead from ${first} to ${last}`);
  return tensor(
    Float64Array.from({ length: n }, (_, i) => first + i * step),
    [n],
    options,
  );
}

/**
 * `steps` numbers at equal distances, from `start` to `end`, both of which are among them.
 * @throws RangeError unless `steps` is a whole number
 */
export function linspace(start: number, end: number, steps: number, options: TensorOptions = {}): Tensor {
  checkArgument("linspace", "start", start, aNumber);
  checkArgument("linspace", "end", end, aNumber);
  checkArgument("linspace", "steps", steps, wholeFrom(0, MOST));
  checkOptions("linspace", options, tensorKinds);
  const step = steps > 1 ? (end - start) / (steps - 1) : 0;
  // From both ends, so that the last number is the end itself.
  const at = (i: number) => (i < steps / 2 ? start + i * step : end - (steps - 1 - i) * step);
  return tensor(
    Float64Array.from({ length: steps }, (_, i) => at(i)),
    [steps],
    options,
  );
}

/**
 * [n, m], ones on the diagonal and zeros elsewhere.
 * @param n rows
 * @param m columns, by default as many
 * @throws RangeError unless both are positive integers
 */
export function eye(n: number, m = n, options: TensorOptions = {}): Tensor {
  checkArgument("eye", "n", n, aCount);
  checkArgument("eye", "m", m, aCount);
  checkOptions("eye", options, tensorKinds);
  const values = new Float32Array(sizeOf([n, m]));
  for (let i = 0; i < Math.min(n, m); i++) values[i * m + i] = 1;
  return tensor(values, [n, m], options);
}
