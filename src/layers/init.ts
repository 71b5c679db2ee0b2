/** Initial values of weights. */

import { aNumber, checkArgument } from "../tensor/arguments.js";
import { currentBackend } from "../tensor/backend/current-backend.js";
import { aGenerator, defaultGenerator, type Generator } from "../tensor/random.js";
import { checkShape, type Shape, sizeOf } from "../tensor/shape.js";
import { filled, Parameter, type Tensor, wrap } from "../tensor/tensor.js";

/** How many inputs feed one output of a weight [O, I, …]. */
export function fanIn(shape: Shape): number {
  return sizeOf(shape.slice(1));
}

/** A parameter that takes over the numbers of a fresh tensor. */
function parameterOf(start: Tensor): Parameter {
  const parameter = new Parameter(start);
  start.dispose();
  return parameter;
}

/** A parameter of the given numbers. */
export function parameterFrom(shape: Shape, values: Float32Array): Parameter {
  const backend = currentBackend();
  return parameterOf(wrap(shape, backend.upload(values), backend));
}

/** A parameter filled with one number. */
export function constantParameter(shape: Shape, value: number): Parameter {
  return parameterOf(filled(shape, value, currentBackend()));
}

/**
 * A parameter uniform in [−bound, bound).
 * @param shape of the parameter
 * @param generator default: the "init" stream of `manualSeed`
 */
export function uniformParameter(
  shape: Shape,
  bound: number,
  generator: Generator = defaultGenerator("init"),
): Parameter {
  checkShape(shape, "uniformParameter");
  checkArgument("uniformParameter", "bound", bound, aNumber);
  checkArgument("uniformParameter", "generator", generator, aGenerator);
  const backend = currentBackend();
  const size = sizeOf(shape);
  return parameterOf(wrap(shape, backend.uniform(size, -0.5, 2 * bound, generator.takeNext(size)), backend));
}

/**
 * PyTorch's default for linear and convolutional weights: uniform with bound √(6 / ((1 + a²) · fanIn)), a = √5, which
 * is 1 / √fanIn.
 * @param shape [O, I, …]
 * @param generator default: the "init" stream of `manualSeed`
 * @see K. He et al., "Delving deep into rectifiers", ICCV 2015, arXiv:1502.01852
 */
export function kaimingUniform(shape: Shape, generator?: Generator): Parameter {
  checkShape(shape, "kaimingUniform");
  return uniformParameter(shape, 1 / Math.sqrt(fanIn(shape)), generator);
}
