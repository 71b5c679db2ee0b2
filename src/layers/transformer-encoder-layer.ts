/** TransformerEncoderLayer: self-attention and a small net for each place, each with a shortcut and a norm. */

import {
  aBoolean,
  aCount,
  checkArgument,
  checkOptions,
  numberFrom,
  type OptionKinds,
  oneOf,
} from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { aShare } from "../tensor/ops/dropout.js";
import { add } from "../tensor/ops/pointwise/arithmetic.js";
import { relu } from "../tensor/ops/pointwise/rectifiers.js";
import { gelu } from "../tensor/ops/pointwise/smooth-activations.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import { scope } from "../tensor/scope.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { Dropout } from "./dropout.js";
import { LayerNorm } from "./layer-norm.js";
import { Linear } from "./linear.js";
import { describeOptions, Module } from "./module.js";
import { type AttentionMaskOptions, MultiheadAttention, maskKinds } from "./multihead-attention.js";

export interface TransformerEncoderLayerOptions {
  /** Width of the net for each place. Default 2048. */
  dimFeedforward?: number;
  /** Share that is dropped in training, of attention's weights and of what comes out of each part. Default 0.1. */
  dropout?: number;
  /** Between the two linear layers. Default "relu". */
  activation?: "relu" | "gelu";
  /** Added to variances. Default 1e-5. */
  layerNormEps?: number;
  /** Inputs are [N, L, E] instead of [L, N, E]. Default false, as in PyTorch. */
  batchFirst?: boolean;
  /** Norms come before attention and net, instead of after the shortcuts. Default false. */
  normFirst?: boolean;
  /** Where the initial weights come from. Default: the "init" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<TransformerEncoderLayerOptions> = {
  dimFeedforward: aCount,
  dropout: aShare,
  activation: oneOf("relu", "gelu"),
  layerNormEps: numberFrom(0),
  batchFirst: aBoolean,
  normFirst: aBoolean,
  generator: aGenerator,
};

const ACTIVATIONS = { relu, gelu };

/**
 * h = norm1(x + attention(x)), y = norm2(h + linear2(relu(linear1(h)))); with `normFirst`, h = x + attention(norm1(x)),
 * y = h + linear2(relu(linear1(norm2(h)))).
 * @see A. Vaswani et al., "Attention is all you need", NIPS 2017, arXiv:1706.03762
 */
export class TransformerEncoderLayer extends Module<[src: Tensor, options?: AttentionMaskOptions]> {
  /** Named as PyTorch's state dict has it. */
  readonly self_attn: MultiheadAttention;
  /** [E] to the width of the net. */
  readonly linear1: Linear;
  /** Back to [E]. */
  readonly linear2: Linear;
  /** Of attention. */
  readonly norm1: LayerNorm;
  /** Of the net. */
  readonly norm2: LayerNorm;
  /** Whatever comes out of a part passes it. */
  readonly dropout: Dropout;
  readonly #activation: "relu" | "gelu";
  readonly #normFirst: boolean;

  /**
   * @param dModel E
   * @param nhead how many heads, which divide E
   * @throws RangeError unless both are positive integers
   */
  constructor(dModel: number, nhead: number, options: TransformerEncoderLayerOptions = {}) {
    super();
    checkArgument("TransformerEncoderLayer", "dModel", dModel, aCount);
    checkArgument("TransformerEncoderLayer", "nhead", nhead, aCount);
    checkOptions("TransformerEncoderLayer", options, KINDS);
    const { dimFeedforward = 2048, dropout = 0.1, activation = "relu", layerNormEps: eps = 1e-5 } = options;
    const { batchFirst, normFirst = false, generator } = options;
    this.self_attn = new MultiheadAttention(dModel, nhead, { dropout, batchFirst, generator });
    this.linear1 = new Linear(dModel, dimFeedforward, { generator });
    this.linear2 = new Linear(dimFeedforward, dModel, { generator });
    this.norm1 = new LayerNorm(dModel, { eps });
    this.norm2 = new LayerNorm(dModel, { eps });
    this.dropout = new Dropout(dropout);
    this.guardParts();
    this.#activation = activation;
    this.#normFirst = normFirst;
  }

  /**
   * [L, N, E] to the same; with `batchFirst`, [N, L, E].
   * @param src the sequences
   * @throws ShapeError when the sizes do not go together
   */
  forward(src: Tensor, options: AttentionMaskOptions = {}): Tensor {
    checkTensor("TransformerEncoderLayer", "src", src);
    checkOptions("TransformerEncoderLayer", options, maskKinds);
    const attend = (x: Tensor) => this.dropout.forward(this.self_attn.forward(x, x, x, options));
    const think = (x: Tensor) => {
      const wide = this.dropout.forward(ACTIVATIONS[this.#activation](this.linear1.forward(x)));
      return this.dropout.forward(this.linear2.forward(wide));
    };
    return scope(() => {
      if (this.#normFirst) {
        const h = add(src, attend(this.norm1.forward(src)));
        return add(h, think(this.norm2.forward(h)));
      }
      const h = this.norm1.forward(add(src, attend(src)));
      return this.norm2.forward(add(h, think(h)));
    });
  }

  protected override describe(): string {
    return describeOptions({ activation: this.#activation, normFirst: this.#normFirst });
  }
}

keepsNothing.add(TransformerEncoderLayer.prototype.forward);
