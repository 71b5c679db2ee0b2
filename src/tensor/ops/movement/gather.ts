/** Single elements by their indices along one axis: gather takes them, scatterAdd adds to them. */

import { refuseMore } from "../../arguments.js";
import { checkSameBackend, record } from "../../autograd.js";
import { scope } from "../../scope.js";
import { formatShape, normalizeDim, type Shape, ShapeError, sameShape, stridesOf } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { type Indices, readIndices } from "../indices.js";
import { add } from "../pointwise/arithmetic.js";
import { indexSelect } from "./index-select.js";
import { reshape } from "./reshape.js";

/** Where the elements that `index` names are in a tensor of `shape`, laid out row by row. */
function positions(who: string, shape: Shape, dim: number, index: { flat: Int32Array; shape: Shape }): Int32Array {
  const tooLarge = index.shape.findIndex((n, d) => d !== dim && n > shape[d]);
  if (index.shape.length !== shape.length || tooLarge !== -1) {
    throw new ShapeError(
      `${who}: indices ${formatShape(index.shape)} need as many axes as ${formatShape(shape)}, none larger but axis ${dim}`,
    );
  }
  const strides = stridesOf(shape);
  const own = stridesOf(index.shape);
  return index.flat.map((i, at) => {
    let rest = at;
    return own.reduce((position, stride, d) => {
      const place = Math.floor(rest / stride);
      rest -= place * stride;
      return position + strides[d] * (d === dim ? i : place);
    }, 0);
  });
}

/**
 * y[i, j, …] = x[i, index[i, j, …], …], the index standing for the place along `dim`. Repeats are allowed; their
 * gradients add up.
 * @param index 0 … n − 1, in lists nested as deep as x has axes, or a tensor that can be read at once; or flat, with a shape
 * @param shape of a flat index
 * @throws ShapeError when an index is out of range, or the index has another number of axes
 */
export function gather(x: Tensor, dim: number, index: Indices | Tensor, shape?: Shape, ...more: never[]): Tensor {
  refuseMore("gather(x, dim, index, shape)", more);
  checkTensor("gather", "x", x);
  const d = normalizeDim(dim, x.shape.length, "gather");
  const read = readIndices("gather", index, shape, x.shape[d]);
  const flat = positions("gather", x.shape, d, read);
  return scope(() => reshape(indexSelect(reshape(x, [-1]), 0, flat), read.shape));
}

/** Zeros in the given shape with each element of `src` added at its position. */
function scattered(src: Tensor, at: Int32Array, shape: Shape, size: number): Tensor {
  const storage = src.backend.indexAdd(src.storage, at, { outer: 1, n: size, inner: 1 });
  const gradients = (g: Tensor) => [() => reshape(indexSelect(reshape(g, [-1]), 0, at), src.shape)];
  return record("scatter", [src], shape, storage, gradients, []);
}

/**
 * x, with each element of `src` added at its index along `dim`: y[i, index[i, j, …], …] += src[i, j, …].
 * @param index 0 … n − 1 in the shape of `src`; nested lists, a tensor that can be read at once, or flat
 * @param src what is added, with as many axes as x
 * @throws ShapeError when an index is out of range, or `index` and `src` differ in shape
 */
export function scatterAdd(x: Tensor, dim: number, index: Indices | Tensor, src: Tensor, ...more: never[]): Tensor {
  refuseMore("scatterAdd(x, dim, index, src)", more);
  checkTensor("scatterAdd", "x", x);
  checkTensor("scatterAdd", "src", src);
  checkSameBackend("scatterAdd", [x, src]);
  const d = normalizeDim(dim, x.shape.length, "scatterAdd");
  const read = readIndices("scatterAdd", index, undefined, x.shape[d]);
  const shape = read.shape.length === 1 ? src.shape : read.shape;
  if (!sameShape(shape, src.shape) || read.flat.length !== src.size) {
    throw new ShapeError(
      `scatterAdd: the indices ${formatShape(read.shape)} and src ${formatShape(src.shape)} must have the same shape`,
    );
  }
  const at = positions("scatterAdd", x.shape, d, { flat: read.flat, shape });
  return scope(() => add(x, scattered(src, at, x.shape, x.size)));
}
