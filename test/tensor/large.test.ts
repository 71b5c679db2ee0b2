/** Tensors of more than 2^24 elements, where float32 no longer counts: every element is reached, and no other instead. */

import { describe, expect } from "vitest";
import "../../src/tensor/methods.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../check-op.js";
import { onEachBackend, targets } from "../targets.js";

/** Both more than 4,096 = √2^24, and multiples of nothing. */
const ROWS = 4099;
const COLUMNS = 4111;

/** Whole numbers below 64, so that the sums of a row and of a column are exact in float32. */
const values = new Float32Array(ROWS * COLUMNS);
for (let i = 0; i < values.length; i++) values[i] = (Math.imul(i, 0x9e3779b1) >>> 26) & 63;

const rows = Array.from({ length: ROWS }, (_, i) => values.subarray(i * COLUMNS, (i + 1) * COLUMNS));

async function expectAll(actual: Tensor, size: number, expected: (i: number) => number): Promise<void> {
  const read = await actual.data();
  expect(read.length).toBe(size);
  const wrong = read.findIndex((value, i) => value !== expected(i));
  if (wrong >= 0) expect.fail(`element ${wrong} is ${read[wrong]}, expected ${expected(wrong)}`);
}

const fast = targets.filter(({ label }) => ["wasm on 2 threads", "gpujs:webasm", "gpujs:webgpu"].includes(label));

describe("more than 2^24 elements", () => {
  onEachBackend(
    "are all there after a pointwise operation",
    async () => {
      await expectAll(tensor(values).mul(3), values.length, (i) => values[i] * 3);
    },
    fast,
  );

  onEachBackend(
    "are all broadcast against",
    async () => {
      const column = tensor(
        Float32Array.from({ length: ROWS }, (_, i) => i),
        [ROWS, 1],
      );
      const y = tensor(values, [ROWS, COLUMNS]).add(column);
      await expectAll(y, values.length, (i) => values[i] + Math.floor(i / COLUMNS));
    },
    fast,
  );

  onEachBackend(
    "are all in the sums of rows and of columns, and in the largest",
    async () => {
      const x = tensor(values, [ROWS, COLUMNS]);
      const ofRows = rows.map((row) => row.reduce((sum, value) => sum + value, 0));
      await expectAll(x.sum(1), ROWS, (i) => ofRows[i]);
      const ofColumns = new Float64Array(COLUMNS);
      for (const row of rows) for (let j = 0; j < COLUMNS; j++) ofColumns[j] += row[j];
      await expectAll(x.sum(0), COLUMNS, (j) => ofColumns[j]);
      // Adding one by one would come to an end where float32 no longer counts.
      const total = ofRows.reduce((sum, row) => sum + row, 0);
      expectClose([await x.sum().item()], [total], 1e-6, "the sum of all");
      const last = new Float32Array(values);
      last[last.length - 1] = 64;
      expect(await tensor(last).max().item()).toBe(64);
    },
    fast,
  );

  onEachBackend(
    "are all in the softmax of their row",
    async () => {
      const logSums = rows.map((row) => Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)));
      const read = await tensor(values, [ROWS, COLUMNS]).logSoftmax(1).data();
      expect(read.length).toBe(values.length);
      const off = (i: number) => Math.abs(read[i] - values[i] + logSums[Math.floor(i / COLUMNS)]);
      const wrong = read.findIndex((_, i) => !(off(i) < 1e-4));
      if (wrong >= 0) expect.fail(`element ${wrong} is ${read[wrong]}, off by ${off(wrong)}`);
    },
    fast,
  );

  onEachBackend(
    "are all in the windows of a pool",
    async () => {
      const shape = [3, 7, 887, 903];
      const [h, w] = [887, 903];
      const [outH, outW] = [443, 451];
      const y = tensor(values.subarray(0, 21 * h * w), shape).maxPool2d(2);
      expect(y.shape).toEqual([3, 7, outH, outW]);
      await expectAll(y, 21 * outH * outW, (at) => {
        const row = Math.floor(at / outW);
        const [plane, i, j] = [Math.floor(row / outH), 2 * (row % outH), 2 * (at % outW)];
        const corner = (plane * h + i) * w + j;
        return Math.max(values[corner], values[corner + 1], values[corner + w], values[corner + w + 1]);
      });
    },
    fast,
  );
});
