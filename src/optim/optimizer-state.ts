/** OptimizerState: what an optimizer remembers, and whether it is of its own parameters. */

import {
  aPlainObject,
  checkOptions,
  listOf,
  needed,
  numberFrom,
  type OptionKinds,
  wholeFrom,
} from "../tensor/arguments.js";
import { formatShape, sameShape } from "../tensor/shape.js";
import { aTensor, type Parameter, type Tensor } from "../tensor/tensor.js";

/** What an optimizer remembers: plain numbers and tensors, by parameter index. */
export interface OptimizerState {
  /** The learning rate; where there are several groups, a list with that of each. */
  lr: number | number[];
  /** Steps that each parameter has taken. */
  steps: number[];
  /** Tensors by name, one for each parameter; `null` where there is none. */
  tensors: Record<string, (Tensor | null)[]>;
}

const aRate = numberFrom(0);

const STATE: OptionKinds<OptimizerState> = {
  lr: needed({
    expected: "a finite number of at least 0, or a list of them",
    accepts: (value): value is number | number[] => [value].flat().every((rate) => aRate.accepts(rate)),
  }),
  steps: needed(listOf("a list of integers", wholeFrom(0))),
  tensors: needed({
    expected: "an object of lists of tensors",
    accepts: (value): value is OptimizerState["tensors"] =>
      aPlainObject.accepts(value) &&
      Object.values(value).every((list) => Array.isArray(list) && list.every((t) => t === null || aTensor.accepts(t))),
  }),
};

/** What a state has to be of. */
interface Expected {
  /** How many of them there are. */
  readonly groups: number;
  readonly parameters: readonly Parameter[];
  /** By parameter index: names of what is remembered of it. */
  readonly namesOf: readonly (readonly string[])[];
}

/**
 * @param who is called, for messages: "Adam.loadStateDict"
 * @throws ArgumentError when `state` is none
 * @throws Error when it was made for other parameters, or by another optimizer
 */
export function checkState(who: string, state: OptimizerState, { groups, parameters, namesOf }: Expected): void {
  checkOptions(who, state, STATE);
  const { lr, steps, tensors } = state;
  const rates = [lr].flat().length;
  if (rates !== groups) {
    throw new Error(`${who}: the state is of ${rates} groups of parameters, there are ${groups}`);
  }
  const count = parameters.length;
  if (steps.length !== count) throw new Error(`${who}: the state is of ${steps.length} parameters, there are ${count}`);
  const names = new Set(namesOf.flat());
  const unknown = Object.keys(tensors).find((name) => !names.has(name));
  if (unknown !== undefined) throw new Error(`${who}: the state has "${unknown}", which this optimizer does not know`);
  for (const name of names) {
    if (tensors[name]?.length !== count) throw new Error(`${who}: the state has no "${name}" for each parameter`);
    tensors[name].forEach((value, i) => {
      const { shape } = parameters[i];
      if (value && !sameShape(value.shape, shape)) {
        const shapes = `${formatShape(value.shape)}, the parameter ${formatShape(shape)}`;
        throw new Error(`${who}: "${name}" of parameter ${i} has shape ${shapes}`);
      }
      const isKept = namesOf[i].includes(name);
      if ((value === null) === (isKept && steps[i] > 0)) {
        throw new Error(`${who}: parameter ${i} has taken ${steps[i]} steps, with ${value ? "a" : "no"} "${name}"`);
      }
    });
  }
}
