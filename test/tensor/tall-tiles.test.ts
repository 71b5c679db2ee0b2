/** Products by tiles of six rows, which are chosen where multiply-adds are fused: the bits of tiles of four rows. */

import { expect, it } from "vitest";
import { memory } from "../../src/tensor/backend/wasm/host.js";
import { product } from "../../src/tensor/backend/wasm/matmul.js";
import { Runtime } from "../../src/tensor/backend/wasm/runtime.js";
import { Generator } from "../../src/tensor/random.js";

/** The kernels of this engine, unfused either way, and the choice of tiles that belongs to it or to the other kind. */
function runtime(relaxed: boolean): Runtime {
  return Object.defineProperty(new Runtime({ threads: 2, strict: true }), "relaxed", { value: relaxed });
}

const generator = new Generator(1);
const numbers = (size: number) => Float32Array.from({ length: size }, () => generator.uniform() - 0.5);

function multiplied(rt: Runtime, values: readonly Float32Array[], m: number, n: number, k: number, transA: boolean) {
  const { upload, readSync } = memory(rt);
  const [a, b] = values.map((array) => upload(array));
  const geometry = { batch: 2, m, n, k, transA, transB: false, aStride: m * k, bStride: 0 };
  return readSync(product(rt).matmul(a, b, geometry));
}

it("has the same bits for every rest of rows, of columns and of k", () => {
  const [four, six] = [runtime(false), runtime(true)];
  for (const rows of [5, 6, 7, 8, 9, 10, 11, 12, 36, 37, 100]) {
    for (const [n, k] of [
      [21, 40],
      [40, 3],
      [9, 1030],
    ]) {
      for (const transA of [false, true]) {
        const values = [numbers(2 * rows * k), numbers(k * n)];
        const expected = multiplied(four, values, rows, n, k, transA);
        expect(multiplied(six, values, rows, n, k, transA), `${rows}x${k}x${n}, ${transA}`).toEqual(expected);
      }
    }
  }
});
