/** slice: some of the elements along an axis. */

import { refuseMore } from "../../arguments.js";
import { record } from "../../autograd.js";
import { normalizeDim, ShapeError, stridesOf } from "../../shape.js";
import { show } from "../../show.js";
import { checkTensor, type Tensor } from "../../tensor.js";

/**
 * Elements start, start + step, … before `end` along `dim`. Negative bounds count from the end, and bounds beyond it
 * are cut to it, as in Python.
 * @throws ShapeError when `step` is not a positive integer.
 */
export function slice(x: Tensor, dim: number, start: number, end?: number, step = 1, ...more: never[]): Tensor {
  refuseMore("slice(x, dim, start, end, step)", more);
  checkTensor("slice", "x", x);
  const d = normalizeDim(dim, x.shape.length, "slice");
  if (!Number.isInteger(step) || step < 1)
    throw new ShapeError(`slice: step must be a positive integer, got ${show(step)}`);
  const n = x.shape[d];
  for (const bound of [start, end ?? n]) {
    if (!Number.isInteger(bound)) throw new ShapeError(`slice: bounds must be whole numbers, got ${show(bound)}`);
  }
  const bound = (i: number) => Math.min(Math.max(i < 0 ? i + n : i, 0), n);
  const [first, last] = [bound(start), bound(end ?? n)];
  const length = Math.max(0, Math.ceil((last - first) / step));
  const strides = stridesOf(x.shape);
  const shape = x.shape.map((size, axis) => (axis === d ? length : size));
  const storage = x.backend.view(x.storage, {
    shape,
    strides: strides.map((stride, axis) => (axis === d ? stride * step : stride)),
    offset: first * strides[d],
  });
  const before = x.shape.map((_, axis) => (axis === d ? first : 0));
  const steps = x.shape.map((_, axis) => (axis === d ? step : 1));
  const geometry = { inShape: shape, outShape: x.shape, before, step: steps };
  const gradients = (g: Tensor) => [() => x.backend.pad(g.storage, geometry, 0)];
  return record("slice", [x], shape, storage, gradients, [], { dim: d, start: first, end: last, step });
}
