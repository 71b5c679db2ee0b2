/** Dropout. */

import { record } from "../autograd.js";
import { defaultGenerator, type Generator } from "../random.js";
import type { Tensor } from "../tensor.js";
import { mul } from "./pointwise.js";

export interface DropoutOptions {
  /** Outside of training, x passes unchanged. Default true. */
  training?: boolean;
  /** Where the mask comes from. Default: the "dropout" stream of `manualSeed`. */
  generator?: Generator;
}

/** @throws RangeError unless 0 ≤ p < 1 */
export function checkShare(who: string, p: number): void {
  if (!(p >= 0 && p < 1)) throw new RangeError(`${who}: expected 0 <= p < 1, got ${p}`);
}

/**
 * y = x · m / (1 − p), each m being 0 with probability p and 1 otherwise: the expectation stays x.
 * @throws RangeError unless 0 ≤ p < 1
 * @see N. Srivastava et al., "Dropout", JMLR 15, 2014
 */
export function dropout(x: Tensor, p = 0.5, { training = true, generator }: DropoutOptions = {}): Tensor {
  checkShare("dropout", p);
  if (!training || p === 0) return x;
  const source = generator ?? defaultGenerator("dropout");
  const drawn = x.backend.dropoutMask(x.size, p, 1 / (1 - p), source.take(x.size));
  const mask = record("dropoutMask", [x], x.shape, drawn, null, [], { p });
  const result = mul(x, mask);
  mask.dispose();
  return result;
}
