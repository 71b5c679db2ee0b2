/** parameterList: what optimizers and clipping are given, looked at once. */

import { ArgumentError } from "../tensor/arguments.js";
import { formatShape } from "../tensor/shape.js";
import { show } from "../tensor/show.js";
import { Parameter, Tensor } from "../tensor/tensor.js";

/**
 * The parameters as a list, from any iterable.
 * @throws ArgumentError on what is no tensor
 * @throws Error on a parameter that occurs twice, is the result of an operation, or requires no gradient
 */
export function parameterList(who: string, parameters: Iterable<Parameter>): Parameter[] {
  if (typeof parameters?.[Symbol.iterator] !== "function") {
    throw new ArgumentError(`${who}: expected a list of parameters, got ${show(parameters)}: pass model.parameters()`);
  }
  const list = [...parameters];
  const places = new Map<Tensor, number>();
  for (const [i, parameter] of list.entries()) {
    if (!(parameter instanceof Tensor)) {
      throw new ArgumentError(`${who}: ${show(parameter)}, listed at ${i}, is no parameter; pass model.parameters()`);
    }
    const what = `the parameter ${formatShape(parameter.shape)} at ${i}`;
    const before = places.get(parameter);
    if (before !== undefined) {
      throw new Error(`${who}: ${what} is listed at ${before} already, and would count twice; list each once`);
    }
    if (parameter.node)
      throw new Error(`${who}: ${what} is the result of ${parameter.node.name}: only leaves can learn`);
    const mayLearn: boolean = parameter instanceof Parameter || (parameter as Tensor).requiresGrad;
    if (!mayLearn) {
      throw new Error(
        `${who}: the tensor ${formatShape(parameter.shape)} at ${i} requires no gradient, so it would never change; make ` +
          "it a new Parameter(x), or by tensor(…, …, { requiresGrad: true })",
      );
    }
    places.set(parameter, i);
  }
  return list;
}
