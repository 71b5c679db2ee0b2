/** MultiheadAttention: attention of several heads, each in a learned subspace. */

import { aBoolean, aCount, checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { zeros } from "../tensor/factories/filled.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { scaledDotProductAttention } from "../tensor/ops/attention.js";
import { aShare } from "../tensor/ops/dropout.js";
import { matmul } from "../tensor/ops/matmul.js";
import { permute, transpose } from "../tensor/ops/movement/permute.js";
import { reshape } from "../tensor/ops/movement/reshape.js";
import { slice } from "../tensor/ops/movement/slice.js";
import { add } from "../tensor/ops/pointwise/arithmetic.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import { scope } from "../tensor/scope.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { aTensor, checkTensor, type Parameter, type Tensor } from "../tensor/tensor.js";
import { constantParameter, uniformParameter } from "./init.js";
import { Linear } from "./linear.js";
import { Module } from "./module.js";

export interface MultiheadAttentionOptions {
  /** Share of the attention's weights that is dropped in training. Default 0. */
  dropout?: number;
  /** Learn numbers to add to projections. Default true. */
  bias?: boolean;
  /** Inputs are [N, L, E] instead of [L, N, E]. Default false, as in PyTorch. */
  batchFirst?: boolean;
  /** Where the initial weights come from. Default: the "init" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<MultiheadAttentionOptions> = {
  dropout: aShare,
  bias: aBoolean,
  batchFirst: aBoolean,
  generator: aGenerator,
};

export interface AttentionMaskOptions {
  /** [L, S] or [N, heads, L, S], added to the scores: −Infinity hides a key from a query. */
  attnMask?: Tensor;
  /** [N, S], added to the scores of each key: −Infinity hides what only fills a sequence up. */
  keyPaddingMask?: Tensor;
  /** Each query sees the keys up to its own place only. Default false. */
  isCausal?: boolean;
}

export const maskKinds: OptionKinds<AttentionMaskOptions> = {
  attnMask: aTensor,
  keyPaddingMask: aTensor,
  isCausal: aBoolean,
};

/**
 * Query, key and value are projected (x · Wᵀ + b) and cut into heads; each head is `scaledDotProductAttention`; what they
 * give is joined and projected once more.
 * @see A. Vaswani et al., "Attention is all you need", NIPS 2017, arXiv:1706.03762
 */
export class MultiheadAttention extends Module<
  [query: Tensor, key: Tensor, value: Tensor, options?: AttentionMaskOptions]
> {
  // Named as PyTorch's state dict has them.
  /** [3E, E], the projections of query, key and value, one below the other. */
  readonly in_proj_weight: Parameter;
  /** [3E]; null where there is none. */
  readonly in_proj_bias: Parameter | null;
  /** The last projection. */
  readonly out_proj: Linear;
  readonly #heads: number;
  readonly #dropout: number;
  readonly #batchFirst: boolean;

  /**
   * @param embedDim E
   * @param numHeads how many heads, which divide E
   * @throws RangeError unless both are positive integers
   * @throws ShapeError unless the heads divide E
   */
  constructor(embedDim: number, numHeads: number, options: MultiheadAttentionOptions = {}) {
    super();
    checkArgument("MultiheadAttention", "embedDim", embedDim, aCount);
    checkArgument("MultiheadAttention", "numHeads", numHeads, aCount);
    checkOptions("MultiheadAttention", options, KINDS);
    const { dropout = 0, bias = true, batchFirst = false, generator } = options;
    if (embedDim % numHeads !== 0) {
      throw new ShapeError(`MultiheadAttention: ${numHeads} heads do not divide embedDim ${embedDim}`);
    }
    // Xavier's bound: √(6 / (fan-in + fan-out)).
    this.in_proj_weight = uniformParameter([3 * embedDim, embedDim], Math.sqrt(6 / (4 * embedDim)), generator);
    this.in_proj_bias = bias ? constantParameter([3 * embedDim], 0) : null;
    this.out_proj = new Linear(embedDim, embedDim, { bias, generator });
    this.guardParts();
    const none = zeros([embedDim]);
    this.out_proj.bias?.copyFrom(none);
    none.dispose();
    this.#heads = numHeads;
    this.#dropout = dropout;
    this.#batchFirst = batchFirst;
  }

  /** Rows `from` to `to` (thirds) of the projection, of x [N, L, E]. */
  #projected(x: Tensor, from: number, to: number): Tensor {
    const e = this.in_proj_weight.shape[1];
    const y = matmul(x, slice(this.in_proj_weight, 0, from * e, to * e), { transB: true });
    return this.in_proj_bias ? add(y, slice(this.in_proj_bias, 0, from * e, to * e)) : y;
  }

  /** [N, L, E] to [N, heads, L, E / heads]. */
  #cut(x: Tensor): Tensor {
    const [n, l, e] = x.shape;
    return permute(reshape(x, [n, l, this.#heads, e / this.#heads]), [0, 2, 1, 3]);
  }

  /**
   * [L, N, E], [S, N, E] and [S, N, E] to [L, N, E]; with `batchFirst`, N comes first.
   * @param query what asks
   * @param key what answers are found by
   * @param value what answers are made of
   * @throws ShapeError when the sizes do not go together
   */
  forward(query: Tensor, key: Tensor, value: Tensor, options: AttentionMaskOptions = {}): Tensor {
    const e = this.in_proj_weight.shape[1];
    for (const [name, given] of Object.entries({ query, key, value })) {
      checkTensor("MultiheadAttention", name, given);
      if (given.shape.length !== 3 || given.shape[2] !== e) {
        const axes = this.#batchFirst ? "N, L" : "L, N";
        throw new ShapeError(`MultiheadAttention: expected ${name} [${axes}, ${e}], got ${formatShape(given.shape)}`);
      }
    }
    checkOptions("MultiheadAttention", options, maskKinds);
    const { attnMask, keyPaddingMask, isCausal } = options;
    return scope(() => {
      const inBatches = (x: Tensor) => (this.#batchFirst ? x : transpose(x, 0, 1));
      const [q, k, v] = this.#heads3(query, key, value, inBatches);
      const hidden = keyPaddingMask && reshape(keyPaddingMask, [keyPaddingMask.shape[0], 1, 1, -1]);
      const mask = attnMask && hidden ? add(attnMask, hidden) : (attnMask ?? hidden);
      const dropoutP = this.training ? this.#dropout : 0;
      const heads = scaledDotProductAttention(q, k, v, { attnMask: mask, isCausal, dropoutP });
      const [n, , l] = heads.shape;
      return inBatches(this.out_proj.forward(reshape(permute(heads, [0, 2, 1, 3]), [n, l, e])));
    });
  }

  /** The heads of all three; where they are one tensor, as in self-attention, by one product. */
  #heads3(query: Tensor, key: Tensor, value: Tensor, inBatches: (x: Tensor) => Tensor): Tensor[] {
    if (query !== key || key !== value) {
      return [query, key, value].map((x, i) => this.#cut(this.#projected(inBatches(x), i, i + 1)));
    }
    const e = query.shape[2];
    const all = this.#projected(inBatches(query), 0, 3);
    return [0, 1, 2].map((i) => this.#cut(slice(all, 2, i * e, (i + 1) * e)));
  }

  protected override describe(): string {
    return `${this.in_proj_weight.shape[1]}, ${this.#heads}${this.#batchFirst ? ", batchFirst=true" : ""}`;
  }
}

keepsNothing.add(MultiheadAttention.prototype.forward);
