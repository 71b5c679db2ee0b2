/** Objects that refuse to have set what they do not have, and what cannot be replaced: something else was meant. */

import { ArgumentError } from "./arguments.js";

/** Prototypes of objects that have no properties but those they are born with. */
const complete = new WeakSet<object>();

/** Internal: from now on, objects of this class are complete. A subclass of yours may add what it likes. */
export function makeComplete(type: { readonly prototype: object }): void {
  complete.add(type.prototype);
  guardMembers(type);
}

/** Why it cannot be set, where there is no more to say. */
const MADE_ONCE = "make another";

/** Internal: gives a property a setter that throws; but a function may take the place of a method. */
export function guard(owner: object, name: string, get: () => unknown, advice: string): void {
  Object.defineProperty(owner, name, {
    configurable: true,
    get,
    set(value: unknown) {
      if (typeof value !== "function" || typeof get.call(this) !== "function") {
        throw new ArgumentError(`${this.constructor.name}.${name} cannot be set: ${advice}`);
      }
      guard(this, name, () => value, advice);
    },
  });
}

/**
 * Internal: from now on, the methods of a class may only be replaced by functions, and what has no setter says so.
 * @param type its own methods are meant, not those that it inherits
 * @param advice what to write instead of setting what can only be read
 */
export function guardMembers({ prototype }: { readonly prototype: object }, advice = MADE_ONCE): void {
  for (const [name, { value, get, set }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
    if (set) continue;
    const instead = get ? advice : `write x.${name}(…), or give what is yours another name`;
    guard(prototype, name, get ?? (() => value), instead);
  }
}

/** Internal: what an object has by now can only be read. A subclass of yours may define it anew. */
export function fixFields(object: object, advice = MADE_ONCE): void {
  for (const [name, value] of Object.entries(object)) guard(object, name, () => value, advice);
}

/** Whether an object has all the properties that it will ever have. */
export function isComplete(object: object): boolean {
  return complete.has(Object.getPrototypeOf(object));
}

/** Why an object refuses a name; undefined where it does not. */
type Refusal<T> = (object: T, name: string) => string | undefined;

/**
 * From now on, a property that no object of `type` is born with may be refused.
 * @param type a class that extends no other
 * @param onSet asked when one is set
 * @param onRead asked when one is read
 */
export function refuseNames<T extends object>(
  type: { readonly prototype: T },
  onSet: Refusal<T>,
  onRead: Refusal<T>,
): void {
  const ask = (refusal: Refusal<T>, object: T, name: string | symbol) => {
    const reason = typeof name === "string" ? refusal(object, name) : undefined;
    if (reason !== undefined) throw new ArgumentError(reason);
  };
  // Behind all prototypes, where only what none of them has is looked for: what there is is found as fast as ever.
  const end = new Proxy(Object.prototype, {
    get(target, name, receiver) {
      ask(onRead, receiver, name);
      return Reflect.get(target, name, receiver);
    },
    set(target, name, value, receiver) {
      ask(onSet, receiver, name);
      return Reflect.set(target, name, value, receiver);
    },
  });
  Object.setPrototypeOf(type.prototype, end);
}

/** "state_dict", as Python has it, in camelCase. What begins with an underscore is a program's own. */
function inCamelCase(name: string): string {
  return name.startsWith("_") ? name : name.replace(/_+([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Refuses to have read what an object has in camelCase, and what is called otherwise elsewhere.
 * @param elsewhere by names of elsewhere, in camelCase: what is written here
 */
export function refuseSpellings<T extends object>(elsewhere: Readonly<Record<string, string>> = {}): Refusal<T> {
  return (object, name) => {
    const camelCase = inCamelCase(name);
    const isSpelling = camelCase !== name && camelCase in object;
    const here = isSpelling ? camelCase : Object.hasOwn(elsewhere, camelCase) ? elsewhere[camelCase] : undefined;
    return here && `${object.constructor.name} has no ${name}; write ${here}`;
  };
}

/**
 * Internal: from now on, objects of this class and complete ones that extend it refuse to have a property set that they do
 * not have.
 * @param type a class that extends no other
 * @param advice what to write instead
 * @param elsewhere see `refuseSpellings`
 */
export function refuseOtherNames(
  type: { readonly prototype: object },
  advice: string,
  elsewhere?: Readonly<Record<string, string>>,
): void {
  makeComplete(type);
  refuseNames(
    type,
    (object, name) =>
      isComplete(object) ? `${object.constructor.name} has no property ${name}: ${advice}` : undefined,
    refuseSpellings(elsewhere),
  );
}
