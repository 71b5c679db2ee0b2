/** The kinds of values that options take: how each is checked, shown in the help, and read from a command line. */

import * as v from "valibot";
import type { AugmentOptions } from "../data/augment/options.js";

/** What an option's value can be. */
export interface Kind<T> {
  schema: v.GenericSchema<T>;
  /** Stands for the value in the help; a switch has none. */
  placeholder?: string;
  /** All there are, where they can be listed. */
  values?: readonly string[];
  /** From the command line's text to what a config file would have. What it cannot read, it leaves to the schema. */
  fromText: (text: string) => unknown;
}

function number(text: string): unknown {
  const value = Number(text);
  return text.trim() === "" || Number.isNaN(value) ? text : value;
}

export function whole(least: number, most = Number.MAX_SAFE_INTEGER): Kind<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  const expected = `expected a whole number ${range}`;
  const schema = v.pipe(
    v.number(expected),
    v.integer(expected),
    v.minValue(least, expected),
    v.maxValue(most, `expected a whole number from ${least} to ${most}`),
  );
  return { schema, placeholder: "N", fromText: number };
}

export function numberFrom(least: number, below = Infinity): Kind<number> {
  const expected = `expected a number of at least ${least}${below === Infinity ? "" : ` and below ${below}`}`;
  const inRange = (value: number) => value >= least && value < below;
  return { schema: v.pipe(v.number(expected), v.check(inRange, expected)), placeholder: "X", fromText: number };
}

export function between(least: number, most = Infinity): Kind<number> {
  const expected = `expected a number above ${least}${most === Infinity ? "" : ` and below ${most}`}`;
  const inRange = (value: number) => value > least && value < most;
  return { schema: v.pipe(v.number(expected), v.check(inRange, expected)), placeholder: "X", fromText: number };
}

export function choice<T extends string>(...values: T[]): Kind<T> {
  const schema = v.picklist(values, `expected ${values.slice(0, -1).join(", ")} or ${values.at(-1)}`);
  return { schema, placeholder: "NAME", values, fromText: (text) => text };
}

export const yesOrNo: Kind<boolean> = { schema: v.boolean("expected true or false"), fromText: (text) => text };

const WEIGHTS = 'expected "balanced", or a weight of at least 0 for each class, and not 0 for all';

const isWeights = (value: unknown): value is "balanced" | number[] =>
  value === "balanced" ||
  (Array.isArray(value) &&
    value.every((weight) => typeof weight === "number" && weight >= 0 && weight < Infinity) &&
    value.some((weight) => weight > 0));

export const classWeights: Kind<"balanced" | number[]> = {
  schema: v.custom(isWeights, WEIGHTS),
  placeholder: "W,...",
  fromText: (text) => (text === "balanced" ? text : text.split(",").map(number)),
};

export const path: Kind<string> = {
  schema: v.pipe(v.string("expected a path"), v.nonEmpty("expected a path")),
  placeholder: "DIR",
  fromText: (text) => text,
};

const STRENGTHS = "expected names with strengths, as in flip=0.5,rotate=10";

export const augment: Kind<AugmentOptions> = {
  schema: v.record(v.string(), v.number(STRENGTHS), STRENGTHS),
  placeholder: "NAME=X,...",
  fromText: (text) => {
    const pairs = text.split(",").map((part) => part.split("="));
    if (pairs.some((pair) => pair.length !== 2)) return text;
    return Object.fromEntries(pairs.map(([name, strength]) => [name.trim(), number(strength)]));
  },
};
