/** A tensor in parts along one axis: split, chunk. */

import { aCount, checkArgument, type Kind, refuseMore } from "../../arguments.js";
import { normalizeDim, ShapeError } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { slice } from "./slice.js";

const someSizes: Kind<number | readonly number[]> = {
  expected: "a positive integer, or a list of sizes",
  accepts: (value): value is number | readonly number[] =>
    aCount.accepts(value) || (Array.isArray(value) && value.every((size) => Number.isInteger(size) && size >= 0)),
};

/**
 * Parts of x along `dim`: of one size, the last of them smaller if need be, or of several.
 * @param sizes the size of each part, or a list of sizes that add up to the axis
 * @throws ShapeError when there is no such axis, or the sizes do not add up to it
 */
export function split(x: Tensor, sizes: number | readonly number[], dim = 0, ...more: never[]): Tensor[] {
  refuseMore("split(x, sizes, dim)", more);
  checkTensor("split", "x", x);
  checkArgument("split", "sizes", sizes, someSizes);
  const d = normalizeDim(dim, x.shape.length, "split");
  const n = x.shape[d];
  if (typeof sizes === "number") {
    const count = Math.max(1, Math.ceil(n / sizes));
    return Array.from({ length: count }, (_, i) => slice(x, d, i * sizes, (i + 1) * sizes));
  }
  const total = sizes.reduce((a, b) => a + b, 0);
  if (total !== n) throw new ShapeError(`split: the sizes [${sizes}] add up to ${total}, axis ${d} has ${n}`);
  let end = 0;
  return sizes.map((size) => {
    end += size;
    return slice(x, d, end - size, end);
  });
}

/**
 * At most `chunks` parts of x along `dim`, all of ⌈n / chunks⌉ elements but the last, which may have fewer.
 * @param chunks how many at most
 * @throws ShapeError when there is no such axis
 */
export function chunk(x: Tensor, chunks: number, dim = 0, ...more: never[]): Tensor[] {
  refuseMore("chunk(x, chunks, dim)", more);
  checkTensor("chunk", "x", x);
  checkArgument("chunk", "chunks", chunks, aCount);
  const d = normalizeDim(dim, x.shape.length, "chunk");
  return split(x, Math.max(1, Math.ceil(x.shape[d] / chunks)), d);
}
