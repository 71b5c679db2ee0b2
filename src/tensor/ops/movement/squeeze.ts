/** Axes of size 1: squeeze takes them out, unsqueeze puts one in. */

import { refuseMore } from "../../arguments.js";
import { normalizeDim, normalizeDims } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { reshape } from "./reshape.js";

/**
 * x without its axes of size 1: all of them, or those among `dim`. Shares storage.
 * @throws ShapeError when there is no such axis
 */
export function squeeze(x: Tensor, dim?: number | readonly number[], ...more: never[]): Tensor {
  refuseMore("squeeze(x, dim)", more);
  checkTensor("squeeze", "x", x);
  const dims = normalizeDims(dim, x.shape.length, "squeeze");
  return reshape(
    x,
    x.shape.filter((n, d) => n !== 1 || !dims.includes(d)),
  );
}

/**
 * x with an axis of size 1 before axis `dim`; −1 puts it last. Shares storage.
 * @throws ShapeError when there is no such place
 */
export function unsqueeze(x: Tensor, dim: number, ...more: never[]): Tensor {
  refuseMore("unsqueeze(x, dim)", more);
  checkTensor("unsqueeze", "x", x);
  const d = normalizeDim(dim, x.shape.length + 1, "unsqueeze");
  return reshape(x, [...x.shape.slice(0, d), 1, ...x.shape.slice(d)]);
}
