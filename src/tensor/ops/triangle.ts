/** tril and triu: matrices without what is above or below a diagonal. */

import { checkArgument, numberThat, refuseMore } from "../arguments.js";
import { scope } from "../scope.js";
import { formatShape, ShapeError } from "../shape.js";
import { checkTensor, type Tensor, wrap } from "../tensor.js";
import { keepWhere } from "./pointwise/keep-where.js";

const aWhole = numberThat("a whole number", Number.isInteger);

/** The elements whose place (column − row) is among those that `keeps` says. */
function triangle(who: string, x: Tensor, diagonal: number, keeps: (place: number) => boolean): Tensor {
  checkTensor(who, "x", x);
  checkArgument(who, "diagonal", diagonal, aWhole);
  if (x.shape.length < 2) throw new ShapeError(`${who}: expected matrices [..., n, m], got ${formatShape(x.shape)}`);
  const [rows, columns] = x.shape.slice(-2);
  const kept = Float32Array.from({ length: rows * columns }, (_, i) =>
    keeps((i % columns) - Math.floor(i / columns)) ? 1 : 0,
  );
  return scope(() => keepWhere(x, wrap([rows, columns], x.backend.upload(kept), x.backend)));
}

/**
 * The lower triangle of each matrix [..., n, m], zeros above it: `tril(ones([n, n]))` is the mask of what each place may
 * see in a text.
 * @param diagonal the last diagonal that stays: 1 is the one above the main one, −1 the one below
 * @throws ShapeError when x has fewer than two axes
 */
export function tril(x: Tensor, diagonal = 0, ...more: never[]): Tensor {
  refuseMore("tril(x, diagonal)", more);
  return triangle("tril", x, diagonal, (place) => place <= diagonal);
}

/**
 * The upper triangle of each matrix [..., n, m], zeros below it.
 * @param diagonal the first diagonal that stays: 1 is the one above the main one, −1 the one below
 * @throws ShapeError when x has fewer than two axes
 */
export function triu(x: Tensor, diagonal = 0, ...more: never[]): Tensor {
  refuseMore("triu(x, diagonal)", more);
  return triangle("triu", x, diagonal, (place) => place >= diagonal);
}
