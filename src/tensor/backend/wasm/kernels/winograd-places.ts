/** Where Winograd's tiles go on their way back: the same in every channel's plane. */

import { FLOAT } from "./simd";
import { Tiling } from "./winograd-tiling";

/** Where a tile's pixels go in each channel's plane: how far behind its start, and how many rows and columns there are. */
@unmanaged
export class Place {
  at: usize;
  height: i32;
  width: i32;
  /** Whether this tile and the three behind it have all of their pixels, and so many that vectors can be stored. */
  areWhole: i32;
}

/** Bytes of a place. */
export const PLACE: usize = 16;

/** The places of all tiles of one width in `rows` tile rows from q0 on; if they are to be halved, of what is left of them. */
export function placeTiles(
  tiling: Tiling,
  places: usize,
  q0: i32,
  rows: i32,
  imageBytes: usize,
  outH: i32,
  outW: i32,
  half: i32,
): void {
  const height = tiling.mH >> half;
  const width = tiling.mW >> half;
  // Tiles in a row that have all of their pixels.
  let whole = 0;
  for (let q = q0; q < q0 + rows; q++) {
    const y = (tiling.startH >> half) + (q % tiling.tilesH) * height;
    const row = <usize>(q / tiling.tilesH) * imageBytes + <usize>(y * outW) * FLOAT;
    let x = tiling.startW >> half;
    for (let tx = 0; tx < tiling.tilesW; tx++) {
      const place = changetype<Place>(places);
      place.at = row + <usize>x * FLOAT;
      place.height = min(height, outH - y);
      place.width = min(width, outW - x);
      place.areWhole = 0;
      whole = place.height == height && place.width == width ? whole + 1 : 0;
      if (whole >= 4 && width != 1 && width != 3) changetype<Place>(places - 3 * PLACE).areWhole = 1;
      places += PLACE;
      x += width;
    }
  }
}
