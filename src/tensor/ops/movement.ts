/** Operations that move numbers without changing them: reshape, permute, slice, pad, cat and their kin. */

import { aNumber, checkArgument, checkOptions, type Kind, numbers, type OptionKinds, show } from "../arguments.js";
import { checkSameBackend, record, recordShared, scope } from "../autograd.js";
import { aShape, formatShape, normalizeDim, type Shape, ShapeError, sameShape, sizeOf, stridesOf } from "../shape.js";
import { aTensorList, checkTensor, Tensor } from "../tensor.js";

/**
 * The same numbers in another shape; shares storage. One size may be −1: it becomes whatever is left.
 * @throws ShapeError when the number of elements differs.
 */
export function reshape(x: Tensor, shape: Shape): Tensor {
  checkTensor("reshape", "x", x);
  checkArgument("reshape", "shape", shape, aShape);
  const known = sizeOf(shape.filter((n) => n !== -1));
  const target = shape.map((n) => (n === -1 ? x.size / known : n));
  const unknowns = shape.filter((n) => n === -1).length;
  if (unknowns > 1 || sizeOf(target) !== x.size || !target.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(`reshape: ${formatShape(x.shape)} (${x.size} elements) does not fit into ${show(shape)}`);
  }
  return recordShared("reshape", x, target, (g) => [() => reshape(g, x.shape)]);
}

/** A copy of x, in the graph: unlike `detach()`, it does not share numbers with x. */
export function clone(x: Tensor): Tensor {
  checkTensor("clone", "x", x);
  const storage = x.backend.view(x.storage, { shape: [x.size], strides: [1], offset: 0 });
  return record("clone", [x], x.shape, storage, (g) => [() => g], []);
}

/**
 * Joins the axes `startDim` … `endDim` into one; by default all but the first, as torch.nn.Flatten does.
 * @throws ShapeError when there are no such axes, or the last comes before the first
 */
export function flatten(x: Tensor, startDim = 1, endDim = -1): Tensor {
  checkTensor("flatten", "x", x);
  const start = normalizeDim(startDim, x.shape.length, "flatten");
  const end = normalizeDim(endDim, x.shape.length, "flatten");
  if (start > end) throw new ShapeError(`flatten: startDim ${startDim} comes after endDim ${endDim}`);
  const joined = sizeOf(x.shape.slice(start, end + 1));
  return reshape(x, [...x.shape.slice(0, start), joined, ...x.shape.slice(end + 1)]);
}

const anAxisList: Kind<readonly number[]> = {
  expected: "a list of axes",
  accepts: (value): value is readonly number[] => Array.isArray(value),
  hint: (value) => (typeof value === "number" ? `write all axes in brackets, as in [${value}, …]` : undefined),
};

/**
 * Reorders the axes: axis d of the result is axis dims[d] of x.
 * @throws ShapeError unless `dims` names every axis once.
 */
export function permute(x: Tensor, dims: readonly number[]): Tensor {
  checkTensor("permute", "x", x);
  checkArgument("permute", "dims", dims, anAxisList);
  const order = dims.map((d) => normalizeDim(d, x.shape.length, "permute"));
  if (order.length !== x.shape.length || new Set(order).size !== order.length) {
    throw new ShapeError(`permute: [${dims.join(", ")}] does not name each of the ${x.shape.length} axes once`);
  }
  const strides = stridesOf(x.shape);
  const shape = order.map((d) => x.shape[d]);
  const storage = x.backend.view(x.storage, { shape, strides: order.map((d) => strides[d]), offset: 0 });
  const inverse = order.map((_, d) => order.indexOf(d));
  return record("permute", [x], shape, storage, (g) => [() => permute(g, inverse)], [], { dims: order });
}

/**
 * Swaps the axes `dim0` and `dim1`. Copies: tensors are always contiguous.
 * @throws ShapeError when there are no such axes
 */
export function transpose(x: Tensor, dim0: number, dim1: number): Tensor {
  checkTensor("transpose", "x", x);
  const d0 = normalizeDim(dim0, x.shape.length, "transpose");
  const d1 = normalizeDim(dim1, x.shape.length, "transpose");
  const order = x.shape.map((_, d) => (d === d0 ? d1 : d === d1 ? d0 : d));
  return permute(x, order);
}

/**
 * Elements start, start + step, … before `end` along `dim`. Negative bounds count from the end, and bounds beyond it
 * are cut to it, as in Python.
 * @throws ShapeError when `step` is not a positive integer.
 */
export function slice(x: Tensor, dim: number, start: number, end?: number, step = 1): Tensor {
  checkTensor("slice", "x", x);
  const d = normalizeDim(dim, x.shape.length, "slice");
  if (!Number.isInteger(step) || step < 1)
    throw new ShapeError(`slice: step must be a positive integer, got ${show(step)}`);
  const n = x.shape[d];
  for (const bound of [start, end ?? n]) {
    if (!Number.isInteger(bound)) throw new ShapeError(`slice: bounds must be whole numbers, got ${show(bound)}`);
  }
  const bound = (i: number) => Math.min(Math.max(i < 0 ? i + n : i, 0), n);
  const [first, last] = [bound(start), bound(end ?? n)];
  const length = Math.max(0, Math.ceil((last - first) / step));
  const strides = stridesOf(x.shape);
  const shape = x.shape.map((size, axis) => (axis === d ? length : size));
  const storage = x.backend.view(x.storage, {
    shape,
    strides: strides.map((stride, axis) => (axis === d ? stride * step : stride)),
    offset: first * strides[d],
  });
  const before = x.shape.map((_, axis) => (axis === d ? first : 0));
  const steps = x.shape.map((_, axis) => (axis === d ? step : 1));
  return record(
    "slice",
    [x],
    shape,
    storage,
    (g) => [() => x.backend.pad(g.storage, { inShape: shape, outShape: x.shape, before, step: steps }, 0)],
    [],
    { dim: d, start: first, end: last, step },
  );
}

