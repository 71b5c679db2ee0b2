/**
 * The kernels that take most of a net's time once more, for threads that compute four results: what these share is read
 * once, which doubles the speed of a real GPU. The four lie one behind the other in the result.
 */

import type { Convolution, WeightGradient } from "./conv2d.js";
import type { Kernel, Matrix } from "./kernel.js";
import { quotient } from "./math.js";
import type { Product } from "./matmul.js";

type Four = [number, number, number, number];

/** As `matmul`; columns 4x to 4x + 3 share what is read of A. */
export function matmulFours(this: Kernel<Product>, a: Matrix, b: Matrix): Four {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const matrix = quotient(row, this.constants.m);
  const i = row - matrix * this.constants.m;
  const part = quotient(matrix, this.constants.batch);
  const z = matrix - part * this.constants.batch;
  const start = part * this.constants.chunk;
  const aTop = z * this.constants.aRows;
  const bTop = z * this.constants.bRows;
  const j = this.thread.x * 4;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let step = 0; step < this.constants.chunk; step++) {
    const l = start + step;
    if (l < this.constants.k) {
      let left = 0;
      if (this.constants.transA === 1) left = a[aTop + l][i];
      else left = a[aTop + i][l];
      if (this.constants.transB === 1) {
        sum0 += left * b[bTop + j][l];
        sum1 += left * b[bTop + j + 1][l];
        sum2 += left * b[bTop + j + 2][l];
        sum3 += left * b[bTop + j + 3][l];
      } else {
        sum0 += left * b[bTop + l][j];
        sum1 += left * b[bTop + l][j + 1];
        sum2 += left * b[bTop + l][j + 2];
        sum3 += left * b[bTop + l][j + 3];
      }
    }
  }
  return [sum0, sum1, sum2, sum3];
}

/** As `conv2d`; four pixels of a row of the output share the weights. Beyond the border, a pixel on it is read in vain. */
export function conv2dFours(this: Kernel<Convolution>, x: Matrix, w: Matrix, bias: Matrix): Four {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const n = quotient(plane, this.constants.o);
  const o = plane - n * this.constants.o;
  const pixel = this.thread.x * 4;
  const i = quotient(pixel, this.constants.outW);
  const top = i * this.constants.strideH - this.constants.padH;
  const left = (pixel - i * this.constants.outW) * this.constants.strideW - this.constants.padW;
  const first = n * this.constants.c + quotient(o, this.constants.oPerGroup) * this.constants.cPerGroup;
  const filter = o * this.constants.cPerGroup;
  const last = this.constants.w - 1;
  let sum0 = bias[0][o];
  let sum1 = bias[0][o];
  let sum2 = bias[0][o];
  let sum3 = bias[0][o];
  for (let u = 0; u < this.constants.kH; u++) {
    const y = top + u * this.constants.dilationH;
    if (y >= 0 && y < this.constants.h) {
      const row = first * this.constants.h + y;
      for (let v = 0; v < this.constants.kW; v++) {
        const tap = u * this.constants.kW + v;
        const column0 = left + v * this.constants.dilationW;
        const column1 = column0 + this.constants.strideW;
        const column2 = column1 + this.constants.strideW;
        const column3 = column2 + this.constants.strideW;
        const inside0 = Math.max(0, Math.min(column0, last));
        const inside1 = Math.max(0, Math.min(column1, last));
        const inside2 = Math.max(0, Math.min(column2, last));
        const inside3 = Math.max(0, Math.min(column3, last));
        let part0 = 0;
        let part1 = 0;
        let part2 = 0;
        let part3 = 0;
        for (let channel = 0; channel < this.constants.cPerGroup; channel++) {
          const weight = w[filter + channel][tap];
          const line = row + channel * this.constants.h;
          part0 += weight * x[line][inside0];
          part1 += weight * x[line][inside1];
          part2 += weight * x[line][inside2];
          part3 += weight * x[line][inside3];
        }
        if (inside0 === column0) sum0 += part0;
        if (inside1 === column1) sum1 += part1;
        if (inside2 === column2) sum2 += part2;
        if (inside3 === column3) sum3 += part3;
      }
    }
  }
  return [sum0, sum1, sum2, sum3];
}

