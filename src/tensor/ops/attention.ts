/** Scaled dot-product attention. */

import { aBoolean, aNumber, checkOptions, type OptionKinds } from "../arguments.js";
import { aGenerator, type Generator } from "../random.js";
import { scope } from "../scope.js";
import { formatShape, ShapeError } from "../shape.js";
import { aTensor, checkTensor, filled, type Tensor } from "../tensor.js";
import { aShare, dropout } from "./dropout.js";
import { matmul } from "./matmul.js";
import { add, mul } from "./pointwise/arithmetic.js";
import { maskedFill } from "./pointwise/where.js";
import { softmax } from "./softmax.js";
import { triu } from "./triangle.js";

export interface AttentionOptions {
  /** Added to the scores [..., L, S], broadcast: −Infinity hides a key from a query, 0 lets it see. Default: 0. */
  attnMask?: Tensor;
  /** Each query sees the keys up to its own place only. Default false. */
  isCausal?: boolean;
  /** Share of the weights that is dropped: 0 outside of training. Default 0. */
  dropoutP?: number;
  /** What the scores are multiplied by. Default 1 / √E. */
  scale?: number;
  /** Where dropout's mask comes from. Default: the "dropout" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<AttentionOptions> = {
  attnMask: aTensor,
  isCausal: aBoolean,
  dropoutP: aShare,
  scale: aNumber,
  generator: aGenerator,
};

/**
 * softmax(query · keyᵀ · scale + attnMask) · value: for each query a mean of the values, by how well the keys fit.
 * @param query [..., L, E]
 * @param key [..., S, E]
 * @param value [..., S, V]
 * @returns [..., L, V]
 * @throws ShapeError when the sizes do not go together
 * @see A. Vaswani et al., "Attention is all you need", NIPS 2017, arXiv:1706.03762
 */
export function scaledDotProductAttention(
  query: Tensor,
  key: Tensor,
  value: Tensor,
  options: AttentionOptions = {},
): Tensor {
  for (const [name, given] of Object.entries({ query, key, value })) {
    checkTensor("scaledDotProductAttention", name, given);
    if (given.shape.length < 2) {
      throw new ShapeError(`scaledDotProductAttention: expected ${name} [..., n, E], got ${formatShape(given.shape)}`);
    }
  }
  checkOptions("scaledDotProductAttention", options, KINDS);
  if (query.shape.at(-1) !== key.shape.at(-1) || key.shape.at(-2) !== value.shape.at(-2)) {
    throw new ShapeError(
      "scaledDotProductAttention: query and key need the same last size, key and value the same number of places\n" +
        `  query  ${formatShape(query.shape)}  (..., L, E)\n` +
        `  key    ${formatShape(key.shape)}  (..., S, E)\n` +
        `  value  ${formatShape(value.shape)}  (..., S, V)`,
    );
  }
  const { attnMask, isCausal = false, dropoutP = 0, scale = 1 / Math.sqrt(query.shape.at(-1)!), generator } = options;
  return scope(() => {
    let scores = matmul(mul(query, scale), key, { transB: true });
    if (isCausal) {
      const { backend } = scores;
      const places = scores.shape.slice(-2);
      const later = triu(filled(places, 1, backend), 1);
      scores = maskedFill(scores, later, -Infinity);
    }
    if (attnMask) scores = add(scores, attnMask);
    return matmul(dropout(softmax(scores, -1), dropoutP, { generator }), value);
  });
}
