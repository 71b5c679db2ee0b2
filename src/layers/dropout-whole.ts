/** Dropout2d and DropPath: whole channels, or whole examples, are forgotten while training. */

import { checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { makeComplete } from "../tensor/known-names.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { aShare, dropout } from "../tensor/ops/dropout.js";
import { mul } from "../tensor/ops/pointwise/arithmetic.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import { scope } from "../tensor/scope.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { checkTensor, filled, type Tensor } from "../tensor/tensor.js";
import type { DropoutOptions } from "./dropout.js";
import { Module } from "./module.js";

const KINDS: OptionKinds<DropoutOptions> = { generator: aGenerator };

/** Forgets what has the same place along the first so many axes together. */
abstract class WholeDropout extends Module {
  /** Probability of being zeroed. */
  readonly p: number;
  readonly #name: string;
  readonly #axes: number;
  readonly #generator: Generator | undefined;

  constructor(name: string, axes: number, p: number, options: DropoutOptions) {
    super();
    checkArgument(name, "p", p, aShare);
    checkOptions(name, options, KINDS);
    this.p = p;
    this.#name = name;
    this.#axes = axes;
    this.#generator = options.generator;
  }

  /** A tensor of x's shape; x itself in evaluation. */
  forward(x: Tensor): Tensor {
    checkTensor(this.#name, "x", x);
    if (x.shape.length < this.#axes) {
      throw new ShapeError(`${this.#name}: expected ${this.#axes} axes or more, got ${formatShape(x.shape)}`);
    }
    if (!this.training || this.p === 0) return x;
    const shape = x.shape.map((n, d) => (d < this.#axes ? n : 1));
    return scope(() => {
      return mul(x, dropout(filled(shape, 1, x.backend), this.p, { generator: this.#generator }));
    });
  }

  protected override describe(): string {
    return String(this.p);
  }
}

/**
 * Zeroes whole channels of [N, C, …] with probability p, and scales the others by 1 / (1 − p).
 * @see J. Tompson et al., "Efficient object localization using convolutional networks", CVPR 2015, arXiv:1411.4280
 */
export class Dropout2d extends WholeDropout {
  /**
   * @param p the probability of a channel being zeroed
   * @throws RangeError unless 0 ≤ p < 1
   */
  constructor(p = 0.5, options: DropoutOptions = {}) {
    super("Dropout2d", 2, p, options);
  }
}

makeComplete(Dropout2d);

/**
 * Zeroes whole examples of [N, …] with probability p, and scales the others by 1 / (1 − p): at the end of a residual
 * branch, which is then left out for them.
 * @see G. Huang et al., "Deep networks with stochastic depth", ECCV 2016, arXiv:1603.09382
 */
export class DropPath extends WholeDropout {
  /**
   * @param p the probability of an example being zeroed
   * @throws RangeError unless 0 ≤ p < 1
   */
  constructor(p = 0.1, options: DropoutOptions = {}) {
    super("DropPath", 1, p, options);
  }
}

makeComplete(DropPath);

keepsNothing.add(WholeDropout.prototype.forward);
