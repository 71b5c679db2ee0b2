/** HeatMap: where in an image something is. */

export interface HeatMap {
  readonly height: number;
  readonly width: number;
  /** height · width numbers, row by row from the top left. */
  readonly values: Float32Array;
}
