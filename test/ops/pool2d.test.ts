/** Pooling against PyTorch. */

import { describe, expect, it } from "vitest";
import { backward } from "../../src/tensor/autograd.js";
import { full, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { cat } from "../../src/tensor/ops/movement/cat.js";
import { add, mul } from "../../src/tensor/ops/pointwise.js";
import { type AvgPool2dOptions, avgPool2d } from "../../src/tensor/ops/pooling/avg-pool2d.js";
import { maxPool2d } from "../../src/tensor/ops/pooling/max-pool2d.js";
import { sum } from "../../src/tensor/ops/sum.js";
import type { Pair } from "../../src/tensor/ops/window.js";
import { ShapeError } from "../../src/tensor/shape.js";
import { checkFixtures, checkOp, expectClose } from "../check-op.js";
import { onEachBackend, targets } from "../targets.js";

type Options = AvgPool2dOptions & { kernelSize: Pair };

checkFixtures("pool2d", {
  maxPool2d: { op: ([x], { kernelSize, ...options }: Options) => maxPool2d(x, kernelSize, options) },
  avgPool2d: { op: ([x], { kernelSize, ...options }: Options) => avgPool2d(x, kernelSize, options), linear: [0] },
});

describe("large enough to be shared out between threads", () => {
  for (const [name, pool] of Object.entries({ maxPool2d, avgPool2d })) {
    checkOp(`${name} 2`, { op: (x) => pool(x, 2), shapes: [[3, 17, 32, 33]] });
    checkOp(`${name} 3, overlapping`, { op: (x) => pool(x, 3, { stride: 2, padding: 1 }), shapes: [[3, 17, 32, 33]] });
  }
});

describe("maxPool2d", () => {
  onEachBackend("lets NaN win", async () => {
    const x = tensor([1, 2, Number.NaN, 0, 5, 3, 4, 1], [1, 1, 2, 4]);
    expect([...(await maxPool2d(x, 2).data())]).toEqual([5, Number.NaN]);
  });

  onEachBackend("gives the gradient to pixels of −Infinity, none to padding", async () => {
    const gradient = async (dilation: number) => {
      const x = full([1, 1, 1, 3], -Infinity, { requiresGrad: true });
      backward(sum(maxPool2d(x, [1, 2], { dilation, padding: [0, 1], stride: 1 })));
      return [...(await x.grad!.data())];
    };
    expect(await gradient(1)).toEqual([2, 1, 1]);
    expect(await gradient(2)).toEqual([1, 2, 0]);
  });

  // Whole windows of two by two have a kernel of their own: four at once, the last four of a row maybe for a second time.
  onEachBackend(
    "of two by two, rows of any length: the first of the largest has the gradient, or the last NaN",
    async () => {
      const numbers = [1, 2, 2, Number.NaN, -1, 2, 3, 1, 3, 0, 1];
      for (let w = 6; w < 20; w++) {
        const values = Array.from({ length: 4 * w }, (_, i) => numbers[(i * i + w) % 11]);
        const x = tensor(values, [1, 1, 4, w], { requiresGrad: true });
        const y = maxPool2d(x, 2);
        const largest = Array<number>(y.size);
        const gradient = Array<number>(4 * w).fill(0);
        for (const i of largest.keys()) {
          const outW = w >> 1;
          const first = 2 * Math.floor(i / outW) * w + 2 * (i % outW);
          const window = [first, first + 1, first + w, first + w + 1];
          const seen = window.map((at) => values[at]);
          largest[i] = Math.max(...seen);
          gradient[window[seen.includes(Number.NaN) ? seen.findLastIndex(Number.isNaN) : seen.indexOf(largest[i])]] =
            i + 1;
        }
        expect([...(await y.data())]).toEqual(largest);
        const weights = Array.from({ length: y.size }, (_, i) => i + 1);
        backward(sum(mul(y, tensor(weights, y.shape))));
        expect([...(await x.grad!.data())]).toEqual(gradient);
      }
    },
  );

  onEachBackend("gives −Infinity where a window has no pixel", async () => {
    const y = maxPool2d(tensor([3], [1, 1, 1, 1]), 2, { dilation: 2, padding: 1 });
    expect([...(await y.data())]).toEqual([-Infinity]);
  });
});

describe("avgPool2d", () => {
  onEachBackend(
    "sums in double precision",
    async () => {
      // In float32, every 1 that is added to 2^24 is lost.
      const x = full([1, 1, 3, 40], 1);
      const y = avgPool2d(cat([full([1, 1, 1, 40], 2 ** 24), x], 2), [4, 40]);
      expect(await y.item()).toBe(Math.fround((40 * 2 ** 24 + 120) / 160));
    },
    targets.filter(({ name }) => !name.startsWith("gpujs")),
  );

  // Whole windows of two by two have a kernel of their own: four at once, the rest of a row one by one.
  onEachBackend("means and shares of two by two, rows of any length", async () => {
    for (const [h, w] of [
      [2, 2],
      [5, 9],
      [4, 16],
      [7, 23],
    ] as const) {
      const values = Array.from({ length: 2 * h * w }, (_, i) => ((i * 37) % 101) / 8);
      const x = tensor(values, [1, 2, h, w], { requiresGrad: true });
      const y = avgPool2d(x, 2, { divisorOverride: 3 });
      const [outH, outW] = [h >> 1, w >> 1];
      const at = (c: number, iy: number, ix: number) => values[(c * h + iy) * w + ix] as number;
      const means = [0, 1].flatMap((c) =>
        Array.from({ length: outH * outW }, (_, i) => {
          const [iy, ix] = [2 * Math.floor(i / outW), 2 * (i % outW)];
          return Math.fround((at(c, iy, ix) + at(c, iy, ix + 1) + at(c, iy + 1, ix) + at(c, iy + 1, ix + 1)) / 3);
        }),
      );
      expectClose(await y.data(), means, 1e-6, "means");
      const weights = Array.from({ length: y.size }, (_, i) => i + 1);
      backward(sum(mul(y, tensor(weights, y.shape))));
      const shares = Array.from(values, (_, i) => {
        const [c, iy, ix] = [Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w];
        const isSeen = iy < 2 * outH && ix < 2 * outW;
        return isSeen ? Math.fround((weights[(c * outH + (iy >> 1)) * outW + (ix >> 1)] as number) / 3) : 0;
      });
      expectClose((await x.grad?.data()) ?? [], shares, 1e-6, "shares");
    }
  });
});

onEachBackend(
  "a window that is mostly padding takes the time of the pixels in it",
  async () => {
    const x = tensor([1, 2, 3, 4], [1, 1, 2, 2], { requiresGrad: true });
    const side = 2 ** 16;
    const options = { stride: side / 2, padding: side / 2 };
    const largest = maxPool2d(x, side, options);
    expect([...(await largest.data())]).toEqual([4, 4, 4, 4].slice(0, largest.size));
    const average = avgPool2d(x, side, options);
    expect([...(await average.data())]).toEqual(Array(average.size).fill(10 / side ** 2));
    backward(sum(add(largest, average)));
    const [first, , , last] = (await x.grad?.data()) ?? [];
    expect([first, last]).toEqual([average.size / side ** 2, Math.fround(largest.size + average.size / side ** 2)]);
  },
  // Composed, pooling looks at all of every window.
  targets.filter(({ name }) => name !== "plain"),
);

describe("errors", () => {
  it.each([
    [() => maxPool2d(zeros([3, 4, 4]), 2), "maxPool2d: expected an input of 4 axes (N, C, H, W), got [3, 4, 4]"],
    [
      () => avgPool2d(zeros([1, 1, 4, 2]), 3),
      "avgPool2d: the window spans 3 along W, the padded input [1, 1, 4, 2] has 2",
    ],
    [
      () => maxPool2d(zeros([1, 1, 4, 4]), 2, { padding: 2 }),
      "maxPool2d: padding [2, 2] is more than half the window [2, 2]",
    ],
    [() => maxPool2d(zeros([2, 3, 0, 4]), 2, { padding: 1 }), "maxPool2d: the input [2, 3, 0, 4] has no pixels"],
    [
      () => avgPool2d(zeros([1, 1, 4, 4]), 2, { stride: 2 ** 32 + 1 }),
      "avgPool2d: stride must be at most 268435456, got 4294967297",
    ],
    [
      () => maxPool2d(zeros([1, 1, 4, 4]), 0),
      "maxPool2d: kernelSize must be an integer of at least 1, or two of them, got 0",
    ],
  ])("$1", (run, message) => expect(run).toThrow(new ShapeError(message)));
});
