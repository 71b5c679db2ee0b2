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

/** The places of all tiles of `rows` tile rows from q0 on, of height × width pixels each. */
export function placeTiles(
  tiling: Tiling,
  places: usize,
  q0: i32,
  rows: i32,
  height: i32,
  width: i32,
  imageBytes: usize,
  outH: i32,
  outW: i32,
  outPitch: i32,
): void {
  // Tiles in a row that have all of their pixels.
  let whole = 0;
  for (let q = q0; q < q0 + rows; q++) {
    const ty = q % tiling.tilesH;
    const row = <usize>(q / tiling.tilesH) * imageBytes + <usize>(ty * height * outPitch) * FLOAT;
    for (let tx = 0; tx < tiling.tilesW; tx++) {
      const place = changetype<Place>(places);
      place.at = row + <usize>(tx * width) * FLOAT;
      place.height = min(height, outH - ty * height);
      place.width = min(width, outW - tx * width);
      place.areWhole = 0;
      whole = place.height == height && place.width == width ? whole + 1 : 0;
      if (whole >= 4 && width != 1 && width != 3) changetype<Place>(places - 3 * PLACE).areWhole = 1;
      places += PLACE;
    }
  }
}