export interface PadOptions {
  /** What the new elements hold. Default 0. */
  value?: number;
}

const padKinds: OptionKinds<PadOptions> = { value: aNumber };

const somePadding: Kind<readonly number[]> = {
  expected: "a list of pairs, as in [left, right, top, bottom]",
  accepts: (value): value is readonly number[] => Array.isArray(value),
};

/**
 * Adds elements around x. `padding` lists [before, after] pairs from the last axis backwards, as torch's F.pad:
 * `[left, right, top, bottom]`. Negative numbers crop.
 * @throws ShapeError when there are more pairs than axes, or more is cropped than there is
 */
export function pad(x: Tensor, padding: readonly number[], options: PadOptions = {}): Tensor {
  checkTensor("pad", "x", x);
  checkArgument("pad", "padding", padding, somePadding);
  checkOptions("pad", options, padKinds);
  const { value = 0 } = options;
  const rank = x.shape.length;
  if (padding.length % 2 !== 0 || padding.length > 2 * rank || !padding.every(Number.isInteger)) {
    throw new ShapeError(
      `pad: expected at most ${rank} pairs of whole numbers for ${formatShape(x.shape)}, got ${show(padding)}`,
    );
  }
  const pairs = x.shape.map((_, d) => {
    const at = 2 * (rank - 1 - d);
    return [padding[at] ?? 0, padding[at + 1] ?? 0];
  });
  const gone = pairs.findIndex(([before, after], d) => Math.max(0, -before) + Math.max(0, -after) > x.shape[d]);
  if (gone !== -1) {
    throw new ShapeError(`pad: [${pairs[gone]}] crops more than the ${x.shape[gone]} elements along axis ${gone}`);
  }
  const negative = pairs.some(([before, after]) => before < 0 || after < 0);
  if (negative) {
    return scope(() => {
      const cropped = pairs.reduce(
        (t, [before, after], d) => slice(t, d, Math.max(0, -before), x.shape[d] - Math.max(0, -after)),
        x,
      );
      const positive = padding.map((n) => Math.max(0, n));
      return pad(cropped, positive, { value });
    });
  }
  const outShape = x.shape.map((n, d) => n + pairs[d][0] + pairs[d][1]);
  const before = pairs.map((pair) => pair[0]);
  const step = x.shape.map(() => 1);
  const storage = x.backend.pad(x.storage, { inShape: x.shape, outShape, before, step }, value);
  const strides = stridesOf(outShape);
  const offset = before.reduce((sum, n, d) => sum + n * strides[d], 0);
  return record(
    "pad",
    [x],
    outShape,
    storage,
    (g) => [() => x.backend.view(g.storage, { shape: x.shape, strides, offset })],
    [],
    { before, after: pairs.map((pair) => pair[1]), value },
  );
}

/**
 * Joins `tensors` along `dim`; their other sizes must agree.
 * @throws ShapeError naming the tensor and the axis that differs.
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
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
  return record(
    "cat",
    tensors,
    shape,
    storage,
    (g) => ends.map((end, i) => () => slice(g, d, end - sizes[i], end)),
    [],
    { dim: d },
  );
}

/**
 * Joins `tensors` of one shape along a new axis `dim`.
 * @throws ShapeError when there are none, or their shapes differ
 */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
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

const someIndices: Kind<ArrayLike<number>> = {
  ...numbers,
  hint: (value) => (value instanceof Tensor ? "await its data() first" : undefined),
};

/**
 * Picks whole slices along `dim`: slice j of the result is slice indices[j] of x. Repeats are allowed; their gradients
 * add up.
 * @throws ShapeError when an index is out of range.
 */
export function indexSelect(x: Tensor, dim: number, indices: ArrayLike<number>): Tensor {
  checkTensor("indexSelect", "x", x);
  checkArgument("indexSelect", "indices", indices, someIndices);
  const d = normalizeDim(dim, x.shape.length, "indexSelect");
  const n = x.shape[d];
  const chosen = Int32Array.from(indices);
  const wrong = Array.from(indices).findIndex((i) => !Number.isInteger(i) || i < 0 || i >= n);
  if (wrong !== -1) {
    throw new ShapeError(
      `indexSelect: index ${show(indices[wrong])} (at ${wrong}) is not one of axis ${d}'s 0 to ${n - 1}`,
    );
  }
  const geometry = { outer: sizeOf(x.shape.slice(0, d)), n, inner: sizeOf(x.shape.slice(d + 1)) };
  const shape = x.shape.map((size, axis) => (axis === d ? chosen.length : size));
  const storage = x.backend.indexSelect(x.storage, chosen, geometry);
  const gradients = (g: Tensor) => [() => x.backend.indexAdd(g.storage, chosen, geometry)];
  return record("indexSelect", [x], shape, storage, gradients, [], { dim: d, indices: chosen });
}
