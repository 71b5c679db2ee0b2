/** What functions are given: each kind of argument said once, one check for arguments, and one for options. */

import { nearestName } from "./nearest-name.js";
import { isPromise, show } from "./show.js";

/** Thrown for an argument or an option of the wrong kind, one that is missing, and an option that there is not. */
export class ArgumentError extends TypeError {
  override readonly name = "ArgumentError";
}

/** What an argument may be. */
export interface Kind<T> {
  /** Completes "lr must be …". */
  readonly expected: string;
  /** Whether a value is of this kind. */
  readonly accepts: (value: unknown) => value is T;
  /** Whether a value that is not accepted is only out of range. */
  readonly inKind?: (value: unknown) => boolean;
  /** What to write instead of this value, where that can be told. */
  readonly hint?: (value: unknown) => string | undefined;
}

/** The kind of an option that has no default. */
export interface NeededKind<T> extends Kind<T> {
  readonly needed: true;
}

/**
 * A kind for each option. A table that lacks one of the names in the interface `O`, has another one, or allows what the
 * interface does not, is a compile error: what is checked cannot drift from what is declared.
 */
export type OptionKinds<O> = {
  readonly [Name in keyof O]-?: undefined extends O[Name] ? Kind<Exclude<O[Name], undefined>> : NeededKind<O[Name]>;
};

// ---- the checks --------------------------------------------------------------------------------

/** What to write instead, where that can be told. */
function adviceOn(value: unknown, hint: Kind<unknown>["hint"]): string {
  const advice = isPromise(value) ? "await it first" : hint?.(value);
  return advice === undefined ? "" : `; ${advice}`;
}

function refuse(who: string, what: string, value: unknown, { expected, inKind, hint }: Kind<unknown>): never {
  const Refusal = inKind?.(value) ? RangeError : ArgumentError;
  throw new Refusal(`${who}: ${what} must be ${expected}, got ${show(value)}${adviceOn(value, hint)}`);
}

/**
 * Checks one argument.
 * @param who is called, for messages: "conv2d"
 * @param what the argument is called
 * @param value what was given for it
 * @throws RangeError for a number out of its range, a string that is none of the possible ones
 * @throws ArgumentError for whatever else is not of this kind
 */
export function checkArgument(who: string, what: string, value: unknown, kind: Kind<unknown>): void {
  if (!kind.accepts(value)) refuse(who, what, value, kind);
}

/**
 * Checks an object of options: that there is no other name than those of the table, and every value is of its kind.
 * What is undefined has not been given.
 * @param who is called, for messages: "conv2d"
 * @param kinds what each option may be
 * @throws ArgumentError naming the option, those that there are, and the one that may have been meant
 * @throws RangeError for a number out of its range
 */
export function checkOptions<O extends object>(who: string, options: O, kinds: OptionKinds<O>): void {
  const table = kinds as Readonly<Record<string, Kind<unknown> | NeededKind<unknown>>>;
  if (!aPlainObject.accepts(options)) {
    refuse(who, "options", options, {
      ...aPlainObject,
      hint: () => {
        if (options === null) return "leave them out";
        const value = typeof options === "object" || options === undefined ? "…" : show(options);
        return `say which option you mean, as in { ${Object.keys(table)[0]}: ${value} }`;
      },
    });
  }
  for (const name of Object.keys(options)) {
    const value = options[name as keyof O];
    if (value !== undefined) checkOption(who, name, value, kinds);
  }
  for (const name of neededNames(table)) {
    if (options[name as keyof O] === undefined) {
      throw new ArgumentError(`${who}: the option "${name}" is missing; it must be ${table[name].expected}`);
    }
  }
}

/** The same for one of them, which must not be undefined: for options that are changed later. */
export function checkOption<O extends object>(who: string, name: string, value: unknown, kinds: OptionKinds<O>): void {
  if (!Object.hasOwn(kinds, name)) {
    throw new ArgumentError(`${who}: unknown option "${name}"${insteadOf(name, Object.keys(kinds))}`);
  }
  checkArgument(who, name, value, kinds[name as keyof O]);
}

/**
 * Refuses what is given behind the last argument: JavaScript passes it over, and elsewhere it means something. The index and
 * the list that `map` and `reduce` give are no more than passed over; but no index must become the last argument.
 * @param call all that there is to be given: "softmax(x, dim)"
 * @throws ArgumentError
 */
export function refuseMore(call: string, more: readonly unknown[]): void {
  const [first, list] = more;
  if (more.every((value) => value === undefined)) return;
  if (more.length === 2 && isNumber(first) && Array.isArray(list)) return;
  const who = call.slice(0, call.indexOf("("));
  if (aPlainObject.accepts(first)) checkOptions(who, first, {});
  const isMap = Array.isArray(first) && first.every((item) => typeof item === "object");
  const advice = isMap ? `; in map(), whose index it would take, write (x) => ${who}(x, …)` : "";
  throw new ArgumentError(`${who}: there is nothing behind ${call}, got ${show(first)}${advice}`);
}

/** By table: the names of what has to be given. Operations are called ten thousand times a second, tables stay. */
const neededByTable = new WeakMap<object, readonly string[]>();

function neededNames(table: Readonly<Record<string, Kind<unknown> | NeededKind<unknown>>>): readonly string[] {
  let names = neededByTable.get(table);
  if (!names) {
    names = Object.keys(table).filter((name) => "needed" in table[name]);
    neededByTable.set(table, names);
  }
  return names;
}

