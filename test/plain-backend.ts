/** The least that a backend can be: the primitives as plain loops, and everything else composed of them. */

import { type Backend, type ConvGeometry, completeBackend, type ReduceName, type Storage } from "../src/extend.js";

/** Numbers of the host. */
interface Plain extends Storage {
  readonly values: Float32Array;
}

const valuesOf = (x: Storage) => (x as Plain).values;

const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, d) => sum + x * b[d], 0);

/** Calls `visit` with the coordinates of each element of `shape`, in row-major order, and with their number. */
function each(shape: readonly number[], visit: (at: number[], i: number) => void): void {
  const at = shape.map(() => 0);
  for (let i = 0; i < product(shape); i++) {
    visit(at, i);
    for (let d = shape.length - 1; d >= 0 && ++at[d] === shape[d]; d--) at[d] = 0;
  }
}

/** Calls `visit` for each product of a convolution, with the positions of y, x and w. */
function eachProduct(g: ConvGeometry, visit: (y: number, x: number, w: number) => void): void {
  const [chans, outs] = [g.c / g.groups, g.o / g.groups];
  each([g.n, g.o, chans, g.outH, g.outW, g.kH, g.kW], ([n, o, c, i, j, u, v]) => {
    const row = i * g.strideH + u * g.dilationH - g.padH;
    const column = j * g.strideW + v * g.dilationW - g.padW;
    if (row < 0 || row >= g.h || column < 0 || column >= g.w) return;
    const channel = Math.floor(o / outs) * chans + c;
    visit(
      ((n * g.o + o) * g.outH + i) * g.outW + j,
      ((n * g.c + channel) * g.h + row) * g.w + column,
      ((o * chans + c) * g.kH + u) * g.kW + v,
    );
  });
}

const REDUCTIONS: Record<ReduceName, [start: number, combine: (a: number, b: number) => number]> = {
  sum: [0, (a, b) => a + b],
  max: [-Infinity, Math.max],
  min: [Infinity, Math.min],
};

export function createPlainBackend(): Backend {
  const live = new Set<Storage>();

  const upload = (numbers: ArrayLike<number>): Storage => {
    const values = Float32Array.from(numbers);
    const storage: Plain = { size: values.length, values };
    live.add(storage);
    return storage;
  };

  return completeBackend({
    name: "plain",
    dtype: "float32",
    device: "plain loops",

    upload,
    fill: (size, value) => upload(new Float32Array(size).fill(value)),
    read: async (x) => valuesOf(x).slice(),
    putAside: (x) => live.delete(x), // the garbage collector frees an array that nobody has
    free: (x) => live.delete(x),
    memory() {
      const bytes = [...live].reduce((sum, { size }) => sum + 4 * size, 0);
      return { bytes, storages: live.size, reserved: bytes };
    },

    unary: (rule, x, a, b) => upload(valuesOf(x).map((value) => rule.f(value, a, b))),

    unaryGrad(rule, g, x, y, a, b) {
      const [xs, ys] = [x, y].map(valuesOf);
      return upload(valuesOf(g).map((slope, i) => rule.df(slope, xs[i], ys[i], a, b)));
    },

    binary(rule, a, b, { shape, aStrides, bStrides }) {
      const [as, bs] = [a, b].map(valuesOf);
      const out = new Float32Array(product(shape));
      each(shape, (at, i) => {
        out[i] = rule.f(as[dot(at, aStrides)], bs[dot(at, bStrides)]);
      });
      return upload(out);
    },

    accumulate(y, x, alpha, beta) {
      const [ys, xs] = [y, x].map(valuesOf);
      xs.forEach((value, i) => {
        ys[i] = (alpha === 0 ? 0 : alpha * ys[i]) + beta * value;
      });
    },

    reduce(name, x, { outer, n, inner }) {
      const values = valuesOf(x);
      const [start, combine] = REDUCTIONS[name];
      const out = new Float64Array(outer * inner).fill(start);
      each([outer, n, inner], ([i, , k], at) => {
        out[i * inner + k] = combine(out[i * inner + k], values[at]);
      });
      return upload(out);
    },

    view(x, { shape, strides, offset }) {
      const values = valuesOf(x);
      const out = new Float32Array(product(shape));
      each(shape, (at, i) => {
        out[i] = values[offset + dot(at, strides)];
      });
      return upload(out);
    },

    pad(x, { inShape, outShape, before, step }, value) {
      const values = valuesOf(x);
      const out = new Float32Array(product(outShape)).fill(value);
      each(inShape, (at, i) => {
        // Row-major: what is before an axis counts as often as the axis is long.
        out[at.reduce((place, index, d) => place * outShape[d] + before[d] + index * step[d], 0)] = values[i];
      });
      return upload(out);
    },

    indexSelect(x, indices, { outer, n, inner }) {
      const values = valuesOf(x);
      const out = new Float32Array(outer * indices.length * inner);
      each([outer, indices.length, inner], ([i, j, k], at) => {
        out[at] = values[(i * n + indices[j]) * inner + k];
      });
      return upload(out);
    },

    indexAdd(g, indices, { outer, n, inner }) {
      const slopes = valuesOf(g);
      const out = new Float64Array(outer * n * inner);
      each([outer, indices.length, inner], ([i, j, k], at) => {
        out[(i * n + indices[j]) * inner + k] += slopes[at];
      });
      return upload(out);
    },

    matmul(a, b, { batch, m, n, k, transA, transB, aStride, bStride }) {
      const [as, bs] = [a, b].map(valuesOf);
      const out = new Float64Array(batch * m * n);
      each([batch, m, n, k], ([z, i, j, l]) => {
        const left = as[z * aStride + (transA ? l * m + i : i * k + l)];
        const right = bs[z * bStride + (transB ? j * k + l : l * n + j)];
        out[(z * m + i) * n + j] += left * right;
      });
      return upload(out);
    },

    conv2d(x, w, bias, geometry) {
      const [xs, ws] = [x, w].map(valuesOf);
      const { n, o, outH, outW } = geometry;
      const out = new Float64Array(n * o * outH * outW);
      if (bias)
        out.forEach((_, i) => {
          out[i] = valuesOf(bias)[Math.floor(i / (outH * outW)) % o];
        });
      eachProduct(geometry, (y, x, w) => {
        out[y] += xs[x] * ws[w];
      });
      return upload(out);
    },

    conv2dInputGrad(g, w, geometry) {
      const [gs, ws] = [g, w].map(valuesOf);
      const out = new Float64Array(geometry.n * geometry.c * geometry.h * geometry.w);
      eachProduct(geometry, (y, x, w) => {
        out[x] += gs[y] * ws[w];
      });
      return upload(out);
    },

    conv2dWeightGrad(x, g, geometry) {
      const [xs, gs] = [x, g].map(valuesOf);
      const { o, c, groups, kH, kW } = geometry;
      const out = new Float64Array((o * c * kH * kW) / groups);
      eachProduct(geometry, (y, x, w) => {
        out[w] += gs[y] * xs[x];
      });
      return upload(out);
    },
  });
}
