/** What is asked of a tensor's numbers before they have been awaited: an error, where JavaScript would go on with nonsense. */

import { ArgumentError } from "./arguments.js";
import { Tensor } from "./tensor.js";

/** Makes a promise refuse to be taken for what it will give: `total += x.item()`, `x.item() < best`, `x.data()[0]`. */
function refuseUse<T>(promise: Promise<T>, method: string): Promise<T> {
  const refuse = (): never => {
    throw new ArgumentError(`x.${method}() is a promise: write await x.${method}()`);
  };
  return Object.defineProperties(promise, {
    [Symbol.toPrimitive]: { value: refuse },
    length: { get: refuse },
    0: { get: refuse },
  });
}

/** Internal: from now on, promises of numbers do so. */
export function refuseUnawaited(): void {
  for (const method of ["data", "item"] as const) {
    const read: () => Promise<unknown> = Tensor.prototype[method];
    Object.defineProperty(Tensor.prototype, method, {
      value(this: Tensor) {
        return refuseUse(read.call(this), method);
      },
      writable: true,
      configurable: true,
    });
  }
}
