/** Embedding: a learned vector for each of so many things (words, items, classes). */

import { aCount, checkArgument, checkOptions, type OptionKinds, wholeFrom } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { type Indices, readIndices } from "../tensor/ops/indices.js";
import { indexSelect } from "../tensor/ops/movement/index-select.js";
import { reshape } from "../tensor/ops/movement/reshape.js";
import { add, mul, sub } from "../tensor/ops/pointwise/arithmetic.js";
import { aGenerator, defaultGenerator, type Generator } from "../tensor/random.js";
import { scope } from "../tensor/scope.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { checkTensor, type Parameter, type Tensor, wrap } from "../tensor/tensor.js";
import { parameterFrom } from "./init.js";
import { Module } from "./module.js";

export interface EmbeddingLookupOptions {
  /** The one whose vector is not learned: what fills sentences up. Default: none. */
  paddingIdx?: number;
}

const KINDS: OptionKinds<EmbeddingLookupOptions> = { paddingIdx: wholeFrom(0) };

/** The rows of `weight` [V, D] at `ids`; no gradient goes to the row `paddingIdx`. */
function rowsAt(weight: Tensor, ids: Int32Array, paddingIdx: number | undefined): Tensor {
  const rows = indexSelect(weight, 0, ids);
  if (paddingIdx === undefined || !ids.includes(paddingIdx)) return rows;
  const { backend } = weight;
  const marks = backend.upload(Float32Array.from(ids, (id) => (id === paddingIdx ? 0 : 1)));
  const learned = wrap([ids.length, 1], marks, backend);
  return add(mul(rows, learned), mul(rows.detach(), sub(1, learned)));
}

/**
 * The row of `weight` for each of `ids`: y[…, d] = weight[ids[…], d].
 * @param ids 0 … V − 1, in nested lists whose nesting is their shape, an Int32Array, or a tensor that can be read at once
 * @param weight [V, D]
 * @returns [..., D], the shape of `ids` first
 * @throws ShapeError when an id is not one of the rows
 * @see torch.nn.functional.embedding
 */
export function embedding(ids: Indices | Tensor, weight: Tensor, options: EmbeddingLookupOptions = {}): Tensor {
  checkTensor("embedding", "weight", weight);
  checkOptions("embedding", options, KINDS);
  if (weight.shape.length !== 2) {
    throw new ShapeError(`embedding: expected a weight [V, D], got ${formatShape(weight.shape)}`);
  }
  const [count, size] = weight.shape;
  const { flat, shape } = readIndices("embedding", ids, undefined, count);
  return scope(() => reshape(rowsAt(weight, flat, options.paddingIdx), [...shape, size]));
}

export interface EmbeddingOptions extends EmbeddingLookupOptions {
  /** Where the initial vectors come from. Default: the "init" stream of `manualSeed`. */
  generator?: Generator;
}

/** [V, D], standard normal; 0 in the row `paddingIdx`. */
function randomVectors(v: number, d: number, generator = defaultGenerator("init"), paddingIdx?: number): Parameter {
  const values = Float32Array.from({ length: v * d }, () => generator.normal());
  if (paddingIdx !== undefined) values.fill(0, paddingIdx * d, (paddingIdx + 1) * d);
  return parameterFrom([v, d], values);
}

const layerKinds: OptionKinds<EmbeddingOptions> = { ...KINDS, generator: aGenerator };

/** The `embedding` operation with its table; see there. The vectors are standard normal at first. */
export class Embedding extends Module<[ids: Indices | Tensor]> {
  /** [V, D], a vector for each id. */
  readonly weight: Parameter;
  readonly #paddingIdx: number | undefined;

  /**
   * @param numEmbeddings V, how many things there are
   * @param embeddingDim D, how long each vector is
   * @throws RangeError unless both are positive integers, and `paddingIdx` below the first
   */
  constructor(numEmbeddings: number, embeddingDim: number, options: EmbeddingOptions = {}) {
    super();
    checkArgument("Embedding", "numEmbeddings", numEmbeddings, aCount);
    checkArgument("Embedding", "embeddingDim", embeddingDim, aCount);
    checkOptions("Embedding", options, layerKinds);
    const { paddingIdx, generator } = options;
    if (paddingIdx !== undefined) {
      checkArgument("Embedding", "paddingIdx", paddingIdx, wholeFrom(0, numEmbeddings - 1));
    }
    this.weight = randomVectors(numEmbeddings, embeddingDim, generator, paddingIdx);
    this.guardParts();
    this.#paddingIdx = paddingIdx;
  }

  /**
   * Ids of any shape, in lists or a tensor, to [..., D].
   * @param ids 0 … V − 1
   * @throws ShapeError when an id is not one of the layer's
   */
  forward(ids: Indices | Tensor): Tensor {
    return embedding(ids, this.weight, { paddingIdx: this.#paddingIdx });
  }

  protected override describe(): string {
    const [count, size] = this.weight.shape;
    return `${count}, ${size}${this.#paddingIdx === undefined ? "" : `, paddingIdx=${this.#paddingIdx}`}`;
  }
}

keepsNothing.add(Embedding.prototype.forward);
