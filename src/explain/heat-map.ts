/** HeatMap: a number for each cell of an image. */

import { aCount, type Kind } from "../tensor/arguments.js";

/** Where in an image something is. */
export interface HeatMap {
  /** In cells, which may be fewer than the image has pixels. */
  readonly height: number;
  /** Likewise. */
  readonly width: number;
  /** height · width numbers, row by row from the top left. */
  readonly values: Float32Array;
}

export const aHeatMap: Kind<HeatMap> = {
  expected: "a map { height, width, values }, as gradCam and occlusionMap give them",
  accepts: (value): value is HeatMap => {
    const { height, width } = Object(value) as Partial<HeatMap>;
    if (!aCount.accepts(height) || !aCount.accepts(width)) return false;
    const { values } = value as HeatMap;
    return values instanceof Float32Array && values.length === height * width;
  },
  hint: (value) => (Array.isArray(value) ? "there is one for each image: take [i]" : undefined),
};
