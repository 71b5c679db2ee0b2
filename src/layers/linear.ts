/** Linear: a learned affine map. */

import { aBoolean, aCount, checkArgument, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { matmul } from "../tensor/ops/matmul.js";
import { add } from "../tensor/ops/pointwise/arithmetic.js";
import { aGenerator, type Generator } from "../tensor/random.js";
import { scope } from "../tensor/scope.js";
import { formatShape, type Shape, ShapeError, sizeOf } from "../tensor/shape.js";
import { checkTensor, type Parameter, type Tensor } from "../tensor/tensor.js";
import { kaimingUniform, uniformParameter } from "./init.js";
import { Module } from "./module.js";

export interface LinearOptions {
  /** Learn a number to add to each output. Default true. */
  bias?: boolean;
  /** Where the initial weights come from. Default: the "init" stream of `manualSeed`. */
  generator?: Generator;
}

const KINDS: OptionKinds<LinearOptions> = { bias: aBoolean, generator: aGenerator };

/** What may have been forgotten, or mistaken. */
function adviceFor(shape: Shape, inFeatures: number): string {
  if (sizeOf(shape.slice(1)) === inFeatures) return "; put flatten before it";
  if (shape.length !== 2) return "";
  return "; behind flatten, another length is that of images of another size than the net was made for";
}

/** y = x · weightᵀ + bias, weight [out, in], bias [out], x [..., in]. */
export class Linear extends Module {
  /** [out, in]. */
  readonly weight: Parameter;
  /** [out]; null where there is none. */
  readonly bias: Parameter | null;

  /**
   * @param inFeatures how many numbers go in
   * @param outFeatures how many come out
   * @throws RangeError unless both are positive integers
   */
  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    checkArgument("Linear", "inFeatures", inFeatures, aCount);
    checkArgument("Linear", "outFeatures", outFeatures, aCount);
    checkOptions("Linear", options, KINDS);
    const { bias = true, generator } = options;
    this.weight = kaimingUniform([outFeatures, inFeatures], generator);
    this.bias = bias ? uniformParameter([outFeatures], 1 / Math.sqrt(inFeatures), generator) : null;
    this.guardParts();
  }

  /**
   * [..., in] to [..., out].
   * @throws ShapeError when the last axis of x is not `inFeatures` long
   */
  forward(x: Tensor): Tensor {
    checkTensor("Linear", "x", x);
    const [outFeatures, inFeatures] = this.weight.shape;
    if (x.shape.length < 2 || x.shape.at(-1) !== inFeatures) {
      const advice = adviceFor(x.shape, inFeatures);
      throw new ShapeError(
        `Linear(${inFeatures}, ${outFeatures}): expected an input [..., ${inFeatures}] of 2 axes or more, got ` +
          `${formatShape(x.shape)}${advice}`,
      );
    }
    return scope(() => {
      const y = matmul(x, this.weight, { transB: true });
      return this.bias ? add(y, this.bias) : y;
    });
  }

  protected override describe(): string {
    const [outFeatures, inFeatures] = this.weight.shape;
    return `${inFeatures}, ${outFeatures}${this.bias ? "" : ", bias=false"}`;
  }
}

keepsNothing.add(Linear.prototype.forward);
