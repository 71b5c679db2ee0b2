/** oneHot. */

import { aCount, checkArgument, refuseMore } from "../arguments.js";
import { tensor } from "../factories/from-values.js";
import type { Tensor } from "../tensor.js";
import { type Indices, readIndices } from "./indices.js";

/**
 * For each class a row of zeros with a 1 at its place.
 * @param classes 0 … numClasses − 1, in lists of any shape, or a tensor that can be read at once
 * @param numClasses how many classes there are; by default the largest of `classes` and one more
 * @returns [..., numClasses], the shape of `classes` first
 * @throws ShapeError when a class is none
 */
export function oneHot(classes: Indices | Tensor, numClasses?: number, ...more: never[]): Tensor {
  refuseMore("oneHot(classes, numClasses)", more);
  if (numClasses !== undefined) checkArgument("oneHot", "numClasses", numClasses, aCount);
  const { flat, shape } = readIndices("oneHot", classes, undefined, numClasses ?? 2 ** 24);
  const width = numClasses ?? flat.reduce((most, i) => Math.max(most, i), -1) + 1;
  const values = new Float32Array(flat.length * width);
  for (const [at, i] of flat.entries()) values[at * width + i] = 1;
  return tensor(values, [...shape, width]);
}
