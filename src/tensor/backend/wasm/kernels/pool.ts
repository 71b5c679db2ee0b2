/** What max and average pooling share: how windows lie on planes [h, w]. */

/** The host's PoolGeometry, as 32-bit integers in this order. */
@unmanaged
export class Pool {
  planes: i32;
  h: i32;
  w: i32;
  kH: i32;
  kW: i32;
  outH: i32;
  outW: i32;
  strideH: i32;
  strideW: i32;
  padH: i32;
  padW: i32;
  /** How much of the padding counts in an average. */
  marginH: i32;
  marginW: i32;
  /** 0 for none. */
  divisorOverride: i32;
  /** Whole windows of two by two that touch but do not overlap: the usual case, with kernels of its own. */
  isHalving: i32;

  /** The first output column whose tap kw is not in the left padding. */
  @inline firstColumn(kw: i32): i32 {
    return max(0, (this.padW - kw + this.strideW - 1) / this.strideW);
  }

  /** One past the last output column whose tap kw is not in the right padding. */
  @inline endColumn(kw: i32): i32 {
    const last = this.w - 1 + this.padW - kw;
    return last < 0 ? 0 : min(this.outW, last / this.strideW + 1);
  }

  /** The divisor of an average. */
  @inline count(oy: i32, ox: i32): f64 {
    if (this.divisorOverride) return <f64>this.divisorOverride;
    const top = oy * this.strideH - this.padH;
    const left = ox * this.strideW - this.padW;
    const rows = min(top + this.kH, this.h + this.marginH) - max(top, -this.marginH);
    const columns = min(left + this.kW, this.w + this.marginW) - max(left, -this.marginW);
    return <f64>rows * <f64>columns;
  }
}

/** max(a, b, c, d), as f32x4.max has it. */
// @ts-ignore: decorator
@inline
export function largestOfFour(a: v128, b: v128, c: v128, d: v128): v128 {
  return f32x4.max(f32x4.max(a, b), f32x4.max(c, d));
}

/** Eight numbers, in turns of `first` and of `second`. */
// @ts-ignore: decorator
@inline
export function interleave(p: usize, first: v128, second: v128): void {
  v128.store(p, i32x4.shuffle(first, second, 0, 4, 1, 5));
  v128.store(p, i32x4.shuffle(first, second, 2, 6, 3, 7), 16);
}
