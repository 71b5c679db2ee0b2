/** argMax, composed: the lowest of the places where the maximum is. */

import type { Composed, Primitives } from "../backend.js";
import { calculate, type Sheet, type Values } from "./values.js";

/** 1 where x is NaN, the only value that does not equal itself, 0 elsewhere. */
export function nansOf(x: Values): Values {
  return x.eq(x).sub(1).mul(-1);
}

/** The numbers 0 … n − 1, and n more where `first` is 0: so the lowest along the last axis is the first 1 of `first`. */
export function placesOf(sheet: Sheet, first: Values): Values {
  const n = first.shape[first.shape.length - 1];
  return first.sub(1).mul(-n).add(sheet.counts(n));
}

export const argMax = (backend: Primitives): Pick<Composed, "argMax"> => ({
  argMax: (x, { outer, n, inner }) =>
    calculate(backend, (sheet) => {
      const lines = sheet.given(x, [outer, n, inner]).view([outer, inner, n], [n * inner, 1, inner]);
      // NaN is the maximum wherever it occurs.
      const winners = lines.eq(lines.max(2)).add(nansOf(lines));
      return placesOf(sheet, winners).min(2).keep();
    }),
});