/** As `conv2dInputGrad`, where windows are 1 apart along a row: four pixels of a row of the input share the weights. */
export function conv2dInputGradFours(this: Kernel<Convolution>, g: Matrix, w: Matrix): Four {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const n = quotient(plane, this.constants.c);
  const c = plane - n * this.constants.c;
  const pixel = this.thread.x * 4;
  const pixelRow = quotient(pixel, this.constants.w);
  const bottom = pixelRow + this.constants.padH;
  const right = pixel - pixelRow * this.constants.w + this.constants.padW;
  const group = quotient(c, this.constants.cPerGroup);
  const channel = c - group * this.constants.cPerGroup;
  const first = group * this.constants.oPerGroup;
  const last = this.constants.outW - 1;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let u = 0; u < this.constants.kH; u++) {
    const y = bottom - u * this.constants.dilationH;
    const i = quotient(Math.abs(y), this.constants.strideH);
    if (i * this.constants.strideH === y && i < this.constants.outH) {
      const row = (n * this.constants.o + first) * this.constants.outH + i;
      for (let v = 0; v < this.constants.kW; v++) {
        const tap = u * this.constants.kW + v;
        const column0 = right - v * this.constants.dilationW;
        const column1 = column0 + 1;
        const column2 = column0 + 2;
        const column3 = column0 + 3;
        const inside0 = Math.max(0, Math.min(column0, last));
        const inside1 = Math.max(0, Math.min(column1, last));
        const inside2 = Math.max(0, Math.min(column2, last));
        const inside3 = Math.max(0, Math.min(column3, last));
        let part0 = 0;
        let part1 = 0;
        let part2 = 0;
        let part3 = 0;
        for (let filter = 0; filter < this.constants.oPerGroup; filter++) {
          const weight = w[(first + filter) * this.constants.cPerGroup + channel][tap];
          const line = row + filter * this.constants.outH;
          part0 += weight * g[line][inside0];
          part1 += weight * g[line][inside1];
          part2 += weight * g[line][inside2];
          part3 += weight * g[line][inside3];
        }
        if (inside0 === column0) sum0 += part0;
        if (inside1 === column1) sum1 += part1;
        if (inside2 === column2) sum2 += part2;
        if (inside3 === column3) sum3 += part3;
      }
    }
  }
  return [sum0, sum1, sum2, sum3];
}

/** As `conv2dWeightGrad`, row (part, o / 4): four filters share the pixels, so they are the result's last axis. */
export function conv2dWeightGradFours(this: Kernel<WeightGradient>, x: Matrix, g: Matrix): Four {
  const row = this.thread.z * this.constants.height + this.thread.y;
  const filters = quotient(row, this.constants.rowsPerFilter);
  const perPart = this.constants.o / 4;
  const part = quotient(filters, perPart);
  const o = (filters - part * perPart) * 4;
  const inRow = quotient(this.thread.x, this.constants.taps);
  const channel = row - filters * this.constants.rowsPerFilter + inRow;
  const c = channel + quotient(o, this.constants.oPerGroup) * this.constants.cPerGroup;
  const tap = this.thread.x - inRow * this.constants.taps;
  const u = quotient(tap, this.constants.kW);
  const top = u * this.constants.dilationH - this.constants.padH;
  const left = (tap - u * this.constants.kW) * this.constants.dilationW - this.constants.padW;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let image = 0; image < this.constants.images; image++) {
    const n = part * this.constants.images + image;
    if (n < this.constants.n) {
      for (let i = 0; i < this.constants.outH; i++) {
        const y = top + i * this.constants.strideH;
        if (y >= 0 && y < this.constants.h) {
          const row0 = (n * this.constants.o + o) * this.constants.outH + i;
          const row1 = row0 + this.constants.outH;
          const row2 = row1 + this.constants.outH;
          const row3 = row2 + this.constants.outH;
          const line = (n * this.constants.c + c) * this.constants.h + y;
          for (let j = 0; j < this.constants.outW; j++) {
            const column = left + j * this.constants.strideW;
            if (column >= 0 && column < this.constants.w) {
              const pixel = x[line][column];
              sum0 += g[row0][j] * pixel;
              sum1 += g[row1][j] * pixel;
              sum2 += g[row2][j] * pixel;
              sum3 += g[row3][j] * pixel;
            }
          }
        }
      }
    }
  }
  return [sum0, sum1, sum2, sum3];
}