/** What there is in the place of an option that there is not. */
function insteadOf(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  const all = known.length === 0 ? "it has none" : `it has ${known.join(", ")}`;
  return nearest === undefined ? `; ${all}` : `; did you mean "${nearest}"? ${all[0].toUpperCase()}${all.slice(1)}`;
}

// ---- kinds -------------------------------------------------------------------------------------

/** An option that has to be given. */
export function needed<T>(kind: Kind<T>): NeededKind<T> {
  return { ...kind, needed: true };
}

export const aBoolean: Kind<boolean> = {
  expected: "true or false",
  accepts: (value) => typeof value === "boolean",
};

export const aString: Kind<string> = { expected: "a string", accepts: (value) => typeof value === "string" };

const isNumber = (value: unknown): value is number => typeof value === "number";

/** NaN and infinity are numbers, too. */
export const aNumber: Kind<number> = { expected: "a number", accepts: isNumber };

/** Numbers that pass `isRight`; `expected`: "a number from 0 to 1". */
export function numberThat(expected: string, isRight: (value: number) => boolean): Kind<number> {
  return { expected, inKind: isNumber, accepts: (value): value is number => isNumber(value) && isRight(value) };
}

/** At least `least`, and below `below`. */
export function numberFrom(least: number, below = Infinity): Kind<number> {
  const range =
    below === Infinity ? `a finite number of at least ${least}` : `a number from ${least} to below ${below}`;
  return numberThat(range, (value) => value >= least && value < below);
}

/** From `least` to `most`, both included. */
export function numberUpTo(least: number, most: number): Kind<number> {
  return numberThat(`a number from ${least} to ${most}`, (value) => value >= least && value <= most);
}

/** An integer of at least `least`, and at most `most`. */
export function wholeFrom(least: number, most = Infinity): Kind<number> {
  const atLeast = least === 1 ? "a positive integer" : `an integer of at least ${least}`;
  const range = most === Infinity ? atLeast : `an integer from ${least} to ${most}`;
  return numberThat(range, (value) => Number.isSafeInteger(value) && value >= least && value <= most);
}

/** How many there are of something. */
export const aCount: Kind<number> = wholeFrom(1);

/** One of these strings. */
export function oneOf<T extends string>(...values: readonly T[]): Kind<T> {
  const quoted = values.map((value) => `"${value}"`);
  return {
    expected: quoted.length === 1 ? quoted[0] : `${quoted.slice(0, -1).join(", ")} or ${quoted.at(-1)}`,
    inKind: aString.accepts,
    accepts: (value): value is T => values.includes(value as T),
  };
}

/** `expected`: "a Generator". Subclasses are of this kind, too. */
export function instanceOf<T extends object>(
  expected: string,
  type: abstract new (...args: never) => T,
  hint?: Kind<T>["hint"],
): Kind<T> {
  return { expected, accepts: (value): value is T => value instanceof type, hint };
}

/** Any function; what it takes and gives is for TypeScript to say. */
export function functions<F extends (...inputs: never) => unknown>(): Kind<F> {
  return { expected: "a function", accepts: (value): value is F => typeof value === "function" };
}

export const aFunction = functions();

/** `{ … }`: what has names in it and is nothing else. */
export const aPlainObject: Kind<object> = {
  expected: "an object { … }",
  accepts: (value): value is object => {
    if (typeof value !== "object" || value === null) return false;
    const prototype = Object.getPrototypeOf(value);
    // One of another realm (a frame, a vm) has an Object.prototype of its own.
    return prototype === Object.prototype || prototype === null || Object.getPrototypeOf(prototype) === null;
  },
};

/** A list of numbers or a typed array of them. Of a list, whoever reads it checks the elements. */
export const numbers: Kind<ArrayLike<number>> = {
  expected: "a list of numbers",
  accepts: (value): value is ArrayLike<number> => Array.isArray(value) || isNumberArray(value),
};

/** A typed array, but for those whose elements are BigInts. */
export function isNumberArray(value: unknown): value is ArrayBufferView & ArrayLike<number> {
  return ArrayBuffer.isView(value) && "length" in value && !/^Big/.test(value.constructor.name);
}

/** Two values of one kind. */
export function twoOf<T>(expected: string, { accepts, inKind }: Kind<T>): Kind<readonly [T, T]> {
  const areTwo = (value: unknown, test: (item: unknown) => boolean): value is readonly [T, T] =>
    Array.isArray(value) && value.length === 2 && value.every(test);
  return {
    expected,
    inKind: inKind && ((value) => areTwo(value, inKind)),
    accepts: (value): value is readonly [T, T] => areTwo(value, accepts),
  };
}

/** A list whose elements are of one kind; `expected`: "a list of parameters". */
export function listOf<T>(expected: string, { accepts, hint }: Kind<T>): Kind<T[]> {
  return {
    expected,
    accepts: (value): value is T[] => Array.isArray(value) && Array.from(value).every(accepts),
    hint: (value) => {
      const wrong = Array.isArray(value) ? value.findIndex((item) => !accepts(item)) : -1;
      if (wrong === -1) return hint?.(value);
      const item = (value as unknown[])[wrong];
      const advice = hint?.(item);
      return `element ${wrong} is ${show(item)}${advice === undefined ? "" : `; ${advice}`}`;
    },
  };
}
