/** Windows that slide over images, for convolutions and pools: their sizes, and how many places they take. */

import type { Kind } from "../arguments.js";
import { ShapeError } from "../shape.js";
import { show } from "../show.js";

/** One number for both axes, or [height, width]. */
export type Pair = number | readonly [number, number];

/** Which numbers are possible, `pairOf` says. */
export const aPair: Kind<Pair> = {
  expected: "an integer, or two of them",
  accepts: (value): value is Pair => typeof value === "number" || (Array.isArray(value) && value.length === 2),
};

/** No option is larger: kernels add what it makes of positions in 32 bits. */
const MOST = 2 ** 28;

/**
 * Both numbers of a pair.
 * @throws ShapeError when one is no integer, below `least`, or beyond what kernels can count
 */
export function pairOf(value: Pair, least: number, what: string): readonly [number, number] {
  const pair: readonly [number, number] = typeof value === "number" ? [value, value] : value;
  if (!Array.isArray(pair) || pair.length !== 2 || !pair.every((n) => Number.isInteger(n) && n >= least)) {
    throw new ShapeError(`${what} must be an integer of at least ${least}, or two of them, got ${show(value)}`);
  }
  if (pair.some((n) => n > MOST)) throw new ShapeError(`${what} must be at most ${MOST}, got ${show(value)}`);
  return pair;
}

/**
 * How the window of `who` moves, along both axes.
 * @throws ShapeError when a step, a padding or a dilation is no size
 */
export function stepsOf(
  who: string,
  { stride = 1, padding = 0, dilation = 1 }: { stride?: Pair; padding?: Pair; dilation?: Pair },
) {
  const [strideH, strideW] = pairOf(stride, 1, `${who}: stride`);
  const [padH, padW] = pairOf(padding, 0, `${who}: padding`);
  const [dilationH, dilationW] = pairOf(dilation, 1, `${who}: dilation`);
  return { strideH, strideW, padH, padW, dilationH, dilationW };
}

/**
 * Positions of a window of `k` taps: ⌊(n + 2·padding − dilation·(k − 1) − 1) / stride⌋ + 1. With `ceilMode` the quotient
 * is rounded up, so that the last window may reach beyond the end, but not begin there.
 */
export function windowCount(
  n: number,
  k: number,
  stride: number,
  padding: number,
  dilation: number,
  ceilMode = false,
): number {
  const steps = (n + 2 * padding - dilation * (k - 1) - 1) / stride;
  return ceilMode ? Math.min(Math.ceil(steps) + 1, Math.ceil((n + padding) / stride)) : Math.floor(steps) + 1;
}
