/** Tiles of six rows, which are chosen where multiply-adds are fused: the bits of tiles of four rows. */

import { expect, it } from "vitest";
import { convolution } from "../../src/tensor/backend/wasm/conv-choice.js";
import { memory } from "../../src/tensor/backend/wasm/host.js";
import { product } from "../../src/tensor/backend/wasm/matmul.js";
import { Runtime } from "../../src/tensor/backend/wasm/runtime.js";
import { conv2dGeometry } from "../../src/tensor/ops/conv2d.js";
import { Generator } from "../../src/tensor/random.js";

/** The kernels of this engine, unfused either way, and the choice of tiles that belongs to it or to the other kind. */
function runtime(relaxed: boolean): Runtime {
  return Object.defineProperty(new Runtime({ threads: 2, strict: true }), "relaxed", { value: relaxed });
}

const generator = new Generator(1);
const numbers = (size: number) => Float32Array.from({ length: size }, () => generator.uniform() - 0.5);

interface Sizes {
  m: number;
  n: number;
  k: number;
  transA: boolean;
  transB: boolean;
}

function multiplied(rt: Runtime, values: readonly Float32Array[], sizes: Sizes) {
  const { upload, readSync } = memory(rt);
  const [a, b] = values.map((array) => upload(array));
  return readSync(product(rt).matmul(a, b, { batch: 2, ...sizes, aStride: sizes.m * sizes.k, bStride: 0 }));
}

it("give products the same bits for every rest of rows, of columns and of k", () => {
  const [four, six] = [runtime(false), runtime(true)];
  for (const m of [5, 6, 7, 8, 9, 10, 11, 12, 36, 37, 100]) {
    for (const [n, k] of [
      [21, 40],
      [40, 3],
      [9, 1030],
      // The rows of A are packed for so many columns.
      [130, 20],
    ]) {
      for (const [transA, transB] of [
        [false, false],
        [true, false],
        // The output is computed transposed where it has more columns than rows.
        [false, true],
      ]) {
        const values = [numbers(2 * m * k), numbers(k * n)];
        const sizes = { m, n, k, transA, transB };
        const expected = multiplied(four, values, sizes);
        expect(multiplied(six, values, sizes), JSON.stringify(sizes)).toEqual(expected);
      }
    }
  }
});

it("give convolutions by 1×1 filters the bits of products, for every rest of filters and pixels and for long sums", () => {
  const [four, six] = [runtime(false), runtime(true)];
  for (const o of [4, 8, 12, 16, 20]) {
    for (const [n, c, h, w] of [
      [3, 4, 3, 3],
      [2, 12, 4, 8],
      [2, 32, 12, 12],
      [1, 1032, 2, 5],
    ]) {
      const pixels = h * w;
      const geometry = conv2dGeometry([n, c, h, w], [o, c, 1, 1], {});
      const [filters, images, grads] = [numbers(o * c), numbers(n * c * pixels), numbers(n * o * pixels)];
      const sizes = { batch: n, n: pixels, aStride: 0, transB: false };
      const both = [four, six].map((rt) => {
        const { upload, readSync } = memory(rt);
        const [weight, x, grad] = [filters, images, grads].map((array) => upload(array));
        const { matmul } = product(rt);
        const { conv2d, conv2dInputGrad } = convolution(rt, {});
        const wanted = [
          matmul(weight, x, { ...sizes, m: o, k: c, transA: false, bStride: c * pixels }),
          matmul(weight, grad, { ...sizes, m: c, k: o, transA: true, bStride: o * pixels }),
        ];
        const got = [conv2d(x, weight, undefined, geometry), conv2dInputGrad(grad, weight, geometry)];
        expect(got.map(readSync), `${n}x${c}x${h}x${w} to ${o}`).toEqual(wanted.map(readSync));
        return got.map(readSync);
      });
      expect(both[1]).toEqual(both[0]);
    }
  }
});
