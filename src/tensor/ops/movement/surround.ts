/** surround: a number around the elements of a tensor. */

import { record } from "../../autograd.js";
import { stridesOf } from "../../shape.js";
import type { Tensor } from "../../tensor.js";

/** How many elements are added before and after those along an axis. */
export type Edges = readonly [before: number, after: number];

/**
 * Internal: x with `value` around it.
 * @param edges of as many axes, the last of x
 */
export function surround(x: Tensor, edges: readonly Edges[], value = 0): Tensor {
  const untouched = x.shape.slice(edges.length).map((): Edges => [0, 0]);
  const all = [...untouched, ...edges];
  const [before, after] = [all.map(([n]) => n), all.map(([, n]) => n)];
  const outShape = x.shape.map((n, d) => before[d] + n + after[d]);
  const step = x.shape.map(() => 1);
  const storage = x.backend.pad(x.storage, { inShape: x.shape, outShape, before, step }, value);
  const strides = stridesOf(outShape);
  const offset = before.reduce((sum, n, d) => sum + n * strides[d], 0);
  const gradients = (g: Tensor) => [() => x.backend.view(g.storage, { shape: x.shape, strides, offset })];
  return record("pad", [x], outShape, storage, gradients, [], { before, after, value });
}
