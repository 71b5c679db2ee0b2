/** Dropout. */

import { aBoolean, checkArgument, checkOptions, type Kind, numberFrom, type OptionKinds } from "../arguments.js";
import { record } from "../autograd.js";
import { aGenerator, defaultGenerator, type Generator } from "../random.js";
import { checkTensor, type Tensor } from "../tensor.js";
import { mul } from "./pointwise/arithmetic.js";

export interface DropoutOptions {
  /** Outside of training, x passes unchanged. Default true. */
  training?: boolean;
  /** Where the mask comes from. Default: the "dropout" stream of `manualSeed`. */
  generator?: Generator;
}

/** The share that is dropped. */
export const aShare: Kind<number> = numberFrom(0, 1);

const KINDS: OptionKinds<DropoutOptions> = { training: aBoolean, generator: aGenerator };

/**
 * y = x · m / (1 − p), each m being 0 with probability p and 1 otherwise: the expectation stays x.
 * @throws RangeError unless 0 ≤ p < 1
 * @see N. Srivastava et al., "Dropout", JMLR 15, 2014
 */
export function dropout(x: Tensor, p = 0.5, options: DropoutOptions = {}): Tensor {
  checkTensor("dropout", "x", x);
  checkArgument("dropout", "p", p, aShare);
  checkOptions("dropout", options, KINDS);
  const { training = true, generator } = options;
  if (!training || p === 0) return x;
  const source = generator ?? defaultGenerator("dropout");
  const drawn = x.backend.dropoutMask(x.size, p, 1 / (1 - p), source.take(x.size));
  const mask = record("dropoutMask", [x], x.shape, drawn, null, [], { p });
  const result = mul(x, mask);
  mask.dispose();
  return result;
}
