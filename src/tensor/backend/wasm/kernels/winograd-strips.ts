/**
 * The rows of a plane that a row of tiles sees, to their points along the vertical, one below the other: a strip, padded
 * with zeros. Rows beyond the plane are read from `zeros`, columns beyond it are masked.
 */

import { FLOAT, VECTOR } from "./simd";
import { storeEightOfValues, storeEightPoints } from "./winograd-eight";
import { Tiling } from "./winograd-tiling";
import { storeSixOfOutputs, storeSixPoints } from "./winograd-transforms";

/** Where row `y` of a plane begins for the first tile, or the zeros in its place. */
// @ts-ignore: decorator
@inline
function rowAt(tiling: Tiling, plane: usize, y: i32, zeros: usize): usize {
  return y >= 0 && y < tiling.h ? plane + <usize>(y * tiling.pitch - tiling.beforeW) * FLOAT : zeros;
}

/** Those of four columns from `column` on that are on the plane. */
// @ts-ignore: decorator
@inline
function onPlane(tiling: Tiling, column: i32): v128 {
  const columns = i32x4.add(i32x4.splat(column - tiling.beforeW), i32x4(0, 1, 2, 3));
  return v128.and(i32x4.ge_s(columns, i32x4.splat(0)), i32x4.lt_s(columns, i32x4.splat(tiling.w)));
}

/** Six inputs to six points. */
export function inputStripToSix(tiling: Tiling, strip: usize, plane: usize, y: i32, zeros: usize): void {
  const p0 = rowAt(tiling, plane, y, zeros);
  const p1 = rowAt(tiling, plane, y + 1, zeros);
  const p2 = rowAt(tiling, plane, y + 2, zeros);
  const p3 = rowAt(tiling, plane, y + 3, zeros);
  const p4 = rowAt(tiling, plane, y + 4, zeros);
  const p5 = rowAt(tiling, plane, y + 5, zeros);
  const rowBytes = <usize>tiling.width * FLOAT;
  for (let at: usize = 0; at < rowBytes; at += VECTOR) {
    const mask = onPlane(tiling, <i32>(at >> 2));
    const d0 = v128.and(v128.load(p0 + at), mask);
    const d1 = v128.and(v128.load(p1 + at), mask);
    const d2 = v128.and(v128.load(p2 + at), mask);
    const d3 = v128.and(v128.load(p3 + at), mask);
    const d4 = v128.and(v128.load(p4 + at), mask);
    const d5 = v128.and(v128.load(p5 + at), mask);
    storeSixPoints(d0, d1, d2, d3, d4, d5, strip + at, rowBytes);
  }
}

/** Eight inputs to eight points. */
export function inputStripToEight(tiling: Tiling, strip: usize, plane: usize, y: i32, zeros: usize): void {
  const p0 = rowAt(tiling, plane, y, zeros);
  const p1 = rowAt(tiling, plane, y + 1, zeros);
  const p2 = rowAt(tiling, plane, y + 2, zeros);
  const p3 = rowAt(tiling, plane, y + 3, zeros);
  const p4 = rowAt(tiling, plane, y + 4, zeros);
  const p5 = rowAt(tiling, plane, y + 5, zeros);
  const p6 = rowAt(tiling, plane, y + 6, zeros);
  const p7 = rowAt(tiling, plane, y + 7, zeros);
  const rowBytes = <usize>tiling.width * FLOAT;
  for (let at: usize = 0; at < rowBytes; at += VECTOR) {
    const mask = onPlane(tiling, <i32>(at >> 2));
    const d0 = v128.and(v128.load(p0 + at), mask);
    const d1 = v128.and(v128.load(p1 + at), mask);
    const d2 = v128.and(v128.load(p2 + at), mask);
    const d3 = v128.and(v128.load(p3 + at), mask);
    const d4 = v128.and(v128.load(p4 + at), mask);
    const d5 = v128.and(v128.load(p5 + at), mask);
    const d6 = v128.and(v128.load(p6 + at), mask);
    const d7 = v128.and(v128.load(p7 + at), mask);
    storeEightPoints(d0, d1, d2, d3, d4, d5, d6, d7, strip + at, rowBytes);
  }
}

/** Gradients of four outputs, or two, to six points. */
export function outputStripToSix(tiling: Tiling, strip: usize, plane: usize, y: i32, zeros: usize): void {
  const areFour = tiling.sideH == 4;
  const p0 = rowAt(tiling, plane, y, zeros);
  const p1 = rowAt(tiling, plane, y + 1, zeros);
  const p2 = areFour ? rowAt(tiling, plane, y + 2, zeros) : zeros;
  const p3 = areFour ? rowAt(tiling, plane, y + 3, zeros) : zeros;
  const rowBytes = <usize>tiling.width * FLOAT;
  for (let at: usize = 0; at < rowBytes; at += VECTOR) {
    const mask = onPlane(tiling, <i32>(at >> 2));
    const y0 = v128.and(v128.load(p0 + at), mask);
    const y1 = v128.and(v128.load(p1 + at), mask);
    const y2 = v128.and(v128.load(p2 + at), mask);
    const y3 = v128.and(v128.load(p3 + at), mask);
    storeSixOfOutputs(y0, y1, y2, y3, areFour ? y3 : y1, strip + at, rowBytes);
  }
}

/** Gradients of six outputs, or four, to eight points. */
export function outputStripToEight(tiling: Tiling, strip: usize, plane: usize, y: i32, zeros: usize): void {
  const areSix = tiling.sideH == 6;
  const p0 = rowAt(tiling, plane, y, zeros);
  const p1 = rowAt(tiling, plane, y + 1, zeros);
  const p2 = rowAt(tiling, plane, y + 2, zeros);
  const p3 = rowAt(tiling, plane, y + 3, zeros);
  const p4 = areSix ? rowAt(tiling, plane, y + 4, zeros) : zeros;
  const p5 = areSix ? rowAt(tiling, plane, y + 5, zeros) : zeros;
  const rowBytes = <usize>tiling.width * FLOAT;
  for (let at: usize = 0; at < rowBytes; at += VECTOR) {
    const mask = onPlane(tiling, <i32>(at >> 2));
    const y0 = v128.and(v128.load(p0 + at), mask);
    const y1 = v128.and(v128.load(p1 + at), mask);
    const y2 = v128.and(v128.load(p2 + at), mask);
    const y3 = v128.and(v128.load(p3 + at), mask);
    const y4 = v128.and(v128.load(p4 + at), mask);
    const y5 = v128.and(v128.load(p5 + at), mask);
    storeEightOfValues(y0, y1, y2, y3, y4, y5, areSix ? y5 : y3, false, strip + at, rowBytes);
  }
}
