/**
 * Convolution and its gradients: each result gathers what reaches it. A row of threads is a plane, a column a pixel, so
 * neighbouring threads read neighbouring pixels. What depends on the place in the filter, borders and strides, is found
 * out once for each place; the loop inside, over the channels, only multiplies and adds.
 */

import type { ConvGeometry } from "../../backend.js";
import type { Kernel, Matrix } from "./kernel.js";
import { quotient } from "./math.js";

/** The sizes of a convolution but for the batch's, and the channels of a group on either side. */
export type Convolution = Exclude<keyof ConvGeometry, "n" | "groups"> | "cPerGroup" | "oPerGroup";

/** `taps` are the places of a filter; a row of threads is a whole filter, or one of its `rowsPerFilter` channels. */
export type WeightGradient = Convolution | "n" | "images" | "taps" | "rowsPerFilter";

/** Row (n, o), column (i, j). x has a row for each (n, c, i), w for each (o, c), the bias one. */
export function conv2d(this: Kernel<Convolution>, x: Matrix, w: Matrix, bias: Matrix): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const n = quotient(plane, this.constants.o);
  const o = plane - n * this.constants.o;
  const i = quotient(this.thread.x, this.constants.outW);
  const top = i * this.constants.strideH - this.constants.padH;
  const left = (this.thread.x - i * this.constants.outW) * this.constants.strideW - this.constants.padW;
  const first = n * this.constants.c + quotient(o, this.constants.oPerGroup) * this.constants.cPerGroup;
  const filter = o * this.constants.cPerGroup;
  let sum = bias[0][o];
  for (let u = 0; u < this.constants.kH; u++) {
    const y = top + u * this.constants.dilationH;
    if (y >= 0 && y < this.constants.h) {
      for (let v = 0; v < this.constants.kW; v++) {
        const column = left + v * this.constants.dilationW;
        if (column >= 0 && column < this.constants.w) {
          const row = first * this.constants.h + y;
          const tap = u * this.constants.kW + v;
          for (let channel = 0; channel < this.constants.cPerGroup; channel++) {
            sum += w[filter + channel][tap] * x[row + channel * this.constants.h][column];
          }
        }
      }
    }
  }
  return sum;
}

/** Row (n, c), column (i, j) of the input. g has a row for each (n, o, i), w for each (o, c). */
export function conv2dInputGrad(this: Kernel<Convolution>, g: Matrix, w: Matrix): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const n = quotient(plane, this.constants.c);
  const c = plane - n * this.constants.c;
  const pixelRow = quotient(this.thread.x, this.constants.w);
  const bottom = pixelRow + this.constants.padH;
  const right = this.thread.x - pixelRow * this.constants.w + this.constants.padW;
  const group = quotient(c, this.constants.cPerGroup);
  const channel = c - group * this.constants.cPerGroup;
  const first = group * this.constants.oPerGroup;
  let sum = 0;
  for (let u = 0; u < this.constants.kH; u++) {
    const y = bottom - u * this.constants.dilationH;
    const i = quotient(Math.abs(y), this.constants.strideH);
    if (i * this.constants.strideH === y && i < this.constants.outH) {
      for (let v = 0; v < this.constants.kW; v++) {
        const x = right - v * this.constants.dilationW;
        const column = quotient(Math.abs(x), this.constants.strideW);
        if (column * this.constants.strideW === x && column < this.constants.outW) {
          const row = (n * this.constants.o + first) * this.constants.outH + i;
          const weight = first * this.constants.cPerGroup + channel;
          const tap = u * this.constants.kW + v;
          for (let filter = 0; filter < this.constants.oPerGroup; filter++) {
            sum += w[weight + filter * this.constants.cPerGroup][tap] * g[row + filter * this.constants.outH][column];
          }
        }
      }
    }
  }
  return sum;
}

/**
 * Row (part, o), column (c, u, v), or row (part, o, c), column (u, v): the sum over `images` images. There are few
 * weights and many pixels, so the batch is cut into parts, which `sum` then adds.
 */
export function conv2dWeightGrad(this: Kernel<WeightGradient>, x: Matrix, g: Matrix): number {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const filter = quotient(row, this.constants.rowsPerFilter);
  const part = quotient(filter, this.constants.o);
  const o = filter - part * this.constants.o;
  const inRow = quotient(this.thread.x, this.constants.taps);
  const channel = row - filter * this.constants.rowsPerFilter + inRow;
  const c = channel + quotient(o, this.constants.oPerGroup) * this.constants.cPerGroup;
  const tap = this.thread.x - inRow * this.constants.taps;
  const u = quotient(tap, this.constants.kW);
  const top = u * this.constants.dilationH - this.constants.padH;
  const left = (tap - u * this.constants.kW) * this.constants.dilationW - this.constants.padW;
  let sum = 0;
  for (let image = 0; image < this.constants.images; image++) {
    const n = part * this.constants.images + image;
    if (n < this.constants.n) {
      for (let i = 0; i < this.constants.outH; i++) {
        const y = top + i * this.constants.strideH;
        if (y >= 0 && y < this.constants.h) {
          for (let j = 0; j < this.constants.outW; j++) {
            const column = left + j * this.constants.strideW;
            if (column >= 0 && column < this.constants.w) {
              sum +=
                g[(n * this.constants.o + o) * this.constants.outH + i][j] *
                x[(n * this.constants.c + c) * this.constants.h + y][column];
            }
          }
        }
      }
    }
  }
  return sum;
}
