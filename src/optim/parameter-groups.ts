/** Parameter groups: parameters that learn with options of their own. */

import { ArgumentError, aPlainObject, checkOption, checkOptions, type OptionKinds } from "../tensor/arguments.js";
import type { Parameter } from "../tensor/tensor.js";
import { parameterList } from "./parameter-list.js";

/** What the options of every optimizer have in common. */
export interface RateOptions {
  /** Learning rate. */
  lr?: number;
}

/** Parameters with options of their own; what they leave out is as the optimizer's options say. */
export type GroupOptions<O> = O & {
  /** Such as `model.head.parameters()`. */
  params: Iterable<Parameter>;
};

/** What an optimizer is given: parameters, or groups of them. */
export type ParametersOrGroups<O> = Iterable<Parameter> | Iterable<GroupOptions<O>>;

/** A group as an optimizer has it, every option with its value. Schedules change its `lr`, and so may you. */
export type ParameterGroup<O> = Required<O> & {
  /** Learning rate. */
  lr: number;
  /** What it changes. */
  readonly params: readonly Parameter[];
};

function isGroup(value: unknown): value is GroupOptions<object> {
  return aPlainObject.accepts(value) && "params" in value;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof (value as Partial<Iterable<unknown>> | null | undefined)?.[Symbol.iterator] === "function";
}

/**
 * Groups with all their options: a group's own, then the optimizer's, then the defaults. A list of parameters is one.
 * @throws ArgumentError or RangeError on an option that is unknown or out of its range, and on what is no parameter
 * @throws Error when there are no parameters, one occurs twice, or one is no leaf
 */
export function parameterGroups<O extends RateOptions>(
  who: string,
  given: ParametersOrGroups<O>,
  options: O,
  kinds: OptionKinds<O>,
  defaults: Required<O>,
): ParameterGroup<O>[] {
  checkOptions(who, options, kinds);
  const standard = withDefaults(options, defaults);
  const list: unknown[] = isIterable(given) ? [...given] : [];
  if (!list.some(isGroup)) {
    const params = parameterList(who, isIterable(given) ? (list as Parameter[]) : (given as Iterable<Parameter>));
    if (params.length === 0) throw new Error(`${who}: there are no parameters to optimize`);
    return [{ ...standard, params } as ParameterGroup<O>];
  }
  const groups = list.map((group, i) => {
    const name = `${who}: group ${i}`;
    if (!isGroup(group)) {
      throw new ArgumentError(`${name} is a parameter, others are groups; put it into one: { params: [parameter] }`);
    }
    const { params, ...own } = group;
    checkOptions(name, own as unknown as O, kinds);
    const parameters = parameterList(name, params);
    if (parameters.length === 0) throw new Error(`${name} has no parameters`);
    return { ...withDefaults(own as unknown as O, standard), params: parameters } as ParameterGroup<O>;
  });
  // Once more over all: a parameter in two groups would be changed twice.
  const all = groups.flatMap(({ params }) => params);
  parameterList(who, all);
  return groups;
}

/**
 * A group as others see it: what they set is checked like what was given.
 * @param stateNames what the optimizer remembers of a parameter with these options
 */
export function changeable<O extends RateOptions>(
  who: string,
  group: ParameterGroup<O>,
  kinds: OptionKinds<O>,
  stateNames: (options: Required<O>) => readonly string[],
): ParameterGroup<O> {
  return new Proxy(group, {
    set(target, name, value) {
      checkOption(who, String(name), value, kinds);
      if (`${stateNames({ ...target, [name]: value })}` !== `${stateNames(target)}`) {
        throw new ArgumentError(`${who}: ${String(name)} decides what is remembered: make a new optimizer with it`);
      }
      return Reflect.set(target, name, value);
    },
  });
}

/** An option that is given as undefined is not given. */
function withDefaults<O extends object>(options: O, defaults: Required<O>): Required<O> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
