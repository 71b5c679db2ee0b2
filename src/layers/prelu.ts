/** PReLU: a rectifier that learns how much of the negative numbers it lets pass. */

import { aCount, aNumber, checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { reshape } from "../tensor/ops/movement/reshape.js";
import { mul } from "../tensor/ops/pointwise/arithmetic.js";
import { gt } from "../tensor/ops/pointwise/order.js";
import { where } from "../tensor/ops/pointwise/where.js";
import { scope } from "../tensor/scope.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { checkTensor, type Parameter, type Tensor } from "../tensor/tensor.js";
import { constantParameter } from "./init.js";
import { Module } from "./module.js";

export interface PReLUOptions {
  /** The slope at first. Default 0.25. */
  init?: number;
}

const KINDS: OptionKinds<PReLUOptions> = { init: aNumber };

/**
 * y = x where x > 0, weight · x elsewhere.
 * @see K. He et al., "Delving deep into rectifiers", ICCV 2015, arXiv:1502.01852
 */
export class PReLU extends Module {
  /** [1], or [C], the slope of each channel. */
  readonly weight: Parameter;

  /**
   * @param numParameters 1, or C for a slope for each channel
   * @throws RangeError unless it is a positive integer
   */
  constructor(numParameters = 1, options: PReLUOptions = {}) {
    super();
    checkArgument("PReLU", "numParameters", numParameters, aCount);
    checkOptions("PReLU", options, KINDS);
    this.weight = constantParameter([numParameters], options.init ?? 0.25);
    this.guardParts();
  }

  /**
   * [N, C, …], or any shape where there is one slope.
   * @throws ShapeError when x has another number of channels
   */
  forward(x: Tensor): Tensor {
    checkTensor("PReLU", "x", x);
    const slopes = this.weight.size;
    if (slopes !== 1 && x.shape[1] !== slopes) {
      throw new ShapeError(`PReLU: expected an input [N, ${slopes}, ...], got ${formatShape(x.shape)}`);
    }
    return scope(() => {
      const weight = slopes === 1 ? this.weight : reshape(this.weight, [slopes, ...x.shape.slice(2).map(() => 1)]);
      return where(gt(x, 0), x, mul(x, weight));
    });
  }

  protected override describe(): string {
    return String(this.weight.size);
  }
}

keepsNothing.add(PReLU.prototype.forward);
