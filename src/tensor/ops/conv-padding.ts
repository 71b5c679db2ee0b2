/** How many zeros a convolution adds on each side of the images. */

import { type Kind, oneOf } from "../arguments.js";
import { ShapeError } from "../shape.js";
import type { ContinuedMode } from "./movement/continued.js";
import type { Edges } from "./movement/surround.js";
import { aPair, type Pair, pairOf } from "./window.js";

/**
 * One number for every side, or [height, width], or a number for each; "same" is as many as it takes for the result to
 * have the size of the input, the odd one to the right and the bottom; "valid" is none.
 */
export type ConvPadding = Pair | readonly [left: number, right: number, top: number, bottom: number] | "same" | "valid";

/** What the padding of a layer holds: zeros, or what is inside, as in `pad`. */
export type PaddingMode = "zeros" | ContinuedMode;

export const aPaddingMode: Kind<PaddingMode> = oneOf("zeros", "reflect", "replicate", "circular");

export const aConvPadding: Kind<ConvPadding> = {
  expected: 'an integer, two of them, [left, right, top, bottom], "same" or "valid"',
  accepts: (value): value is ConvPadding =>
    aPair.accepts(value) || value === "same" || value === "valid" || (Array.isArray(value) && value.length === 4),
};

function halves(total: number): Edges {
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/**
 * The padding of `who` along both axes, where a filter of [kH, kW] moves by these steps.
 * @throws ShapeError when a number is no size, or with "same" and a stride
 */
export function edgesOf(
  who: string,
  padding: ConvPadding = 0,
  [kH, kW]: readonly number[],
  window: { strideH: number; strideW: number; dilationH: number; dilationW: number },
): [rows: Edges, columns: Edges] {
  if (padding === "same") {
    const { strideH, strideW, dilationH, dilationW } = window;
    if (strideH * strideW !== 1) {
      throw new ShapeError(
        `${who}: padding "same" needs a stride of 1, got [${strideH}, ${strideW}]; write the numbers`,
      );
    }
    return [halves(dilationH * (kH - 1)), halves(dilationW * (kW - 1))];
  }
  const pair = (value: Pair) => pairOf(value, 0, `${who}: padding`);
  const [first, second, ...rest] = padding === "valid" ? [0] : [padding].flat();
  if (rest.length > 0) {
    const columns = pair([first, second]);
    return [pair([rest[0], rest[1]]), columns];
  }
  const [padH, padW] = pair(second === undefined ? first : [first, second]);
  return [
    [padH, padH],
    [padW, padW],
  ];
}
