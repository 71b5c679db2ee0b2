/** HostArray: numbers in the program's own memory, with a shape. */

import { isNumberArray, type Kind } from "../tensor/arguments.js";
import { aShape, formatShape, type Shape, ShapeError, sizeOf } from "../tensor/shape.js";
import { flatValues, type TensorValues } from "../tensor/values.js";

/** A typed array of integers. */
export type IntegerArray =
  | Int8Array
  | Uint8Array
  | Uint8ClampedArray
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

/** Numbers in memory: what readers of files give, and what a `TensorDataset` takes. */
export interface HostArray {
  /** Row by row. */
  readonly data: IntegerArray | Float32Array | Float64Array;
  /** That the numbers fill. */
  readonly shape: Shape;
}

export const aHostArray: Kind<HostArray> = {
  expected: "numbers with a shape, { data, shape }",
  accepts: (value): value is HostArray => {
    const { data, shape } = (value ?? {}) as Partial<HostArray>;
    return isNumberArray(data) && aShape.accepts(shape);
  },
};

/** Whether its numbers are integers by their type, not by chance. */
export function isIntegerArray(data: HostArray["data"] | readonly number[]): data is IntegerArray {
  return ArrayBuffer.isView(data) && !(data instanceof Float32Array || data instanceof Float64Array);
}

/**
 * @param who is given them, for messages: "TensorDataset: inputs"
 * @throws ArgumentError where something is no number
 * @throws ShapeError when lists are ragged, or the numbers do not fill their shape
 */
export function hostArray(who: string, values: HostArray | TensorValues): HostArray {
  if (!aHostArray.accepts(values)) {
    const { flat, shape } = flatValues(values, who);
    return { data: isNumberArray(flat) ? (flat as HostArray["data"]) : Float32Array.from(flat), shape };
  }
  const { data, shape } = values;
  if (sizeOf(shape) === data.length) return values;
  throw new ShapeError(`${who}: ${data.length} numbers do not fill the shape ${formatShape(shape)} (${sizeOf(shape)})`);
}
