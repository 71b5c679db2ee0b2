/** Pooling and its gradients. A row of threads is a plane, a column a pixel; x and g have a row for each line of pixels. */

import type { Kernel, Matrix } from "./kernel.js";
import { maxOf, quotient } from "./math.js";

type Pooling = "h" | "w" | "kH" | "kW" | "outH" | "outW" | "strideH" | "strideW" | "padH" | "padW" | "countIncludePad";

/** Starts from the first number of the window that is no padding. */
export function maxPool2d(this: Kernel<Pooling>, x: Matrix): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const i = quotient(this.thread.x, this.constants.outW);
  const top = i * this.constants.strideH - this.constants.padH;
  const left = (this.thread.x - i * this.constants.outW) * this.constants.strideW - this.constants.padW;
  let firstRow = top;
  if (top < 0) firstRow = 0;
  let firstColumn = left;
  if (left < 0) firstColumn = 0;
  let largest = x[plane * this.constants.h + firstRow][firstColumn];
  for (let u = 0; u < this.constants.kH; u++) {
    const row = top + u;
    if (row >= 0 && row < this.constants.h) {
      for (let v = 0; v < this.constants.kW; v++) {
        const column = left + v;
        if (column >= 0 && column < this.constants.w) {
          const value = x[plane * this.constants.h + row][column];
          largest = maxOf(largest, value);
        }
      }
    }
  }
  return largest;
}

/** A pixel collects g from every window that it is the first largest number of. */
export function maxPool2dGrad(this: Kernel<Pooling>, g: Matrix, x: Matrix, y: Matrix): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const row = quotient(this.thread.x, this.constants.w);
  const column = this.thread.x - row * this.constants.w;
  const own = x[plane * this.constants.h + row][column];
  let sum = 0;
  for (let u = 0; u < this.constants.kH; u++) {
    const below = row + this.constants.padH - u;
    const i = quotient(Math.abs(below), this.constants.strideH);
    if (i * this.constants.strideH === below && i < this.constants.outH) {
      for (let v = 0; v < this.constants.kW; v++) {
        const across = column + this.constants.padW - v;
        const j = quotient(Math.abs(across), this.constants.strideW);
        if (j * this.constants.strideW === across && j < this.constants.outW) {
          if (own === y[plane * this.constants.outH + i][j]) {
            // The window starts u rows above and v columns before this pixel: is an equal number earlier in it?
            let first = 1;
            for (let s = 0; s < this.constants.kH; s++) {
              for (let t = 0; t < this.constants.kW; t++) {
                const r = row - u + s;
                const c = column - v + t;
                if (s * this.constants.kW + t < u * this.constants.kW + v && r >= 0 && c >= 0 && c < this.constants.w) {
                  if (x[plane * this.constants.h + r][c] === own) first = 0;
                }
              }
            }
            if (first > 0) sum += g[plane * this.constants.outH + i][j];
          }
        }
      }
    }
  }
  return sum;
}

export function avgPool2d(this: Kernel<Pooling>, x: Matrix): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const i = quotient(this.thread.x, this.constants.outW);
  const top = i * this.constants.strideH - this.constants.padH;
  const left = (this.thread.x - i * this.constants.outW) * this.constants.strideW - this.constants.padW;
  let sum = 0;
  let count = 0;
  for (let u = 0; u < this.constants.kH; u++) {
    const row = top + u;
    if (row >= 0 && row < this.constants.h) {
      for (let v = 0; v < this.constants.kW; v++) {
        const column = left + v;
        if (column >= 0 && column < this.constants.w) {
          sum += x[plane * this.constants.h + row][column];
          count += 1;
        }
      }
    }
  }
  if (this.constants.countIncludePad === 1) return sum / (this.constants.kH * this.constants.kW);
  return sum / count;
}

export function avgPool2dGrad(this: Kernel<Pooling>, g: Matrix): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const row = quotient(this.thread.x, this.constants.w);
  const column = this.thread.x - row * this.constants.w;
  let sum = 0;
  for (let u = 0; u < this.constants.kH; u++) {
    const below = row + this.constants.padH - u;
    const i = quotient(Math.abs(below), this.constants.strideH);
    if (i * this.constants.strideH === below && i < this.constants.outH) {
      for (let v = 0; v < this.constants.kW; v++) {
        const across = column + this.constants.padW - v;
        const j = quotient(Math.abs(across), this.constants.strideW);
        if (j * this.constants.strideW === across && j < this.constants.outW) {
          const top = row - u;
          const left = column - v;
          const rows = Math.min(top + this.constants.kH, this.constants.h) - Math.max(top, 0);
          const columns = Math.min(left + this.constants.kW, this.constants.w) - Math.max(left, 0);
          let count = rows * columns;
          if (this.constants.countIncludePad === 1) count = this.constants.kH * this.constants.kW;
          sum += g[plane * this.constants.outH + i][j] / count;
        }
      }
    }
  }
  return sum;
}
