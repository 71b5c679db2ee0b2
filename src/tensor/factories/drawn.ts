/** Tensors of random numbers: rand, randn. */

import { checkOptions, type OptionKinds } from "../arguments.js";
import { currentBackend } from "../backend/current-backend.js";
import { hostArray } from "../backend/shortage.js";
import { aGenerator, defaultGenerator, type Generator } from "../random.js";
import { checkShape, type Shape, sizeOf } from "../shape.js";
import { type Tensor, wrap } from "../tensor.js";
import { tensor } from "./from-values.js";
import { type TensorOptions, tensorKinds } from "./options.js";

export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from. Default: the "sample" stream of `manualSeed`. */
  generator?: Generator;
}

const randomKinds: OptionKinds<RandomOptions> = { ...tensorKinds, generator: aGenerator };

/** The generator that `options` name, or the default one. */
function checked(who: string, shape: Shape, options: RandomOptions): Generator {
  checkShape(shape, who);
  checkOptions(who, options, randomKinds);
  return options.generator ?? defaultGenerator("sample");
}

/** A tensor of the given `shape`, uniform in [0, 1). */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  const generator = checked("rand", shape, options);
  const size = sizeOf(shape);
  const backend = currentBackend();
  const numbers = backend.uniform(size, 0, 1, generator.takeNext(size));
  return wrap(shape, numbers, backend, { origin: "rand", requiresGrad: options.requiresGrad });
}

/** A tensor of the given `shape`, standard normal. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  const generator = checked("randn", shape, options);
  const values = hostArray(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = generator.normal();
  return tensor(values, shape, { requiresGrad: options.requiresGrad });
}
