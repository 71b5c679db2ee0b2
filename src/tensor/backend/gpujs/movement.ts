/** Host side of the kernels that only move numbers. */

import { sizeOf, stridesOf } from "../../shape.js";
import type { AxisGeometry, Backend, Storage } from "../backend.js";
import { flat, linesOf, splitPositions } from "./grid.js";
import { by, type GpuRuntime } from "./runtime.js";

export const view =
  (rt: GpuRuntime): Backend["view"] =>
  (x, { shape, strides, offset }) => {
    const { rows, columns, sizes, operands } = linesOf(shape, [strides], [x.size], offset);
    const [source] = operands;
    const { firstRow, firstColumn, rowStep, columnStep } = source;
    const steps = { rows: source.rows, columns: source.columnSteps };
    return rt.launch(sizeOf(shape), {
      kernel: "view",
      operands: [by(source.columns, x)],
      constants: { axes: sizes.length, sizes, firstRow, firstColumn, rowStep, columnStep, ...steps },
      rows,
      columns,
    });
  };

type Methods = "view" | "pad" | "cat" | "indexSelect" | "indexAdd";

export const movement = (rt: GpuRuntime): Pick<Backend, Methods> => {
  const indexed = (
    kernel: "indexSelect" | "indexAdd",
    x: Storage,
    indices: Int32Array,
    { n, inner }: AxisGeometry,
    rows: number,
  ) => {
    const places = rt.upload(indices);
    const result = rt.launch(rows * inner, {
      kernel,
      operands: [by(inner, x), by(indices.length, places)],
      constants: { n, count: indices.length },
      rows,
      columns: inner,
    });
    rt.free(places);
    return result;
  };

  return {
    view: view(rt),

    pad(x, { inShape, outShape, before, step }, value) {
      const size = sizeOf(outShape);
      if (x.size === 0) return rt.fill(size, value);
      const inner = outShape.at(-1)!;
      // Only the pieces of the outermost axis may end behind its last number.
      const columns = outShape.length === 1 ? flat(inner).columns : inner;
      const sizes = [Math.ceil(inner / columns), ...outShape.slice(0, -1).reverse()];
      const source = splitPositions(x.size, inShape, stridesOf(inShape), 0);
      return rt.launch(size, {
        kernel: "pad",
        operands: [by(source.columns, x)],
        numbers: [value],
        constants: {
          axes: sizes.length,
          width: columns,
          sizes,
          before: before.toReversed(),
          steps: step.toReversed(),
          inSizes: inShape.toReversed(),
          rows: source.rows.toReversed(),
          columns: source.columnSteps.toReversed(),
        },
        rows: sizeOf(sizes),
        columns,
      });
    },

    /** Two parts at a time. */
    cat(parts, sizes, outer, inner) {
      const filled = parts.map((part, i) => ({ part, n: sizes[i] })).filter(({ part }) => part.size > 0);
      if (filled.length === 0) return rt.fill(0, 0);
      const [first, ...others] = filled;
      let { part: joined, n: before } = first;
      for (const { part, n } of others) {
        const next = rt.launch(outer * (before + n) * inner, {
          kernel: "cat",
          operands: [by(inner, joined), by(inner, part)],
          constants: { first: before, second: n },
          rows: outer * (before + n),
          columns: inner,
        });
        if (joined !== first.part) rt.free(joined);
        joined = next;
        before += n;
      }
      return joined === first.part ? view(rt)(joined, { shape: [joined.size], strides: [1], offset: 0 }) : joined;
    },

    indexSelect: (x, indices, geometry) =>
      indexed("indexSelect", x, indices, geometry, geometry.outer * indices.length),

    indexAdd(g, indices, geometry) {
      const { outer, n, inner } = geometry;
      if (g.size === 0) return rt.fill(outer * n * inner, 0);
      return indexed("indexAdd", g, indices, geometry, outer * n);
    },
  };
};
