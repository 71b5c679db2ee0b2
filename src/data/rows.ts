/** Rows of an array or a tensor along its first axis, by their numbers: the examples of a batch. */

import { tensor } from "../tensor/factories/from-values.js";
import { indexSelect } from "../tensor/ops/movement/index-select.js";
import { noGrad } from "../tensor/scope.js";
import { sizeOf } from "../tensor/shape.js";
import { Tensor } from "../tensor/tensor.js";
import type { HostArray, IntegerArray } from "./host-array.js";

function copyTo<To extends HostArray["data"]>({ data, shape }: HostArray, indices: Int32Array, to: To): To {
  const stride = sizeOf(shape.slice(1));
  for (const [row, index] of indices.entries()) {
    to.set(data.subarray(index * stride, (index + 1) * stride), row * stride);
  }
  return to;
}

/** [indices.length, …]: of a tensor on its device, of an array on the current backend. */
export function takeRows(values: Tensor | HostArray, indices: Int32Array): Tensor {
  if (values instanceof Tensor) return noGrad(() => indexSelect(values, 0, indices));
  const shape = [indices.length, ...values.shape.slice(1)];
  return tensor(copyTo(values, indices, new Float32Array(sizeOf(shape))), shape);
}

/** The same of integers, one row after the other. */
export function takeIntegers(values: HostArray & { data: IntegerArray }, indices: Int32Array): Int32Array {
  return copyTo(values, indices, new Int32Array(indices.length * sizeOf(values.shape.slice(1))));
}

/** The same of either, in the form that they are in. */
export function copyRows(values: Tensor | HostArray, indices: Int32Array): Tensor | HostArray {
  if (values instanceof Tensor) return takeRows(values, indices);
  const shape = [indices.length, ...values.shape.slice(1)];
  const Type = values.data.constructor as new (length: number) => HostArray["data"];
  return { data: copyTo(values, indices, new Type(sizeOf(shape))), shape };
}
