/** Examples: what a TensorDataset is made of, in any of the forms that numbers come in. */

import { isNumberArray, type Kind } from "../tensor/arguments.js";
import { ShapeError } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { TensorValues } from "../tensor/values.js";
import { aHostArray, type HostArray, hostArray } from "./host-array.js";

/** Along the first axis: a tensor; nested lists; a typed array; or one with a shape, `{ data, shape }`. */
export type Examples = Tensor | HostArray | TensorValues;

export const someExamples: Kind<Examples> = {
  expected: "a tensor, nested lists, or a typed array with its shape, { data, shape }",
  accepts: (value): value is Examples =>
    value instanceof Tensor || Array.isArray(value) || isNumberArray(value) || aHostArray.accepts(value),
};

/** @throws ShapeError where there is no axis of examples, or numbers do not fill their shape */
export function readExamples(name: string, values: Examples): Tensor | HostArray {
  const who = `TensorDataset: ${name}`;
  const array = values instanceof Tensor ? values : hostArray(who, values);
  if (array.shape.length > 0) return array;
  throw new ShapeError(`${who}: the first axis is that of the examples, and one number has none`);
}
