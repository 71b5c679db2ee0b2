/** Gradient clipping: call between `backward()` and `step()`. */

import { checkArgument, refuseMore } from "../tensor/arguments.js";
import { numberAbove } from "../tensor/kinds.js";
import { stack } from "../tensor/ops/movement/cat.js";
import { add, div, mul } from "../tensor/ops/pointwise/arithmetic.js";
import { minimum } from "../tensor/ops/pointwise/comparisons.js";
import { clamp } from "../tensor/ops/pointwise/magnitude.js";
import { sqrt } from "../tensor/ops/pointwise/powers.js";
import { sum } from "../tensor/ops/sum.js";
import { noGrad } from "../tensor/scope.js";
import type { Parameter, Tensor } from "../tensor/tensor.js";
import { parameterList } from "./parameter-list.js";

/** Infinity lets everything pass. */
const aLimit = numberAbove(0);

/** Internal: puts others in the place of all gradients. */
export function replaceGrads(parameters: readonly Parameter[], change: (grad: Tensor) => Tensor): void {
  for (const parameter of parameters) {
    const { grad } = parameter;
    if (!grad) continue;
    parameter.grad = noGrad(() => change(grad)).keep();
    grad.dispose();
  }
}

/**
 * Scales all gradients by min(1, maxNorm / (norm + 1e-6)), norm being the L2 norm of all of them taken as one vector.
 * Nothing is read back: the norm stays on the device.
 * @param parameters whose gradients to scale
 * @param maxNorm the largest norm to let pass
 * @returns the norm before clipping, a scalar
 * @throws RangeError unless maxNorm is positive
 * @throws Error when no parameter has a gradient, or one is listed twice
 * @see torch.nn.utils.clip_grad_norm_
 */
export function clipGradNorm(parameters: readonly Parameter[], maxNorm: number, ...more: never[]): Tensor {
  refuseMore("clipGradNorm(parameters, maxNorm)", more);
  checkArgument("clipGradNorm", "maxNorm", maxNorm, aLimit);
  const list = parameterList("clipGradNorm", parameters);
  const grads = list.flatMap(({ grad }) => (grad ? [grad] : []));
  if (grads.length === 0) throw new Error("clipGradNorm: no parameter has a gradient; call backward() first");
  const norm = noGrad(() => sqrt(sum(stack(grads.map((grad) => sum(mul(grad, grad)))))));
  noGrad(() => {
    const factor = minimum(div(maxNorm, add(norm, 1e-6)), 1);
    replaceGrads(list, (grad) => mul(grad, factor));
  });
  return norm;
}

/**
 * Cuts every gradient element to [−limit, limit].
 * @param parameters whose gradients to cut
 * @param limit the largest magnitude to let pass
 * @throws RangeError unless limit is positive
 * @see torch.nn.utils.clip_grad_value_
 */
export function clipGradValue(parameters: readonly Parameter[], limit: number, ...more: never[]): void {
  refuseMore("clipGradValue(parameters, limit)", more);
  checkArgument("clipGradValue", "limit", limit, aLimit);
  replaceGrads(parameterList("clipGradValue", parameters), (grad) => clamp(grad, -limit, limit));
}
