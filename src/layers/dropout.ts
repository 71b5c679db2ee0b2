/** Dropout: forgets a random part of its input while training. */

import { checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { aShare, dropout } from "../tensor/ops/dropout.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

export interface DropoutOptions {
  /** Where the masks come from. Default: the "dropout" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<DropoutOptions> = { generator: aGenerator };

/** The `dropout` operation in training, the identity in evaluation. */
export class Dropout extends Module {
  /** Probability of an element being zeroed. */
  readonly p: number;
  readonly #generator: Generator | undefined;

  /**
   * @param p the probability of an element being zeroed
   * @throws RangeError unless 0 ≤ p < 1
   */
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super();
    checkArgument("Dropout", "p", p, aShare);
    checkOptions("Dropout", options, KINDS);
    this.p = p;
    this.#generator = options.generator;
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
