/** pad: elements around others. */

import { aNumber, checkArgument, checkOptions, type Kind, type OptionKinds, oneOf } from "../../arguments.js";
import { scope } from "../../scope.js";
import { formatShape, ShapeError } from "../../shape.js";
import { show } from "../../show.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { type ContinuedMode, continued } from "./continued.js";
import { slice } from "./slice.js";
import { type Edges, surround } from "./surround.js";

/**
 * What new elements hold: one number, or what is inside: mirrored at the border element, the border element itself, or
 * what is at the other end.
 */
export type PadMode = "constant" | ContinuedMode;

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
  const edges = x.shape.map((_, d): Edges => {
    const at = 2 * (rank - 1 - d);
    return [padding[at] ?? 0, padding[at + 1] ?? 0];
  });
  const gone = edges.findIndex(([before, after], d) => Math.max(0, -before) + Math.max(0, -after) > x.shape[d]);
  if (gone !== -1) {
    throw new ShapeError(`pad: [${edges[gone]}] crops more than the ${x.shape[gone]} elements along axis ${gone}`);
  }
  const crops = edges.some(([before, after]) => before < 0 || after < 0);
  // What is mirrored or repeated is x as it was, what is continued at the other end is what is left of it: as in PyTorch.
  if (crops && (mode === "constant" || mode === "circular")) {
    return scope(() => {
      const cropped = edges.reduce(
        (t, [before, after], d) => slice(t, d, Math.max(0, -before), x.shape[d] - Math.max(0, -after)),
        x,
      );
      const positive = padding.map((n) => Math.max(0, n));
      return pad(cropped, positive, options);
    });
  }
  return mode === "constant" ? surround(x, edges, value) : continued(x, edges, mode);
}
