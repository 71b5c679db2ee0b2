/** Pooling and its gradients. A row of threads is a plane, a column a pixel; x and g have a row for each line of pixels. */

import type { WindowGeometry } from "../../backend.js";
import type { Kernel, Matrix } from "./kernel.js";
import { isNaNOf, maxOf, quotient } from "./math.js";

type Pooling =
  | keyof WindowGeometry
  // The most rows and columns of a window that can be pixels, and the most windows over a pixel along each axis.
  | "rows"
  | "columns"
  | "rowWindows"
  | "columnWindows"
  // How much of the padding counts in an average.
  | "marginH"
  | "marginW";

/** Starts from the first number of the window that is no padding. */
export function maxPool2d(this: Kernel<Pooling>, x: Matrix): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const i = quotient(this.thread.x, this.constants.outW);
  const top = i * this.constants.strideH - this.constants.padH;
  const left = (this.thread.x - i * this.constants.outW) * this.constants.strideW - this.constants.padW;
  const firstRow = Math.max(top, 0);
  const firstColumn = Math.max(left, 0);
  const bottom = Math.min(top + this.constants.kH, this.constants.h);
  const right = Math.min(left + this.constants.kW, this.constants.w);
  let largest = x[plane * this.constants.h + firstRow][firstColumn];
  for (let u = 0; u < this.constants.rows; u++) {
    const row = firstRow + u;
    if (row < bottom) {
      for (let v = 0; v < this.constants.columns; v++) {
        const column = firstColumn + v;
        if (column < right) {
          const value = x[plane * this.constants.h + row][column];
          largest = maxOf(largest, value);
        }
      }
    }
  }
  return largest;
}

/** A pixel collects g from every window that it wins: as the first largest number, or as the last NaN. */
export function maxPool2dGrad(this: Kernel<Pooling>, g: Matrix, x: Matrix, y: Matrix): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const row = quotient(this.thread.x, this.constants.w);
  const column = this.thread.x - row * this.constants.w;
  const own = x[plane * this.constants.h + row][column];
  const lastI = Math.min(quotient(row + this.constants.padH, this.constants.strideH), this.constants.outH - 1);
  const lastJ = Math.min(quotient(column + this.constants.padW, this.constants.strideW), this.constants.outW - 1);
  let sum = 0;
  for (let u = 0; u < this.constants.rowWindows; u++) {
    const i = lastI - u;
    const top = i * this.constants.strideH - this.constants.padH;
    if (i >= 0 && top + this.constants.kH > row) {
      for (let v = 0; v < this.constants.columnWindows; v++) {
        const j = lastJ - v;
        const left = j * this.constants.strideW - this.constants.padW;
        if (j >= 0 && left + this.constants.kW > column) {
          const largest = y[plane * this.constants.outH + i][j];
          if (own === largest || isNaNOf(own) > 0) {
            const bottom = Math.min(top + this.constants.kH, this.constants.h);
            const right = Math.min(left + this.constants.kW, this.constants.w);
            let wins = 1;
            for (let s = 0; s < this.constants.rows; s++) {
              const r = Math.max(top, 0) + s;
              if (r < bottom) {
                for (let t = 0; t < this.constants.columns; t++) {
                  const c = Math.max(left, 0) + t;
                  if (c < right) {
                    const place = r * this.constants.w + c;
                    const value = x[plane * this.constants.h + r][c];
                    if (place < this.thread.x && value === own) wins = 0;
                    if (place > this.thread.x && isNaNOf(value) > 0) wins = 0;
                  }
                }
              }
            }
            if (wins > 0) sum += g[plane * this.constants.outH + i][j];
          }
        }
      }
    }
  }
  return sum;
}

/** In float32, as all sums here: a GPU has nothing wider. An `area` of 0 means the elements of each window. */
export function avgPool2d(this: Kernel<Pooling>, x: Matrix, area: number): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const i = quotient(this.thread.x, this.constants.outW);
  const top = i * this.constants.strideH - this.constants.padH;
  const left = (this.thread.x - i * this.constants.outW) * this.constants.strideW - this.constants.padW;
  const firstRow = Math.max(top, 0);
  const firstColumn = Math.max(left, 0);
  const bottom = Math.min(top + this.constants.kH, this.constants.h);
  const right = Math.min(left + this.constants.kW, this.constants.w);
  let sum = 0;
  for (let u = 0; u < this.constants.rows; u++) {
    const row = firstRow + u;
    if (row < bottom) {
      for (let v = 0; v < this.constants.columns; v++) {
        const column = firstColumn + v;
        if (column < right) sum += x[plane * this.constants.h + row][column];
      }
    }
  }
  if (area > 0) return sum / area;
  const lastRow = Math.min(top + this.constants.kH, this.constants.h + this.constants.marginH);
  const lastColumn = Math.min(left + this.constants.kW, this.constants.w + this.constants.marginW);
  const rows = lastRow - Math.max(top, 0 - this.constants.marginH);
  return sum / (rows * (lastColumn - Math.max(left, 0 - this.constants.marginW)));
}

export function avgPool2dGrad(this: Kernel<Pooling>, g: Matrix, area: number): number {
  const plane = this.thread.z * this.constants.height + this.thread.y;
  const row = quotient(this.thread.x, this.constants.w);
  const column = this.thread.x - row * this.constants.w;
  const lastI = Math.min(quotient(row + this.constants.padH, this.constants.strideH), this.constants.outH - 1);
  const lastJ = Math.min(quotient(column + this.constants.padW, this.constants.strideW), this.constants.outW - 1);
  let sum = 0;
  for (let u = 0; u < this.constants.rowWindows; u++) {
    const i = lastI - u;
    const top = i * this.constants.strideH - this.constants.padH;
    if (i >= 0 && top + this.constants.kH > row) {
      for (let v = 0; v < this.constants.columnWindows; v++) {
        const j = lastJ - v;
        const left = j * this.constants.strideW - this.constants.padW;
        if (j >= 0 && left + this.constants.kW > column) {
          const bottom = Math.min(top + this.constants.kH, this.constants.h + this.constants.marginH);
          const right = Math.min(left + this.constants.kW, this.constants.w + this.constants.marginW);
          const rows = bottom - Math.max(top, 0 - this.constants.marginH);
          const columns = right - Math.max(left, 0 - this.constants.marginW);
          let count = rows * columns;
          if (area > 0) count = area;
          sum += g[plane * this.constants.outH + i][j] / count;
        }
      }
    }
  }
  return sum;
}
