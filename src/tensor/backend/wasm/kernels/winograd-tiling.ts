/** How Winograd's algorithm cuts a convolution into tiles. */

import { zeroFloats } from "./pack";
import { FLOAT, VECTOR } from "./simd";

/**
 * A convolution, or a rectangle of its outputs, cut into tiles of mH × mW outputs. Tile rows are counted through all
 * images: row q is row q % tilesH of image q / tilesH.
 */
@unmanaged
export class Tiling {
  /** Where the planes end that the tiles are cut from: beyond is zero. */
  h: i32;
  w: i32;
  /** Floats from one row of a plane to the next, and bytes from one plane to the next. */
  pitch: i32;
  plane: usize;
  /** How far before the first row and column the first tile's patch begins. */
  beforeH: i32;
  beforeW: i32;
  /** Outputs of a tile along each axis. */
  mH: i32;
  mW: i32;
  /** Its points. */
  pointsH: i32;
  pointsW: i32;
  /** Its patch: as many inputs as points, or as many gradients as outputs. */
  sideH: i32;
  sideW: i32;
  tilesH: i32;
  tilesW: i32;
  /** Floats in a row of a strip: all patches of a tile row, whole vectors. */
  width: i32;

  /** The rows of one plane that tile row `ty` sees, padded with zeros, one below the other: whole vectors, ends masked. */
  loadStrip(strip: usize, plane: usize, ty: i32): void {
    const left = max(0, min(this.beforeW, this.width));
    const right = max(left, min(this.w + this.beforeW, this.width));
    const lanes = i32x4(0, 1, 2, 3);
    const isFirst = i32x4.ge_s(lanes, i32x4.splat(left));
    const isLast = i32x4.lt_s(lanes, i32x4.splat(((right - 1) & 3) + 1));
    const last = <usize>((right - 1) >> 2) * VECTOR;
    const rowBytes = <usize>this.width * FLOAT;
    for (let i = 0; i < this.sideH; i++) {
      const y = ty * this.mH - this.beforeH + i;
      let at: usize = 0;
      if (y >= 0 && y < this.h && right > left) {
        const from = plane + <usize>(y * this.pitch - this.beforeW) * FLOAT;
        v128.store(strip, v128.and(v128.load(from), isFirst));
        for (at = VECTOR; at < last; at += VECTOR) v128.store(strip + at, v128.load(from + at));
        v128.store(strip + last, v128.and(v128.and(v128.load(from + last), isLast), last ? i32x4.splat(-1) : isFirst));
        at = last + VECTOR;
      }
      for (; at < rowBytes; at += VECTOR) v128.store(strip + at, f32x4.splat(0));
      strip += rowBytes;
    }
  }

  /**
   * Lists where the tiles of `rows` strips begin, in eights: those beyond the last are zeros behind the strips. The strips of
   * one channel after another can then lie there.
   */
  listTiles(strips: usize, rows: i32): void {
    const nothing = strips + <usize>rows * this.stripBytes;
    let entry = this.tableOf(strips, rows);
    for (let strip = strips; strip < nothing; strip += this.stripBytes) {
      for (let t = 0; t < this.tilesW; t++) {
        store<usize>(entry, strip + <usize>(t * this.mW) * FLOAT);
        entry += sizeof<usize>();
      }
    }
    const missing = -(rows * this.tilesW) & 7;
    if (missing) zeroFloats(nothing, this.pointsH * this.width);
    for (const end = entry + <usize>missing * sizeof<usize>(); entry < end; entry += sizeof<usize>()) {
      store<usize>(entry, nothing);
    }
  }

  /** Where that list is. */
  tableOf(strips: usize, rows: i32): usize {
    return strips + <usize>(rows + 1) * this.stripBytes;
  }

  /** Points of a tile. */
  get points(): i32 {
    return this.pointsH * this.pointsW;
  }

  /** Bytes of one strip once it holds points along the vertical. */
  get stripBytes(): usize {
    return <usize>(this.pointsH * this.width) * FLOAT;
  }
}

/** Writes a tiling to memory where every thread can read it. One item. */
export function setTiling(
  scratch: usize,
  begin: i32,
  end: i32,
  at: usize,
  h: i32,
  w: i32,
  pitch: i32,
  plane: usize,
  beforeH: i32,
  beforeW: i32,
  mH: i32,
  mW: i32,
  pointsH: i32,
  pointsW: i32,
  sideH: i32,
  sideW: i32,
  tilesH: i32,
  tilesW: i32,
  width: i32,
): void {
  const tiling = changetype<Tiling>(at);
  tiling.h = h;
  tiling.w = w;
  tiling.pitch = pitch;
  tiling.plane = plane;
  tiling.beforeH = beforeH;
  tiling.beforeW = beforeW;
  tiling.mH = mH;
  tiling.mW = mW;
  tiling.pointsH = pointsH;
  tiling.pointsW = pointsW;
  tiling.sideH = sideH;
  tiling.sideW = sideW;
  tiling.tilesH = tilesH;
  tiling.tilesW = tilesW;
  tiling.width = width;
}
