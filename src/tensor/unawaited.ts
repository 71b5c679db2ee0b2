/** What is asked of a tensor's numbers before they have been awaited: an error, where JavaScript would go on with nonsense. */

import { ArgumentError } from "./arguments.js";
import { Tensor } from "./tensor.js";

/** What a promise inherits that refuses to be taken for what it will give: `total += x.item()`, `x.item() < best`, `x.data()[0]`. */
function refusing(method: string): object {
  const refuse = (): never => {
    throw new ArgumentError(`x.${method}() is a promise: write await x.${method}()`);
  };
  return Object.create(Promise.prototype, {
    [Symbol.toPrimitive]: { value: refuse },
    length: { get: refuse },
    0: { get: refuse },
  });
}

/** Internal: from now on, promises of numbers do so. */
export function refuseUnawaited(): void {
  for (const method of ["data", "item"] as const) {
    const read: () => Promise<unknown> = Tensor.prototype[method];
    const prototype = refusing(method);
    Object.defineProperty(Tensor.prototype, method, {
      value(this: Tensor) {
        return Object.setPrototypeOf(read.call(this), prototype);
      },
      writable: true,
      configurable: true,
    });
  }
}
