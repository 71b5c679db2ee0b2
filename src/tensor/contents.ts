/** contents: what is in a list, a set, a map or a plain object, however nested. */

import { aPlainObject } from "./arguments.js";

/** What a collection holds, by index or key; nothing for any other value. */
function entriesOf(value: unknown): [name: string, item: unknown][] {
  if (Array.isArray(value) || value instanceof Set) return [...value].map((item, i) => [String(i), item]);
  if (value instanceof Map) return Array.from(value, ([key, item]) => [String(key), item]);
  return aPlainObject.accepts(value) ? Object.entries(value) : [];
}

/**
 * The items in `value` that `isWanted` picks, by their place in it: "0", "left.1".
 * @param around what this one is nested in: it may be part of itself
 */
export function contents<T>(
  value: unknown,
  isWanted: (item: unknown) => item is T,
  around: readonly unknown[] = [],
): [name: string, item: T][] {
  if (around.includes(value)) return [];
  const path = [...around, value];
  return entriesOf(value).flatMap(([name, item]): [name: string, item: T][] => {
    if (isWanted(item)) return [[name, item]];
    return contents(item, isWanted, path).map(([rest, found]) => [`${name}.${rest}`, found]);
  });
}
