/** Several tensors as one: cat, stack. */

import { checkArgument, refuseMore } from "../../arguments.js";
import { checkSameBackend, record } from "../../autograd.js";
import { scope } from "../../scope.js";
import { formatShape, normalizeDim, ShapeError, sameShape, sizeOf } from "../../shape.js";
import type { Tensor } from "../../tensor.js";
import { aTensorList } from "../../tensor-list.js";
import { reshape } from "./reshape.js";
import { slice } from "./slice.js";

/**
 * Joins `tensors` along `dim`; their other sizes must agree.
 * @throws ShapeError naming the tensor and the axis that differs.
 */
export function cat(tensors: readonly Tensor[], dim = 0, ...more: never[]): Tensor {
  refuseMore("cat(tensors, dim)", more);
  checkArgument("cat", "tensors", tensors, aTensorList);
  if (tensors.length === 0) throw new ShapeError("cat: expected at least one tensor");
  checkSameBackend("cat", tensors);
  const [first] = tensors;
  const d = normalizeDim(dim, first.shape.length, "cat");
  tensors.forEach((t, i) => {
    const axis = first.shape.findIndex((n, axis) => axis !== d && n !== t.shape[axis]);
    if (t.shape.length !== first.shape.length || axis !== -1) {
      throw new ShapeError(
        `cat: tensor ${i} has shape ${formatShape(t.shape)}, tensor 0 ${formatShape(first.shape)}: ` +
          `all sizes but that of axis ${d} must agree${axis === -1 ? "" : `; they differ along axis ${axis}`}`,
      );
    }
  });
  const sizes = tensors.map((t) => t.shape[d]);
  const shape = first.shape.map((n, axis) => (axis === d ? sizes.reduce((a, b) => a + b, 0) : n));
  const outer = sizeOf(shape.slice(0, d));
  const inner = sizeOf(shape.slice(d + 1));
  const storage = first.backend.cat(
    tensors.map((t) => t.storage),
    sizes,
    outer,
    inner,
  );
  const ends: number[] = [];
  for (const size of sizes) ends.push((ends.at(-1) ?? 0) + size);
  const gradients = (g: Tensor) => ends.map((end, i) => () => slice(g, d, end - sizes[i], end));
  return record("cat", tensors, shape, storage, gradients, [], { dim: d });
}

/**
 * Joins `tensors` of one shape along a new axis `dim`.
 * @throws ShapeError when there are none, or their shapes differ
 */
export function stack(tensors: readonly Tensor[], dim = 0, ...more: never[]): Tensor {
  refuseMore("stack(tensors, dim)", more);
  checkArgument("stack", "tensors", tensors, aTensorList);
  if (tensors.length === 0) throw new ShapeError("stack: expected at least one tensor");
  const { shape } = tensors[0];
  const d = normalizeDim(dim, shape.length + 1, "stack");
  tensors.forEach((t, i) => {
    if (!sameShape(t.shape, shape)) {
      throw new ShapeError(
        `stack: tensor ${i} has shape ${formatShape(t.shape)}, tensor 0 ${formatShape(shape)}: they must agree`,
      );
    }
  });
  return scope(() =>
    cat(
      tensors.map((t) => reshape(t, [...shape.slice(0, d), 1, ...shape.slice(d)])),
      d,
    ),
  );
}
