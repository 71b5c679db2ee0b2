/** Dropout: forgets a random part of its input while training. */

import { keepsNothing } from "../tensor/lifetime.js";
import { checkShare, dropout, dropout } from "../tensor/ops/dropout.js";
import type { Generator } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

export interface DropoutOptions {
  /** Where the masks come from. Default: the "dropout" stream of `manualSeed`. */
  generator?: Generator;
}

/** The `dropout` operation in training, the identity in evaluation. */
export class Dropout extends Module {
  /** Probability of an element being zeroed. */
  readonly p: number;
  readonly #generator: Generator | undefined;

  /**
   * @param p the probability of an element being zeroed
   * @throws RangeError unless 0 ≤ p < 1
   */
  constructor(p = 0.5, { generator }: DropoutOptions = {}) {
    super();
    checkShare("Dropout", p);
    this.p = p;
    this.#generator = generator;
  }

  /** A tensor of x's shape; x itself in evaluation. */
  forward(x: Tensor): Tensor {
    return dropout(x, this.p, { training: this.training, generator: this.#generator });
  }

  protected override describe(): string {
    return String(this.p);
  }
}

keepsNothing.add(Dropout.prototype.forward);
