/** pad: elements around others. */

import { aNumber, checkArgument, checkOptions, type Kind, type OptionKinds, show } from "../../arguments.js";
import { record, scope } from "../../autograd.js";
import { formatShape, ShapeError, stridesOf } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { slice } from "./slice.js";

export interface PadOptions {
  /** What the new elements hold. Default 0. */
  value?: number;
}

const padKinds: OptionKinds<PadOptions> = { value: aNumber };

const somePadding: Kind<readonly number[]> = {
  expected: "a list of pairs, as in [left, right, top, bottom]",
  accepts: (value): value is readonly number[] => Array.isArray(value),
};

/**
 * Adds elements around x. `padding` lists [before, after] pairs from the last axis backwards, as torch's F.pad:
 * `[left, right, top, bottom]`. Negative numbers crop.
 * @throws ShapeError when there are more pairs than axes, or more is cropped than there is
 */
export function pad(x: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  checkTensor("pad", "x", x);
  checkArgument("pad", "padding", padding, somePadding);
  checkOptions("pad", options, padKinds);
  const { value = 0 } = options;
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
  const negative = pairs.some(([before, after]) => before < 0 || after < 0);
  if (negative) {
    return scope(() => {
      const cropped = pairs.reduce(
        (t, [before, after], d) => slice(t, d, Math.max(0, -before), x.shape[d] - Math.max(0, -after)),
        x,
      );
      const positive = padding.map((n) => Math.max(0, n));
      return pad(cropped, positive, { value });
    });
  }
  const outShape = x.shape.map((n, d) => n + pairs[d][0] + pairs[d][1]);
  const before = pairs.map((pair) => pair[0]);
  const step = x.shape.map(() => 1);
  const storage = x.backend.pad(x.storage, { inShape: x.shape, outShape, before, step }, value);
  const strides = stridesOf(outShape);
  const offset = before.reduce((sum, n, d) => sum + n * strides[d], 0);
  return record(
    "pad",
    [x],
    outShape,
    storage,
    (g) => [() => x.backend.view(g.storage, { shape: x.shape, strides, offset })],
    [],
    { before, after: pairs.map((pair) => pair[1]), value },
  );
}
