/** Tensors of random numbers: rand, randn. */

import { checkOptions, type OptionKinds } from "../arguments.js";
import { OutOfMemoryError } from "../backend/shortage.js";
import { aGenerator, defaultGenerator, type Generator } from "../random.js";
import { checkShape, type Shape, sizeOf } from "../shape.js";
import type { Tensor } from "../tensor.js";
import { tensor } from "./from-values.js";
import { type TensorOptions, tensorKinds } from "./options.js";

export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from. Default: the "sample" stream of `manualSeed`. */
  generator?: Generator;
}

const randomKinds: OptionKinds<RandomOptions> = { ...tensorKinds, generator: aGenerator };

/** @throws OutOfMemoryError */
function hostArray(size: number, who: string): Float32Array {
  try {
    return new Float32Array(size);
  } catch (cause) {
    throw new OutOfMemoryError(`${who}: there is no memory for ${size} numbers`, { cause });
  }
}

function drawn(shape: Shape, who: string, options: RandomOptions, draw: (generator: Generator) => number): Tensor {
  checkShape(shape, who);
  checkOptions(who, options, randomKinds);
  const generator = options.generator ?? defaultGenerator("sample");
  const values = hostArray(sizeOf(shape), who);
  for (let i = 0; i < values.length; i++) values[i] = draw(generator);
  return tensor(values, shape, { requiresGrad: options.requiresGrad });
}

/** A tensor of the given `shape`, uniform in [0, 1). */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  return drawn(shape, "rand", options, (generator) => generator.uniform());
}

/** A tensor of the given `shape`, standard normal. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  return drawn(shape, "randn", options, (generator) => generator.normal());
}
