/** Zero-padded copies of image planes, laid out so that a convolution reads contiguous memory at any stride. */

import { copyFloats, zeroFloats } from "./pack";
import { FLOAT } from "./simd";

/**
 * How windows slide over a plane, and how its padded copy lies in memory. The copy is split into phases,
 * [row phase][column phase][rows][columns] with row y in phase y % strideH: neighbouring windows then read
 * neighbouring numbers, and a tap (kh, kw) is one offset for all of them. A negative `before` crops.
 */
@unmanaged
export class Window {
  srcH: i32;
  srcW: i32;
  kH: i32;
  kW: i32;
  strideH: i32;
  strideW: i32;
  beforeH: i32;
  beforeW: i32;
  dilationH: i32;
  dilationW: i32;
  phasesH: i32;
  phasesW: i32;
  /** Rows and columns of one phase, for as many rows of windows as are worked on together. */
  phaseRows: i32;
  phaseCols: i32;
  /** Bytes from one padded plane to the next. */
  plane: usize;

  /** Where tap (kh, kw) of a window lies, from the window's own pixel. */
  tap(kh: i32, kw: i32): usize {
    const y = kh * this.dilationH;
    const x = kw * this.dilationW;
    const phase = (y % this.strideH) * this.phasesW + (x % this.strideW);
    return <usize>((phase * this.phaseRows + y / this.strideH) * this.phaseCols + x / this.strideW) * FLOAT;
  }

  /** offsets[(c, kh, kw)] of the taps of `chans` channels whose planes lie `stride` bytes apart. */
  listTaps(offsets: usize, chans: i32, stride: usize): void {
    for (let c = 0; c < chans; c++) {
      for (let kh = 0; kh < this.kH; kh++) {
        for (let kw = 0; kw < this.kW; kw++) {
          store<usize>(offsets, <usize>c * stride + this.tap(kh, kw));
          offsets += sizeof<usize>();
        }
      }
    }
  }

  /** The padded copy of the plane `src`, from what the windows of row `y0` see on. */
  load(dst: usize, src: usize, y0: i32): void {
    const row = <usize>this.phaseCols * FLOAT;
    let at = dst;
    for (let phase = 0; phase < this.phasesH; phase++) {
      for (let r = 0; r < this.phaseRows; r++) {
        const y = (y0 + r) * this.strideH + phase - this.beforeH;
        const inside = y >= 0 && y < this.srcH;
        const from = src + <usize>(y * this.srcW) * FLOAT;
        for (let q = 0; q < this.phasesW; q++) {
          const to = at + <usize>(q * this.phaseRows + r) * row;
          if (inside) this.loadRow(to, from, q);
          else zeroFloats(to, this.phaseCols);
        }
      }
      at += <usize>(this.phasesW * this.phaseRows) * row;
    }
    // What lies between two planes meets zeros in the weight gradient: it must not be a NaN.
    zeroFloats(at, <i32>((dst + this.plane - at) / FLOAT));
  }

  /** One phase of one row: dst[i] ← src[i · strideW + phase − beforeW] where there is such a pixel. */
  private loadRow(dst: usize, src: usize, phase: i32): void {
    const columns = this.phaseCols;
    const shift = phase - this.beforeW;
    const first = shift < 0 ? min(columns, (this.strideW - 1 - shift) / this.strideW) : 0;
    const last = max(first, min(columns, floorDiv(this.srcW - 1 - shift, this.strideW) + 1));
    zeroFloats(dst, first);
    if (this.strideW == 1) {
      copyFloats(dst + <usize>first * FLOAT, src + <usize>(first + shift) * FLOAT, last - first);
    } else {
      for (let i = first; i < last; i++) {
        store<f32>(dst + <usize>i * FLOAT, load<f32>(src + <usize>(i * this.strideW + shift) * FLOAT));
      }
    }
    zeroFloats(dst + <usize>last * FLOAT, columns - last);
  }
}

function floorDiv(a: i32, b: i32): i32 {
  return a < 0 ? (a - b + 1) / b : a / b;
}

/** Writes a window to memory where every thread can read it. One item. */
export function setWindow(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  srcH: i32,
  srcW: i32,
  kH: i32,
  kW: i32,
  strideH: i32,
  strideW: i32,
  beforeH: i32,
  beforeW: i32,
  dilationH: i32,
  dilationW: i32,
  phasesH: i32,
  phasesW: i32,
  phaseRows: i32,
  phaseCols: i32,
  plane: usize,
): void {
  const window = changetype<Window>(at);
  window.srcH = srcH;
  window.srcW = srcW;
  window.kH = kH;
  window.kW = kW;
  window.strideH = strideH;
  window.strideW = strideW;
  window.beforeH = beforeH;
  window.beforeW = beforeW;
  window.dilationH = dilationH;
  window.dilationW = dilationW;
  window.phasesH = phasesH;
  window.phasesW = phasesW;
  window.phaseRows = phaseRows;
  window.phaseCols = phaseCols;
  window.plane = plane;
}
