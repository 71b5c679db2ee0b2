/** BatchNorm1d: batch normalization of vectors and sequences. */

import { keepsNothing } from "../tensor/lifetime.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { BatchNorm, type BatchNorm2dOptions } from "./batch-norm.js";

/** `batchNorm` on [N, C] or [N, C, L] with its parameters and running moments; see there for the formula. */
export class BatchNorm1d extends BatchNorm {
  /**
   * @param channels C
   * @throws RangeError unless it is a positive integer
   */
  constructor(channels: number, options: BatchNorm2dOptions = {}) {
    super("BatchNorm1d", channels, options);
  }

  /** @throws ShapeError when x is not [N, C] or [N, C, L] with this layer's C */
  forward(x: Tensor): Tensor {
    checkTensor("BatchNorm1d", "x", x);
    if (x.shape.length !== 2 && x.shape.length !== 3) {
      throw new ShapeError(`BatchNorm1d: expected an input (N, C) or (N, C, L), got ${formatShape(x.shape)}`);
    }
    return this.normalized(x);
  }
}

keepsNothing.add(BatchNorm1d.prototype.forward);
