/** What JavaScript makes of a tensor: its text, and errors where it would make nonsense of it. */

import { ArgumentError } from "./arguments.js";
import { INSPECT } from "./inspect.js";
import { printNumbers } from "./print.js";
import type { Tensor } from "./tensor.js";

/** Methods that `methods.ts` gives to every tensor. */
export const conversions = {
  /**
   * The title and the numbers, rounded and aligned as PyTorch does; of more than 1,000, only some at the ends of each
   * axis. What has been freed, and what is on a device that cannot be read at once, says so.
   */
  toString(this: Tensor): string {
    const { title, backend, shape, freed } = this;
    if (freed) return `${title}, freed: ${freed}`;
    if (backend.failure) return `${title}, lost: ${backend.failure}`;
    if (!backend.readSync) return `${title}, on a device that cannot be read at once: await data()`;
    return `${title}\n${printNumbers(backend, this.numbers.storage, shape)}`;
  },

  /**
   * Internal: the text for `${x}`. Operators would make NaN, false or half a sentence of a tensor.
   * @throws ArgumentError for x * 2, x < y, x + 1, Number(x)
   */
  [Symbol.toPrimitive](this: Tensor, hint: string): string {
    if (hint === "string") return this.toString();
    throw new ArgumentError(
      `${this.title} is no number: write x.add(y), x.mul(2), gt(x, y), …, take the number by await x.item(), or its text by \`\${x}\``,
    );
  },

  /**
   * Internal: JSON would hold everything but the numbers.
   * @throws ArgumentError always
   */
  toJSON(this: Tensor): never {
    throw new ArgumentError(
      `${this.title} does not go into JSON: Array.from(await x.data()) has its numbers; saveSafetensors saves a stateDict()`,
    );
  },

  /** Internal: what `console.log` shows in Node. Deep inside of other objects, the title is enough. */
  [INSPECT](this: Tensor, depth: number): string {
    return depth > 0 ? this.toString() : this.title;
  },
};
