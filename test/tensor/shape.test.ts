/** Shapes: sizes, strides, axes and broadcasting. */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as shapes from "../../src/tensor/shape.js";

describe("sizes and strides", () => {
  it.each([
    [[], 1, []],
    [[5], 5, [1]],
    [[2, 3, 4], 24, [12, 4, 1]],
    [[2, 0, 4], 0, [0, 4, 1]],
  ])("%j", (shape, size, strides) => {
    expect(shapes.sizeOf(shape)).toBe(size);
    expect(shapes.stridesOf(shape)).toEqual(strides);
  });

  it.each([[[-1]], [[1.5]], [[Number.NaN]]])("%j is no shape", (shape) => {
    const message = `zeros: sizes must be non-negative integers, got [${shape}]`;
    expect(() => shapes.checkShape(shape, "zeros")).toThrow(new shapes.ShapeError(message));
  });
});

describe("axes", () => {
  it("count from either end", () => {
    expect([0, 2, -1, -3].map((dim) => shapes.normalizeDim(dim, 3, "sum"))).toEqual([0, 2, 2, 0]);
    expect(shapes.normalizeDims([2, -3], 3, "sum")).toEqual([0, 2]);
    expect(shapes.normalizeDims(undefined, 3, "sum")).toEqual([0, 1, 2]);
    expect(shapes.normalizeDims([], 3, "sum")).toEqual([]);
  });

  it.each([
    [3, 3, "sum: dim 3 is out of range for 3 axes (expected -3 to 2)"],
    [-4, 3, "sum: dim -4 is out of range for 3 axes (expected -3 to 2)"],
    [0, 0, "sum: dim 0 is out of range for 0 axes (a scalar has no axes)"],
  ])("dim %d of %d", (dim, rank, message) => {
    expect(() => shapes.normalizeDim(dim, rank, "sum")).toThrow(new shapes.ShapeError(message));
  });
});

describe("broadcasting", () => {
  const size = fc.integer({ min: 0, max: 4 });
  const shape = fc.array(size, { maxLength: 4 });

  it("is symmetric, changes nothing where shapes agree, and repeats exactly the axes of size 1", () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        expect(shapes.broadcastShapes(a, a, "add")).toEqual(a);
        const sizesOf = (s: number[]) => Array.from({ length: 4 }, (_, d) => s[s.length - 4 + d] ?? 1);
        const fits = sizesOf(a).every((m, d) => m === sizesOf(b)[d] || m === 1 || sizesOf(b)[d] === 1);
        if (!fits) {
          expect(() => shapes.broadcastShapes(a, b, "add")).toThrow(shapes.ShapeError);
          return;
        }
        const both = shapes.broadcastShapes(a, b, "add");
        expect(shapes.broadcastShapes(b, a, "add")).toEqual(both);
        expect(both.length).toBe(Math.max(a.length, b.length));
        const strides = shapes.broadcastStrides(a, both);
        const own = shapes.stridesOf(a);
        both.forEach((_, d) => {
          const at = d - both.length + a.length;
          expect(strides[d]).toBe(at < 0 || a[at] === 1 ? 0 : own[at]);
        });
      }),
      { seed: 1 },
    );
  });

  it("names the axis that does not fit", () => {
    expect(() => shapes.broadcastShapes([8, 3, 4], [5, 4], "add")).toThrow(
      new shapes.ShapeError("add: shapes [8, 3, 4] and [5, 4] do not broadcast: axis -2 has sizes 3 and 5"),
    );
  });
});
