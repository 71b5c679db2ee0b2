/** How Winograd's algorithm cuts a convolution into tiles. */

import { FLOAT, VECTOR } from "./simd";

/** Bytes from one point to the next: one cache line more, so that they do not all fall on one set of the cache. */
// @ts-ignore: decorator
@inline
export function pointStride(bytes: usize): usize {
  return bytes + 64;
}

/**
 * A convolution, or some rows of its outputs, cut into tiles of mH × mW outputs. Tile rows are counted through all images:
 * row q is row q % tilesH of image q / tilesH. Where there are tiles of two widths in a row, the wider ones come first, and
 * `next` are the others. The host's `tilingOf` lists these numbers in this order.
 */
@unmanaged
export class Tiling {
  /** Where the planes end that the tiles are cut from: beyond is zero. Rows may end before the planes do. */
  h: i32;
  w: i32;
  /** Bytes from one plane to the next. */
  plane: usize;
  /** How far before the first row and column the first tile's patch begins. */
  beforeH: i32;
  beforeW: i32;
  /** The first row of outputs. */
  startH: i32;
  /** Of a tile: its outputs down the rows, its points, and its patch: as many inputs as points, or gradients as outputs. */
  mH: i32;
  pointsH: i32;
  sideH: i32;
  tilesH: i32;
  /** The same across. The patch of the first column begins as many floats behind the start of a strip. */
  startW: i32;
  mW: i32;
  pointsW: i32;
  sideW: i32;
  tilesW: i32;
  /** Floats in a row of a strip: all patches of a tile row, whole vectors. */
  width: i32;
  /** Whether tiles of another width follow in each row: their numbers lie behind these. */
  hasNext: i32;

  get next(): Tiling | null {
    return this.hasNext ? changetype<Tiling>(changetype<usize>(this) + offsetof<Tiling>()) : null;
  }

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
        const from = plane + <usize>(y * this.w - this.beforeW) * FLOAT;
        v128.store(strip, v128.and(v128.load(from), isFirst));
        for (at = VECTOR; at < last; at += VECTOR) v128.store(strip + at, v128.load(from + at));
        v128.store(strip + last, v128.and(v128.and(v128.load(from + last), isLast), last ? i32x4.splat(-1) : isFirst));
        at = last + VECTOR;
      }
      for (; at < rowBytes; at += VECTOR) v128.store(strip + at, f32x4.splat(0));
      strip += rowBytes;
    }
  }

  /** Lists at `table` where the tiles of `rows` strips begin, in eights: those beyond the last are at `nothing`. Returns its end. */
  listTiles(table: usize, strips: usize, rows: i32, nothing: usize): usize {
    const end = table + <usize>this.panels(rows) * 8 * sizeof<usize>();
    for (let r = 0; r < rows; r++) {
      for (let t = 0; t < this.tilesW; t++) {
        store<usize>(table, strips + <usize>(this.startW + t * this.mW) * FLOAT);
        table += sizeof<usize>();
      }
      strips += this.stripBytes;
    }
    for (; table < end; table += sizeof<usize>()) store<usize>(table, nothing);
    return end;
  }

  /** Panels of eight tiles in so many rows. */
  panels(rows: i32): i32 {
    return (rows * this.tilesW + 7) >> 3;
  }

  /** Bytes from one point of `count` planes' tiles in `rows` rows to the next. */
  pointBytes(rows: i32, count: i32): usize {
    return pointStride(<usize>(this.panels(rows) * count) * 2 * VECTOR);
  }

  /** Bytes of all of these points, of the tiles of both widths. */
  spreadBytes(rows: i32, count: i32): usize {
    const own = <usize>this.points * this.pointBytes(rows, count);
    const next = this.next;
    return next ? own + next.spreadBytes(rows, count) : own;
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
