/** Initial values of weights. */

import { defaultGenerator, type Generator } from "../tensor/random.js";
import type { Shape } from "../tensor/shape.js";
import { sizeOf } from "../tensor/shape.js";
import { Parameter, tensor } from "../tensor/tensor.js";

/** How many inputs feed one output of a weight [O, I, …]. */
export function fanIn(shape: Shape): number {
  return sizeOf(shape.slice(1));
}

/**
 * A parameter uniform in [−bound, bound).
 * @param generator default: the "init" stream of `manualSeed`
 */
export function uniformParameter(
  shape: Shape,
  bound: number,
  generator: Generator = defaultGenerator("init"),
): Parameter {
  const values = Float32Array.from({ length: sizeOf(shape) }, () => (generator.uniform() * 2 - 1) * bound);
  const start = tensor(values, shape);
  const parameter = new Parameter(start);
  start.release();
  return parameter;
}

/**
 * PyTorch's default for linear and convolutional weights: uniform with bound √(6 / ((1 + a²) · fanIn)), a = √5, which
 * is 1 / √fanIn.
 * @see K. He et al., "Delving deep into rectifiers", ICCV 2015, arXiv:1502.01852
 */
export function kaimingUniform(shape: Shape, generator?: Generator): Parameter {
  return uniformParameter(shape, 1 / Math.sqrt(fanIn(shape)), generator);
}
