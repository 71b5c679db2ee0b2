/** Movement against PyTorch, and identities that hold for any shape. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { cat, stack } from "../../src/tensor/ops/movement/cat.js";
import { indexSelect } from "../../src/tensor/ops/movement/index-select.js";
import { pad } from "../../src/tensor/ops/movement/pad.js";
import { permute, transpose } from "../../src/tensor/ops/movement/permute.js";
import { flatten, reshape } from "../../src/tensor/ops/movement/reshape.js";
import { slice } from "../../src/tensor/ops/movement/slice.js";
import { expand } from "../../src/tensor/ops/sum.js";
import { ShapeError, sizeOf } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { checkFixtures, checkOp } from "../check-op.js";
import { onEachBackend } from "../targets.js";

const linear = [0, 1, 2];

checkFixtures("movement", {
  reshape: { op: ([x], { shape }: { shape: number[] }) => reshape(x, shape), linear },
  flatten: {
    op: ([x], { startDim, endDim }: { startDim?: number; endDim?: number }) => flatten(x, startDim, endDim),
    linear,
  },
  transpose: { op: ([x], { dim0, dim1 }: { dim0: number; dim1: number }) => transpose(x, dim0, dim1), linear },
  permute: { op: ([x], { dims }: { dims: number[] }) => permute(x, dims), linear },
  expand: { op: ([x], { shape }: { shape: number[] }) => expand(x, shape), linear },
  slice: {
    op: ([x], o: { dim: number; start: number; end?: number; step?: number }) =>
      slice(x, o.dim, o.start, o.end, o.step),
    linear,
  },
  cat: { op: (xs, { dim }: { dim?: number }) => cat(xs, dim), linear },
  stack: { op: (xs, { dim }: { dim?: number }) => stack(xs, dim), linear },
  pad: {
    op: ([x], { padding, value }: { padding: number[]; value?: number }) => pad(x, padding, { value }),
    linear,
  },
  indexSelect: {
    op: ([x], { dim, indices }: { dim: number; indices: number[] }) => indexSelect(x, dim, indices),
    linear,
  },
});

describe("large enough to be shared out between threads", () => {
  const shapes = [[7, 13, 33, 35]];
  checkOp("permute", { op: (x) => permute(x, [0, 2, 3, 1]), shapes });
  checkOp("permute the last axes", { op: (x) => permute(x, [0, 1, 3, 2]), shapes });
  checkOp("transpose", { op: (x) => transpose(x, 0, 1), shapes: [[211, 193]] });
  checkOp("slice", { op: (x) => slice(x, 2, 1, undefined, 2), shapes });
  checkOp("slice the last axis", { op: (x) => slice(x, 3, 2, -1), shapes });
  checkOp("pad", { op: (x) => pad(x, [1, 2, 3, 0], { value: 1 }), shapes });
  checkOp("expand", { op: (x) => expand(x, [3, 701, 19]), shapes: [[701, 1]] });
  checkOp("cat", {
    op: (a, b) => cat([a, b], 1),
    shapes: [
      [50, 101, 5],
      [50, 59, 5],
    ],
  });
  const rows = Array.from({ length: 500 }, (_, i) => (i * i) % 211);
  checkOp("indexSelect", { op: (x) => indexSelect(x, 0, rows), shapes: [[211, 193]] });
  checkOp("indexSelect the last axis", {
    op: (x) =>
      indexSelect(
        x,
        1,
        rows.map((i) => i % 193),
      ),
    shapes: [[211, 193]],
  });
});

const count = (shape: readonly number[]) =>
  tensor(
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => i),
    shape,
  );
const same = async (a: Tensor, b: Tensor) => {
  expect(a.shape).toEqual(b.shape);
  expect(await a.data()).toEqual(await b.data());
};
const shapes = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 });
const runs = { numRuns: 60, seed: 1 };

describe("identities", () => {
  onEachBackend("permute is undone by the inverse permutation", async () => {
    const permuted = shapes.chain((shape) =>
      fc.tuple(fc.constant(shape), fc.shuffledSubarray([...shape.keys()], { minLength: shape.length })),
    );
    await fc.assert(
      fc.asyncProperty(permuted, async ([shape, order]) => {
        const inverse = order.map((_, d) => order.indexOf(d));
        await same(permute(permute(count(shape), order), inverse), count(shape));
      }),
      runs,
    );
  });

  onEachBackend("slices joined are the whole, and a padding cropped is nothing", async () => {
    const cut = shapes.chain((shape) =>
      fc.nat(shape.length - 1).chain((d) => fc.tuple(fc.constant(shape), fc.constant(d), fc.nat(shape[d]))),
    );
    await fc.assert(
      fc.asyncProperty(cut, async ([shape, d, at]) => {
        const x = count(shape);
        await same(cat([slice(x, d, 0, at), slice(x, d, at)], d), x);
        const padding = shape.flatMap((_, i) => [i % 3, (i + at) % 2]);
        const padded = pad(x, padding, { value: 9 });
        await same(
          pad(
            padded,
            padding.map((n) => -n),
          ),
          x,
        );
      }),
      runs,
    );
  });

  onEachBackend("every second element, twice, is everything in another order", async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const x = count(shape);
        const even = slice(x, 0, 0, undefined, 2);
        const odd = slice(x, 0, 1, undefined, 2);
        const order = [0, 1].flatMap((from) => [...Array(shape[0]).keys()].filter((i) => i % 2 === from));
        await same(cat([even, odd]), indexSelect(x, 0, order));
      }),
      runs,
    );
  });
});

describe("errors", () => {
  const x = () => zeros([2, 3]);
  it.each([
    [() => reshape(x(), [4]), "reshape: [2, 3] (6 elements) does not fit into [4]"],
    [() => reshape(x(), [-1, -1]), "reshape: [2, 3] (6 elements) does not fit into [-1, -1]"],
    [() => reshape(x(), [4, -1]), "reshape: [2, 3] (6 elements) does not fit into [4, -1]"],
    [() => flatten(x(), 1, 0), "flatten: startDim 1 comes after endDim 0"],
    [() => expand(x(), [2, 6]), "expand: shapes [2, 3] and [2, 6] do not broadcast: axis -1 has sizes 3 and 6"],
    [() => expand(x(), [3]), "expand: [2, 3] does not broadcast to [3]"],
    [() => permute(x(), [0, 0]), "permute: [0, 0] does not name each of the 2 axes once"],
    [() => permute(x(), [0]), "permute: [0] does not name each of the 2 axes once"],
    [() => transpose(x(), 0, 2), "transpose: dim 2 is out of range for 2 axes (expected -2 to 1)"],
    [() => slice(x(), 0, 0, 2, 0), "slice: step must be a positive integer, got 0"],
    [() => slice(x(), 0, 0, 2, -1), "slice: step must be a positive integer, got -1"],
    [() => slice(x(), 0, 0.5), /^slice: .*0\.5/],
    [() => slice(x(), 0, 0, Number.NaN), /^slice: .*NaN/],
    [() => pad(x(), [1]), "pad: expected at most 2 pairs of whole numbers for [2, 3], got [1]"],
    [
      () => pad(x(), [1, 1, 1, 1, 1, 1]),
      "pad: expected at most 2 pairs of whole numbers for [2, 3], got [1, 1, 1, 1, 1, 1]",
    ],
    [() => cat([]), "cat: expected at least one tensor"],
    [
      () => cat([x(), zeros([2, 4])]),
      "cat: tensor 1 has shape [2, 4], tensor 0 [2, 3]: all sizes but that of axis 0 must agree; they differ along axis 1",
    ],
    [
      () => cat([x(), zeros([2])], 1),
      "cat: tensor 1 has shape [2], tensor 0 [2, 3]: all sizes but that of axis 1 must agree",
    ],
    [() => stack([x(), zeros([3, 2])]), "stack: tensor 1 has shape [3, 2], tensor 0 [2, 3]: they must agree"],
    [() => indexSelect(x(), 1, [0, 3]), "indexSelect: index 3 (at 1) is not one of axis 1's 0 to 2"],
    [() => indexSelect(x(), 0, [-1]), "indexSelect: index -1 (at 0) is not one of axis 0's 0 to 1"],
  ])("$1", (run, message) => expect(run).toThrow(typeof message === "string" ? new ShapeError(message) : message));
});
