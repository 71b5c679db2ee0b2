/** Kinds of arguments that the engine has no use for itself: ranges, options inside of options, signals, files. */

import { aPlainObject, instanceOf, type Kind, type NeededKind, numberThat, type OptionKinds } from "./arguments.js";
import { show } from "./show.js";

/** Above `above`, and at most `most`. */
export function numberAbove(above: number, most = Infinity): Kind<number> {
  const range = `a number above ${above}${most === Infinity ? "" : ` and up to ${most}`}`;
  return numberThat(range, (value) => value > above && value <= most);
}

/** Between two numbers, which it is not. */
export function numberBetween(above: number, below: number): Kind<number> {
  return numberThat(`a number between ${above} and ${below}`, (value) => value > above && value < below);
}

/** An object of options inside of others. */
export function optionsOf<O extends object>(kinds: OptionKinds<O>): Kind<O> {
  const table = Object.entries<Kind<unknown> | NeededKind<unknown>>(kinds);
  return {
    expected: `an object { ${table.map(([name, { expected }]) => `${name}: ${expected}`).join(", ")} }`,
    accepts: (value): value is O => {
      if (!aPlainObject.accepts(value)) return false;
      const given = new Map(Object.entries(value).filter(([, value]) => value !== undefined));
      const fit = table.filter(([name, kind]) =>
        given.has(name) ? kind.accepts(given.get(name)) : !("needed" in kind),
      );
      return fit.length === table.length && [...given.keys()].every((name) => Object.hasOwn(kinds, name));
    },
    hint: (value) => {
      if (!aPlainObject.accepts(value)) return undefined;
      const wrong = Object.entries(value).find(([name, item]) => !kinds[name as keyof O]?.accepts(item));
      return wrong && `${wrong[0]} is ${show(wrong[1])}`;
    },
  };
}

/** What stops something that takes long. */
export const aSignal: Kind<AbortSignal> = instanceOf("an AbortSignal", AbortSignal, (value) =>
  value instanceof AbortController ? "its signal is one" : undefined,
);

/** Strings by name. */
export const texts: Kind<Record<string, string>> = {
  expected: "an object of strings",
  accepts: (value): value is Record<string, string> =>
    aPlainObject.accepts(value) && Object.values(value).every((text) => typeof text === "string"),
};

/** The content of a file. */
export const bytes: Kind<Uint8Array> = {
  expected: "a Uint8Array, the bytes of a file",
  accepts: (value): value is Uint8Array => value instanceof Uint8Array,
  hint: (value) => {
    if (typeof value === "string") return "read the file first, by readFile(path)";
    return value instanceof ArrayBuffer ? "new Uint8Array(…) makes one of it" : undefined;
  },
};

/** Where a file or a folder is. */
export const aPath: Kind<string> = {
  expected: "a path",
  accepts: (value): value is string => typeof value === "string" && value !== "",
};
