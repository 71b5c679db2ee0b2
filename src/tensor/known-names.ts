/** Objects that refuse to have a property set that they do not have: whoever sets one has meant another. */

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
 */
export function refuseNames<T extends object>(
  type: { readonly prototype: T },
  refusal: (object: T, name: string) => string | undefined,
): void {
  // Behind all prototypes, where only what none of them has is looked for: what there is is found as fast as ever.
  const end = new Proxy(Object.prototype, {
    set(target, name, value, receiver) {
      const reason = typeof name === "string" ? refusal(receiver, name) : undefined;
      if (reason !== undefined) throw new ArgumentError(reason);
      return Reflect.set(target, name, value, receiver);
    },
  });
  Object.setPrototypeOf(type.prototype, end);
}
