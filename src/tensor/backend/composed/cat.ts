/** cat, composed: each half is padded by the other's place, and the two are added. */

import type { Composed, Primitives } from "../backend.js";
import { calculate, type Values } from "./values.js";

/** Parts [outer, n_i, inner] along their middle axis, by halves: each number is moved as often as they can be halved. */
function joined(parts: readonly Values[]): Values {
  if (parts.length === 1) return parts[0];
  const half = Math.ceil(parts.length / 2);
  const [first, second] = [joined(parts.slice(0, half)), joined(parts.slice(half))];
  const [outer, n, inner] = first.shape;
  const shape = [outer, n + second.shape[1], inner];
  const whole = first.pad(shape, [0, 0, 0], [1, 1, 1], 0);
  whole.accumulate(second.pad(shape, [0, n, 0], [1, 1, 1], 0), 1, 1);
  return whole;
}

export const cat = (backend: Primitives): Pick<Composed, "cat"> => ({
  cat: (parts, sizes, outer, inner) =>
    calculate(backend, (sheet) => {
      const boxes = parts.map((part, i) => sheet.given(part, [outer, sizes[i], inner]));
      // A single part is copied: the result is never one of the parts.
      return (boxes.length === 1 ? boxes[0].pad(boxes[0].shape, [0, 0, 0], [1, 1, 1], 0) : joined(boxes)).keep();
    }),
});
