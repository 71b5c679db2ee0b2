/** Zero-padded copies of image planes, laid out so that a convolution reads contiguous memory at any stride. */

import { copyFloats, zeroFloats } from "./pack";
import { FLOAT, VECTOR } from "./simd";

/**
 * How windows slide over a plane, and how its padded copy lies in memory: the host's `withWindow` lists these numbers in
 * this order. The copy is split into phases, [row phase][column phase][rows][columns] with row y in phase y % strideH:
 * neighbouring windows then read neighbouring numbers, and a tap (kh, kw) is one offset for all of them. A negative
 * `before` crops.
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

  /** Bytes from one phase to the next. */
  get phaseBytes(): usize {
    return <usize>(this.phaseRows * this.phaseCols) * FLOAT;
  }

  /** The phase that tap (kh, kw) of a window lies in. */
  private phaseOf(kh: i32, kw: i32): i32 {
    return ((kh * this.dilationH) % this.strideH) * this.phasesW + ((kw * this.dilationW) % this.strideW);
  }

  /** How far within that phase it lies from the window's own pixel, in bytes. */
  private shiftOf(kh: i32, kw: i32): usize {
    const y = (kh * this.dilationH) / this.strideH;
    return <usize>(y * this.phaseCols + (kw * this.dilationW) / this.strideW) * FLOAT;
  }

  /** offsets[(c, kh, kw)] of the taps of `chans` channels whose planes lie `stride` bytes apart. */
  listTaps(offsets: usize, chans: i32, stride: usize): void {
    for (let c = 0; c < chans; c++) {
      for (let kh = 0; kh < this.kH; kh++) {
        for (let kw = 0; kw < this.kW; kw++) {
          const phase = <usize>this.phaseOf(kh, kw);
          store<usize>(offsets, <usize>c * stride + phase * this.phaseBytes + this.shiftOf(kh, kw));
          offsets += sizeof<usize>();
        }
      }
    }
  }

  /** The padded copy of the plane `src`, from what the windows of row `y0` see on. */
  load(dst: usize, src: usize, y0: i32): void {
    const columns = this.phaseCols;
    let to = dst;
    for (let phase = 0; phase < this.phasesH; phase++) {
      for (let q = 0; q < this.phasesW; q++) {
        // Column i of the phase is pixel i · strideW + shift, where there is such a pixel.
        const shift = q - this.beforeW;
        const first = shift < 0 ? min(columns, (this.strideW - 1 - shift) / this.strideW) : 0;
        const last = max(first, min(columns, floorDiv(this.srcW - 1 - shift, this.strideW) + 1));
        for (let r = 0; r < this.phaseRows; r++) {
          const y = (y0 + r) * this.strideH + phase - this.beforeH;
          if (y >= 0 && y < this.srcH) {
            zeroFloats(to, first);
            const from = src + <usize>(y * this.srcW + first * this.strideW + shift) * FLOAT;
            copyEvery(to + <usize>first * FLOAT, from, this.strideW, last - first);
            zeroFloats(to + <usize>last * FLOAT, columns - last);
          } else {
            zeroFloats(to, columns);
          }
          to += <usize>columns * FLOAT;
        }
      }
    }
    // What lies between two planes meets zeros in the weight gradient: it must not be a NaN.
    zeroFloats(to, <i32>((dst + this.plane - to) / FLOAT));
  }
}

/** dst[i] ← src[i · stride], n of them. */
function copyEvery(dst: usize, src: usize, stride: i32, n: i32): void {
  if (stride == 1) {
    copyFloats(dst, src, n);
    return;
  }
  let i = 0;
  if (stride == 2) {
    // One fewer than fit: the last number of the second vector is beyond what is copied.
    for (; i + 5 <= n; i += 4) {
      v128.store(dst, i32x4.shuffle(v128.load(src), v128.load(src, VECTOR), 0, 2, 4, 6));
      dst += VECTOR;
      src += 2 * VECTOR;
    }
  }
  for (; i < n; i++) {
    store<f32>(dst, load<f32>(src));
    dst += FLOAT;
    src += <usize>stride * FLOAT;
  }
}

function floorDiv(a: i32, b: i32): i32 {
  return a < 0 ? (a - b + 1) / b : a / b;
}
