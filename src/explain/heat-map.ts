/** HeatMap: where in an image something is. */

export interface HeatMap {
  /** In cells, which may be fewer than the image has pixels. */
  readonly height: number;
  /** Likewise. */
  readonly width: number;
  /** height · width numbers, row by row from the top left. */
  readonly values: Float32Array;
}
