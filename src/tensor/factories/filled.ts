/** Tensors of one number: full, zeros, ones. */

import { aNumber, checkArgument, checkOptions } from "../arguments.js";
import { currentBackend } from "../backend/current-backend.js";
import { checkShape, type Shape, sizeOf } from "../shape.js";
import { type Tensor, wrap } from "../tensor.js";
import { type TensorOptions, tensorKinds } from "./options.js";

function filled(who: string, shape: Shape, value: number, options: TensorOptions): Tensor {
  checkShape(shape, who);
  checkOptions(who, options, tensorKinds);
  const backend = currentBackend();
  return wrap(shape, backend.fill(sizeOf(shape), value), backend, { origin: who, ...options });
}

/** A tensor of the given `shape`, filled with `value`. */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  checkArgument("full", "value", value, aNumber);
  return filled("full", shape, value, options);
}

/** A tensor of the given `shape`, filled with 0. */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled("zeros", shape, 0, options);
}

/** A tensor of the given `shape`, filled with 1. */
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return filled("ones", shape, 1, options);
}
