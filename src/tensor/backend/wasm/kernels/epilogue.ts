/** What becomes of a convolution's results while they are still in the cache: batch norm by constants, relu, relu6. */

import { normalized } from "./batch-norm";
import { address } from "./simd";

/**
 * Writes an epilogue to memory where every thread can read it: [floor, highest, is there a norm | mean, scale, bias of each channel].
 * `mean` is 0 where there is none. What is not above the floor becomes 0; nothing does if it is NaN. One item.
 */
export function setEpilogue(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  floor: f32,
  highest: f32,
  channels: i32,
  mean: usize,
  variance: usize,
  weight: usize,
  bias: usize,
  eps: f32,
): void {
  store<f32>(at, floor);
  store<f32>(at, highest, 4);
  store<i32>(at, mean != 0, 8);
  for (let channel = 0; channel < channels; channel++) {
    const offset = address(0, channel);
    const entry = entryOf(at, channel);
    // Without a norm, numbers that change no number: adding −0 leaves even −0 as it is.
    store<f32>(entry, mean ? load<f32>(mean + offset) : 0);
    store<f32>(entry, mean ? load<f32>(weight + offset) / sqrt(load<f32>(variance + offset) + eps) : 1, 4);
    store<f32>(entry, mean ? load<f32>(bias + offset) : -0.0, 8);
  }
}

/** Bytes of a channel's mean, scale and bias. */
export const NORM_BYTES: usize = 12;

// @ts-ignore: decorator
@inline
export function entryOf(at: usize, channel: i32): usize {
  return at + 12 + <usize>channel * NORM_BYTES;
}

/** Whether no result is negative, nor −0. */
// @ts-ignore: decorator
@inline
export function isClamped(epilogue: usize): bool {
  return load<f32>(epilogue) == 0;
}

// @ts-ignore: decorator
@inline
export function hasNorm(epilogue: usize): bool {
  return load<i32>(epilogue, 8) != 0;
}

/** Adds `start` to n results of a channel, and does what the epilogue says, in place. */
export function finish(epilogue: usize, y: usize, n: i32, channel: i32, start: f32): void {
  const entry = entryOf(epilogue, channel);
  const mean = v128.load32_splat(entry);
  finishBy(epilogue, y, n, f32x4.splat(start), mean, v128.load32_splat(entry, 4), v128.load32_splat(entry, 8));
}

/** The same by numbers of one channel in all lanes, or by those of four channels for results with a channel in each lane. */
export function finishBy(
  epilogue: usize,
  y: usize,
  n: i32,
  start: v128,
  mean: v128,
  scale: v128,
  bias: v128,
): void {
  const floor = v128.load32_splat(epilogue);
  const highest = v128.load32_splat(epilogue, 4);
  const stop = address(y, n);
  for (; y + 16 <= stop; y += 16) {
    v128.store(y, finished(v128.load(y), start, mean, scale, bias, floor, highest));
  }
  for (; y < stop; y += 4) {
    v128.store32_lane(y, finished(v128.load32_splat(y), start, mean, scale, bias, floor, highest), 0);
  }
}

// @ts-ignore: decorator
@inline
function finished(v: v128, start: v128, mean: v128, scale: v128, bias: v128, floor: v128, highest: v128): v128 {
  return f32x4.pmin(raised(normalized(f32x4.add(v, start), mean, scale, bias), floor), highest);
}

/** As relu, NaN included, by two instructions: processors need eight for WebAssembly's max. `pmin` is one, its min eight. */
// @ts-ignore: decorator
@inline
export function raised(x: v128, floor: v128): v128 {
  return v128.andnot(x, f32x4.le(x, floor));
}
