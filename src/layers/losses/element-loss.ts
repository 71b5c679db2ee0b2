/** Losses of each element of a prediction beside its target: their shapes, and how they are reduced. */

import type { OptionKinds } from "../../tensor/arguments.js";
import { mean } from "../../tensor/ops/reduce.js";
import { sum } from "../../tensor/ops/sum.js";
import { formatShape, ShapeError, sameShape } from "../../tensor/shape.js";
import { checkTensor, type Tensor } from "../../tensor/tensor.js";
import { aReduction, type Reduction } from "./reduction.js";

export interface LossOptions {
  /** Default "mean". */
  reduction?: Reduction;
}

export const lossKinds: OptionKinds<LossOptions> = { reduction: aReduction };

export function checkSameShape(name: string, a: Tensor, b: Tensor): void {
  checkTensor(name, "the prediction", a);
  checkTensor(name, "the target", b);
  if (!sameShape(a.shape, b.shape)) {
    const advice = a.size === b.size ? `; write target.reshape(${formatShape(a.shape)})` : "";
    throw new ShapeError(`${name}: the shapes ${formatShape(a.shape)} and ${formatShape(b.shape)} must agree${advice}`);
  }
}

export function reducedElements(losses: Tensor, reduction: Reduction): Tensor {
  if (reduction === "none") return losses;
  return reduction === "sum" ? sum(losses) : mean(losses);
}
