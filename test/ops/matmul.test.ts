/** Matrix products against PyTorch. */

import { describe, expect, it } from "vitest";
import { zeros } from "../../src/tensor/factories/filled.js";
import { type MatmulOptions, matmul } from "../../src/tensor/ops/matmul.js";
import { ShapeError } from "../../src/tensor/shape.js";
import { checkFixtures, checkOp } from "../check-op.js";

checkFixtures("matmul", {
  matmul: { op: ([a, b], options: MatmulOptions) => matmul(a, b, options), linear: [0, 1] },
});

describe("blocks, tiles and their rests", () => {
  for (const [m, k, n] of [
    [65, 67, 131],
    [130, 550, 20],
    [1, 600, 130],
    [130, 600, 1],
    [3, 5, 500],
    [500, 5, 3],
    [29, 1032, 13],
    [13, 1032, 29],
    [17, 30, 96],
    [6, 64, 10],
    [60, 35, 70],
  ]) {
    for (const [transA, transB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const shapes = [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n]];
      const name = `${m}x${k}x${n}${transA ? ", a transposed" : ""}${transB ? ", b transposed" : ""}`;
      checkOp(name, { op: (a, b) => matmul(a, b, { transA, transB }), shapes });
    }
  }
  checkOp("a batch", {
    op: (a, b) => matmul(a, b),
    shapes: [
      [9, 17, 33],
      [9, 33, 19],
    ],
  });
  checkOp("a batch of long sums", {
    op: (a, b) => matmul(a, b),
    shapes: [
      [3, 17, 530],
      [3, 530, 19],
    ],
  });
  checkOp("a batch of long sums with a taller right side", {
    op: (a, b) => matmul(a, b, { transB: true }),
    shapes: [
      [3, 13, 530],
      [3, 40, 530],
    ],
  });
  checkOp("a batch of dot products", {
    op: (a, b) => matmul(a, b, { transB: true }),
    shapes: [
      [3, 17, 40],
      [3, 19, 40],
    ],
  });
  checkOp("a batch and one matrix", {
    op: (a, b) => matmul(a, b),
    shapes: [
      [9, 17, 33],
      [33, 19],
    ],
  });
  checkOp("one matrix and a batch", {
    op: (a, b) => matmul(a, b),
    shapes: [
      [17, 33],
      [9, 33, 19],
    ],
  });
});

describe("errors", () => {
  it.each([
    [() => matmul(zeros([2, 3]), zeros([4, 5])), "matmul: inner sizes differ: 3 and 4\n  a  [2, 3]\n  b  [4, 5]"],
    [
      () => matmul(zeros([2, 3]), zeros([3, 5]), { transA: true, transB: true }),
      "matmul: inner sizes differ: 2 and 5\n  a  [2, 3]  transposed\n  b  [3, 5]  transposed",
    ],
    [
      () => matmul(zeros([3]), zeros([3, 5])),
      "matmul: expected matrices, got shapes [3] and [3, 5]; reshape vectors to [1, n] or [n, 1]",
    ],
    [
      () => matmul(zeros([2, 2, 3]), zeros([3, 3, 5])),
      "matmul: shapes [2] and [3] do not broadcast: axis -1 has sizes 2 and 3",
    ],
  ])("$1", (run, message) => expect(run).toThrow(new ShapeError(message)));
});
