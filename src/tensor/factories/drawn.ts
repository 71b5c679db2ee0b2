/** Tensors of random numbers: rand, randn. */

import { checkOptions, type OptionKinds } from "../arguments.js";
import type { Backend, Storage } from "../backend/backend.js";
import { currentBackend } from "../backend/current-backend.js";
import { hostArray } from "../backend/shortage.js";
import { aGenerator, defaultGenerator, type Generator } from "../random.js";
import { checkShape, type Shape, sizeOf } from "../shape.js";
import { type Tensor, wrap } from "../tensor.js";
import { type TensorOptions, tensorKinds } from "./options.js";

export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from. Default: the "sample" stream of `manualSeed`. */
  generator?: Generator;
}

const randomKinds: OptionKinds<RandomOptions> = { ...tensorKinds, generator: aGenerator };

function drawn(
  who: string,
  shape: Shape,
  options: RandomOptions,
  draw: (backend: Backend, size: number, generator: Generator) => Storage,
): Tensor {
  checkShape(shape, who);
  checkOptions(who, options, randomKinds);
  const { generator = defaultGenerator("sample"), requiresGrad } = options;
  const backend = currentBackend();
  return wrap(shape, draw(backend, sizeOf(shape), generator), backend, { origin: who, requiresGrad });
}

/** A tensor of the given `shape`, uniform in [0, 1). */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  return drawn("rand", shape, options, (backend, size, generator) =>
    backend.uniform(size, 0, 1, generator.takeNext(size)),
  );
}

/** A tensor of the given `shape`, standard normal. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  return drawn("randn", shape, options, (backend, size, generator) => {
    const values = hostArray(size);
    for (let i = 0; i < size; i++) values[i] = generator.normal();
    return backend.upload(values);
  });
}
