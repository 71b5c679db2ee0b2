/** The elements along axes in another order: flip, roll. */

import { checkArgument, type Kind, refuseMore } from "../../arguments.js";
import { scope } from "../../scope.js";
import { normalizeDims, ShapeError } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { indexSelect } from "./index-select.js";
import { reshape } from "./reshape.js";

/** x with slice i along `dim` being slice `from(i, n)`. */
function reordered(x: Tensor, dim: number, from: (i: number, n: number) => number): Tensor {
  const n = x.shape[dim];
  return indexSelect(
    x,
    dim,
    Int32Array.from({ length: n }, (_, i) => from(i, n)),
  );
}

/**
 * The elements along the axes `dims` in reverse order.
 * @throws ShapeError when there is no such axis
 */
export function flip(x: Tensor, dims: number | readonly number[], ...more: never[]): Tensor {
  refuseMore("flip(x, dims)", more);
  checkTensor("flip", "x", x);
  const axes = normalizeDims(dims, x.shape.length, "flip");
  return scope(() => axes.reduce((y, d) => reordered(y, d, (i, n) => n - 1 - i), reshape(x, x.shape)));
}

const someShifts: Kind<number | readonly number[]> = {
  expected: "a whole number, or one for each of dims",
  accepts: (value): value is number | readonly number[] =>
    Number.isInteger(value) || (Array.isArray(value) && value.every(Number.isInteger)),
};

/**
 * The elements along the axes `dims` moved on by `shifts`, those at the end coming back at the beginning.
 * @param shifts how far along each of the axes; negative moves back
 * @param dims the axes, each once; without them x is rolled as if it were one row
 * @throws ShapeError when there is no such axis, or there are not as many shifts as axes
 */
export function roll(
  x: Tensor,
  shifts: number | readonly number[],
  dims?: number | readonly number[],
  ...more: never[]
): Tensor {
  refuseMore("roll(x, shifts, dims)", more);
  checkTensor("roll", "x", x);
  checkArgument("roll", "shifts", shifts, someShifts);
  if (dims === undefined && typeof shifts === "number") {
    return scope(() => reshape(roll(reshape(x, [-1]), shifts, 0), x.shape));
  }
  normalizeDims(dims, x.shape.length, "roll");
  const axes = [dims ?? []].flat();
  const steps = [shifts].flat();
  if (steps.length !== axes.length) {
    throw new ShapeError(`roll: ${steps.length} shifts for ${axes.length} axes; give as many of both`);
  }
  const back = (step: number) => (i: number, n: number) => (((i - step) % n) + n) % n;
  return scope(() => {
    const rank = x.shape.length;
    return axes.reduce((y, d, k) => reordered(y, (d + rank) % rank, back(steps[k])), reshape(x, x.shape));
  });
}
