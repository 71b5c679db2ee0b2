/** continued: a tensor that goes on beyond its edges with elements of its own. */

import { scope } from "../../scope.js";
import { ShapeError } from "../../shape.js";
import type { Tensor } from "../../tensor.js";
import { indexSelect } from "./index-select.js";
import type { Edges } from "./surround.js";

/** By mode, of n elements along an axis: which of them stands at place i. */
const SOURCES = {
  /** Mirrored at the border element. */
  reflect: (i: number, n: number) => (i < 0 ? -i : i < n ? i : 2 * (n - 1) - i),
  /** The border element itself. */
  replicate: (i: number, n: number) => Math.min(Math.max(i, 0), n - 1),
  /** What is at the other end. */
  circular: (i: number, n: number) => (i + n) % n,
};

export type ContinuedMode = keyof typeof SOURCES;

/** x with more elements along the axis `d`, or with fewer. */
function continuedAlong(x: Tensor, d: number, [before, after]: Edges, mode: ContinuedMode): Tensor {
  if (before === 0 && after === 0) return x;
  const n = x.shape[d];
  const most = mode === "circular" ? n : n - 1;
  if (mode === "replicate" ? n === 0 : Math.max(before, after) > most) {
    throw new ShapeError(`pad: ${before} and ${after} are too many for axis ${d} of ${n} with mode "${mode}"`);
  }
  const places = Int32Array.from({ length: before + n + after }, (_, i) => SOURCES[mode](i - before, n));
  return indexSelect(x, d, places);
}

/**
 * Internal: x with more of its own elements around it.
 * @param edges of as many axes, the last of x
 * @throws ShapeError when that are more than x can give
 */
export function continued(x: Tensor, edges: readonly Edges[], mode: ContinuedMode): Tensor {
  const first = x.shape.length - edges.length;
  return scope(() => edges.reduce((t, own, i) => continuedAlong(t, first + i, own, mode), x));
}
