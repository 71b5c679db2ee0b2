/** Gradients checked against finite differences, in float64. */

import { aFunction, checkArgument, checkOptions, numberFrom, type OptionKinds } from "./arguments.js";
import { backward } from "./autograd.js";
import { withBackend } from "./backend/current-backend.js";
import { tensor } from "./factories/from-values.js";
import { numberAbove } from "./kinds.js";
import { mul } from "./ops/pointwise/arithmetic.js";
import { sum } from "./ops/sum.js";
import { Generator } from "./random.js";
import { noGrad } from "./scope.js";
import { formatShape } from "./shape.js";
import { checkTensor, type Tensor } from "./tensor.js";
import { aTensorList } from "./tensor-list.js";

export interface GradcheckOptions {
  /** Half the step of the central difference. Default 1e-6. */
  eps?: number;
  /** A difference d between gradient g and finite difference f passes when |d| ≤ atol + rtol · |f|. Default 1e-6. */
  atol?: number;
  /** Default 1e-5. */
  rtol?: number;
}

const KINDS: OptionKinds<GradcheckOptions> = { eps: numberAbove(0), atol: numberFrom(0), rtol: numberFrom(0) };

/**
 * Compares the gradients of `fn` with (L(x + eps) − L(x − eps)) / 2eps for every element of every input that requires a
 * gradient, L being a fixed random combination of fn's outputs. Everything is computed in float64 on the `js` backend,
 * whatever backend the inputs live on.
 *
 * @returns true when all agree
 * @throws Error naming the input, the element and both numbers when one does not
 */
export async function gradcheck(
  fn: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  options: GradcheckOptions = {},
): Promise<true> {
  checkArgument("gradcheck", "fn", fn, aFunction);
  checkArgument("gradcheck", "inputs", inputs, aTensorList);
  checkOptions("gradcheck", options, KINDS);
  const { eps = 1e-6, atol = 1e-6, rtol = 1e-5 } = options;
  const values = await Promise.all(inputs.map(async (input) => Float64Array.from(await input.data())));
  const { createJsBackend } = await import("./backend/js/js.js");
  const backend = createJsBackend("float64");
  return withBackend(backend, () => {
    const make = () => inputs.map((x, i) => tensor(values[i], x.shape, { requiresGrad: x.requiresGrad }));
    const generator = new Generator(0);
    const weights: number[] = [];
    const combined = (xs: Tensor[]) => {
      const y = fn(...xs);
      checkTensor("gradcheck", "what fn returns", y);
      while (weights.length < y.size) weights.push(generator.uniform() * 2 - 1);
      return sum(mul(y, tensor(weights, y.shape)));
    };
    const loss = () => noGrad(() => combined(make())).dataSync()[0];

    const xs = make();
    backward(combined(xs));
    xs.forEach((x, i) => {
      if (!x.requiresGrad) return;
      const analytic = x.grad?.dataSync() ?? new Float64Array(x.size);
      for (let j = 0; j < x.size; j++) {
        const at = values[i][j];
        values[i][j] = at + eps;
        const above = loss();
        values[i][j] = at - eps;
        const below = loss();
        values[i][j] = at;
        const numeric = (above - below) / (2 * eps);
        if (!(Math.abs(analytic[j] - numeric) <= atol + rtol * Math.abs(numeric))) {
          throw new Error(
            `gradcheck: input ${i} ${formatShape(x.shape)}, element ${j}: ` +
              `backward gives ${analytic[j]}, the finite difference ${numeric}`,
          );
        }
      }
    });
    return true;
  });
}
