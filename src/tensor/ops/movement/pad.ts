/** pad: elements around others. */

import { aNumber, checkArgument, checkOptions, type Kind, type OptionKinds, oneOf, show } from "../../arguments.js";
import { record } from "../../autograd.js";
import { scope } from "../../scope.js";
import { formatShape, ShapeError, stridesOf } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { indexSelect } from "./index-select.js";
import { slice } from "./slice.js";

/**
 * What new elements hold: one number, or what is inside: mirrored at the border element, the border element itself, or
 * what is at the other end.
 */
export type PadMode = "constant" | "reflect" | "replicate" | "circular";

export interface PadOptions {
  /** What the new elements hold with mode "constant". Default 0. */
  value?: number;
  /** Default "constant". */
  mode?: PadMode;
}

const padKinds: OptionKinds<PadOptions> = {
  value: aNumber,
  mode: oneOf("constant", "reflect", "replicate", "circular"),
};

/** By mode: which of n elements stands at place i. */
const SOURCES = {
  reflect: (i: number, n: number) => (i < 0 ? -i : i < n ? i : 2 * (n - 1) - i),
  replicate: (i: number, n: number) => Math.min(Math.max(i, 0), n - 1),
  circular: (i: number, n: number) => (i + n) % n,
};

/** x with more elements along the axis `d`, all of them its own; or with fewer. */
function continued(
  x: Tensor,
  d: number,
  [before, after]: readonly number[],
  mode: Exclude<PadMode, "constant">,
): Tensor {
  if (before === 0 && after === 0) return x;
  const n = x.shape[d];
  const most = mode === "circular" ? n : n - 1;
  if (mode === "replicate" ? n === 0 : Math.max(before, after) > most) {
    throw new ShapeError(`pad: ${before} and ${after} are too many for axis ${d} of ${n} with mode "${mode}"`);
  }
  const places = Int32Array.from({ length: before + n + after }, (_, i) => SOURCES[mode](i - before, n));
  return indexSelect(x, d, places);
}

const somePadding: Kind<readonly number[]> = {
  expected: "a list of pairs, as in [left, right, top, bottom]",
  accepts: (value): value is readonly number[] => Array.isArray(value),
};

/**
 * Adds elements around x. `padding` lists [before, after] pairs from the last axis backwards, as torch's F.pad:
 * `[left, right, top, bottom]`. Negative numbers crop.
 * @throws ShapeError when there are more pairs than axes, or more is cropped than there is, or mirrored than it gives
 * @throws TypeError when there is a `value` with a mode that has no use for it
 */
export function pad(x: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  checkTensor("pad", "x", x);
  checkArgument("pad", "padding", padding, somePadding);
  checkOptions("pad", options, padKinds);
  const { value = 0, mode = "constant" } = options;
  if (mode !== "constant" && options.value !== undefined) {
    throw new TypeError(
      `pad: with mode "${mode}", what is added comes from x; leave out value, or take mode "constant"`,
    );
  }
  const rank = x.shape.length;
  if (padding.length % 2 !== 0 || padding.length > 2 * rank || !padding.every(Number.isInteger)) {
    throw new ShapeError(
      `pad: expected at most ${rank} pairs of whole numbers for ${formatShape(x.shape)}, got ${show(padding)}`,
    );
  }
  const pairs = x.shape.map((_, d) => {
    const at = 2 * (rank - 1 - d);
    return [padding[at] ?? 0, padding[at + 1] ?? 0];
  });
  const gone = pairs.findIndex(([before, after], d) => Math.max(0, -before) + Math.max(0, -after) > x.shape[d]);
  if (gone !== -1) {
    throw new ShapeError(`pad: [${pairs[gone]}] crops more than the ${x.shape[gone]} elements along axis ${gone}`);
  }
  const crops = pairs.some(([before, after]) => before < 0 || after < 0);
  // What is mirrored or repeated is x as it was, what is continued at the other end is what is left of it: as in PyTorch.
  if (crops && (mode === "constant" || mode === "circular")) {
    return scope(() => {
      const cropped = pairs.reduce(
        (t, [before, after], d) => slice(t, d, Math.max(0, -before), x.shape[d] - Math.max(0, -after)),
        x,
      );
      const positive = padding.map((n) => Math.max(0, n));
      return pad(cropped, positive, options);
    });
  }
  if (mode !== "constant") return scope(() => pairs.reduce((t, pair, d) => continued(t, d, pair, mode), x));
  const outShape = x.shape.map((n, d) => n + pairs[d][0] + pairs[d][1]);
  const before = pairs.map((pair) => pair[0]);
  const step = x.shape.map(() => 1);
  const storage = x.backend.pad(x.storage, { inShape: x.shape, outShape, before, step }, value);
  const strides = stridesOf(outShape);
  const offset = before.reduce((sum, n, d) => sum + n * strides[d], 0);
  const gradients = (g: Tensor) => [() => x.backend.view(g.storage, { shape: x.shape, strides, offset })];
  return record("pad", [x], outShape, storage, gradients, [], { before, after: pairs.map((pair) => pair[1]), value });
}
