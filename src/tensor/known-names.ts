/** Objects that refuse names that they do not have: whoever sets or reads one has meant another. */

import { ArgumentError } from "./arguments.js";

/** Prototypes of objects that have no properties but those they are born with. */
const complete = new WeakSet<object>();

/** Internal: from now on, objects of this class are complete. A subclass of yours may add what it likes. */
export function makeComplete(type: { readonly prototype: object }): void {
  complete.add(type.prototype);
}

/** Whether an object has all the properties that it will ever have. */
export function isComplete(object: object): boolean {
  return complete.has(Object.getPrototypeOf(object));
}

/**
 * From now on, to set a property that no object of `type` is born with asks `refusal` first.
 * @param type a class that extends no other
 * @param refusal why the object refuses a name; undefined where it takes it
 * @param reading whether to read one asks, too
 */
export function refuseNames<T extends object>(
  type: { readonly prototype: T },
  refusal: (object: T, name: string) => string | undefined,
  reading = false,
): void {
  const ask = (object: T, name: string | symbol) => {
    const reason = typeof name === "string" ? refusal(object, name) : undefined;
    if (reason !== undefined) throw new ArgumentError(reason);
  };
  // Behind all prototypes, where only what none of them has is looked for: what there is is found as fast as ever.
  const end = new Proxy(Object.prototype, {
    get(target, name, receiver) {
      if (reading) ask(receiver, name);
      return Reflect.get(target, name, receiver);
    },
    set(target, name, value, receiver) {
      ask(receiver, name);
      return Reflect.set(target, name, value, receiver);
    },
  });
  Object.setPrototypeOf(type.prototype, end);
}

/**
 * Internal: from now on, objects of this class and complete ones that extend it refuse to have a property set that they do
 * not have.
 * @param type a class that extends no other
 * @param advice what to write instead
 */
export function refuseOtherNames(type: { readonly prototype: object }, advice: string): void {
  makeComplete(type);
  refuseNames(type, (object, name) =>
    isComplete(object) ? `${object.constructor.name} has no property ${name}: ${advice}` : undefined,
  );
}
