/** How the windows of a convolution slide over zero-padded planes, and how such planes lie in scratch memory. */

import type { ConvGeometry } from "../backend.js";
import { ceilDiv } from "./round.js";
import type { Runtime } from "./runtime.js";

/** A number for the height and one for the width. */
export type HeightWidth = readonly [h: number, w: number];

/** Windows over planes of `src` pixels, `out` of them; see the kernels' `Window`. */
export interface Slide {
  readonly src: HeightWidth;
  readonly kernel: HeightWidth;
  readonly stride: HeightWidth;
  readonly before: HeightWidth;
  readonly dilation: HeightWidth;
  readonly out: HeightWidth;
}

/** The windows of a convolution over its input. */
export const slideOf = (g: ConvGeometry): Slide => ({
  src: [g.h, g.w],
  kernel: [g.kH, g.kW],
  stride: [g.strideH, g.strideW],
  before: [g.padH, g.padW],
  dilation: [g.dilationH, g.dilationW],
  out: [g.outH, g.outW],
});

/** How a padded plane lies in memory for a band of `rows` rows of windows. */
export interface PaddedPlane {
  readonly phases: HeightWidth;
  readonly rows: number;
  readonly columns: number;
  readonly bytes: number;
}

export function paddedPlane(s: Slide, rows: number): PaddedPlane {
  // Distance of a window's last tap from its first; without any tap there is none.
  const reachH = s.dilation[0] * Math.max(0, s.kernel[0] - 1);
  const reachW = s.dilation[1] * Math.max(0, s.kernel[1] - 1);
  const phases: HeightWidth = [Math.min(s.stride[0], reachH + 1), Math.min(s.stride[1], reachW + 1)];
  const phaseRows = rows + Math.floor(reachH / s.stride[0]);
  const columns = s.out[1] + Math.floor(reachW / s.stride[1]);
  const data = phases[0] * phases[1] * phaseRows * columns * 4;
  // An odd number of cache lines, so that planes do not fall on each other in the cache; and at least a vector of zeros.
  const lines = ceilDiv(data + 16, 64) | 1;
  return { phases, rows: phaseRows, columns, bytes: lines * 64 };
}

/** Puts the windows where the kernels find them, while `use` runs. */
export function withWindow(rt: Runtime, s: Slide, plane: PaddedPlane, use: (window: number) => void): void {
  const slide = [s.src, s.kernel, s.stride, s.before, s.dilation].flat();
  rt.withInts([...slide, ...plane.phases, plane.rows, plane.columns, plane.bytes], use);
}

/** What is worked on together: all rows of several images, or a band of rows of one. */
export interface Chunk {
  readonly images: number;
  readonly rows: number;
}

/** As many whole images as make `pixels`, or bands of rows, so that their `planes` padded planes fit in `bytes`. */
export function chunk(slide: Slide, images: number, planes: number, pixels: number, bytes: number): Chunk {
  const [outH, outW] = slide.out;
  const whole = planes * paddedPlane(slide, outH).bytes;
  const most = Math.min(Math.floor(bytes / whole), Math.floor(pixels / (outH * outW)), images);
  if (most >= 1) return { images: most, rows: outH };
  let bands = 1;
  while (bands < outH && planes * paddedPlane(slide, ceilDiv(outH, bands)).bytes > bytes) bands++;
  return { images: 1, rows: ceilDiv(outH, bands) };
}
