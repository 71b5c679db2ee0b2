/** Convolution against PyTorch. */

import { afterEach, describe, expect, inject, it } from "vitest";
import { detectAnomaly } from "../../src/tensor/anomaly.js";
import { backward } from "../../src/tensor/autograd.js";
import { type BackendOptions, useBackend } from "../../src/tensor/backend/registry.js";
import { zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { type Conv2dOptions, conv2d } from "../../src/tensor/ops/conv2d.js";
import { log } from "../../src/tensor/ops/pointwise.js";
import { avgPool2d } from "../../src/tensor/ops/pooling/avg-pool2d.js";
import { maxPool2d } from "../../src/tensor/ops/pooling/max-pool2d.js";
import { sum } from "../../src/tensor/ops/sum.js";
import { ShapeError } from "../../src/tensor/shape.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { checkFixtures, checkOp } from "../check-op.js";
import { onEachBackend, openAll, type Target, targets } from "../targets.js";

const op = ([x, w, bias]: Tensor[], options: Conv2dOptions) => conv2d(x, w, { bias, ...options });

const DIRECT = 1e-5;
/** Winograd's algorithm pays for its speed with a digit. */
const WINOGRAD = 1e-4;

const tolerance = inject("forced").winograd === "always" ? WINOGRAD : DIRECT;
checkFixtures("conv2d", { conv2d: { op, linear: [0, 1, 2], tolerance } });

/** Each way to convolve, on so many threads as to share out even small work unevenly. */
async function onThreads(options: BackendOptions): Promise<Target[]> {
  const named = Object.entries(options)
    .map(([name, value]) => `${name} ${value}`)
    .join(", ");
  const counts = typeof SharedArrayBuffer === "function" ? [1, 2, 3, 5] : [1];
  return openAll(
    Object.fromEntries(
      counts.map((threads) => [`wasm, ${named}, ${threads} threads`, ["wasm", { threads, ...options }]]),
    ),
  );
}

const ways = [
  { on: await onThreads({ winograd: "always" }), tolerance: WINOGRAD },
  { on: await onThreads({ eightPoints: "always" }), tolerance: WINOGRAD },
  { on: await onThreads({ winograd: "never" }), tolerance: DIRECT },
  { on: await onThreads({ depthwise: "always", winograd: "never" }), tolerance: DIRECT },
  { on: await onThreads({ pixels: "always", winograd: "never" }), tolerance: DIRECT },
  { on: await onThreads({ images: "always", winograd: "never" }), tolerance: DIRECT },
  { on: await onThreads({ strict: true }), tolerance: WINOGRAD },
];

describe.each(ways)("on $on.0.label", ({ on, tolerance }) => {
  checkFixtures("conv2d", { conv2d: { op, on, tolerance } });
  const conv = (name: string, x: number[], w: number[], options: Conv2dOptions) =>
    checkOp(name, { op: (...inputs) => op(inputs, options), shapes: [x, w, [w[0]]], tolerance, on });
  conv("Net #1, first", [3, 3, 32, 32], [8, 3, 5, 5], { padding: 2 });
  conv("Net #1, second", [2, 8, 32, 32], [16, 8, 3, 3], { padding: 1 });
  conv("Net #1, last", [2, 128, 8, 8], [36, 128, 3, 3], { padding: 1 });
  conv("Net #2, fourth", [1, 32, 20, 20], [20, 32, 5, 5], { padding: 2 });
  conv("odd sizes", [3, 7, 19, 23], [13, 7, 3, 3], { padding: 1 });
  conv("stride", [3, 8, 21, 22], [12, 8, 3, 3], { stride: 2, padding: 1 });
  conv("dilation", [2, 8, 21, 22], [12, 8, 3, 3], { dilation: 2, padding: 2 });
  conv("groups", [2, 12, 17, 18], [24, 4, 3, 3], { groups: 3, padding: 1 });
  conv("depthwise", [2, 24, 17, 18], [24, 1, 3, 3], { groups: 24, padding: 1 });
  conv("1x1", [3, 40, 13, 13], [36, 40, 1, 1], {});
  conv("one filter over everything", [5, 16, 9, 9], [10, 16, 9, 9], {});
});

describe("without channels", () => {
  onEachBackend("sums leave the bias, and gradients are zeros", async () => {
    const x = zeros([2, 0, 3, 3]);
    const bias = tensor([5, 7]);
    const y = conv2d(x, zeros([2, 0, 2, 2]), { bias });
    expect([y.shape, await y.data()]).toEqual([
      [2, 2, 2, 2],
      Float32Array.of(5, 5, 5, 5, 7, 7, 7, 7, 5, 5, 5, 5, 7, 7, 7, 7),
    ]);
    expect(await conv2d(x, zeros([2, 0, 2, 2])).data()).toEqual(new Float32Array(16));
    const pixels = zeros([2, 1, 3, 3], { requiresGrad: true });
    conv2d(pixels, zeros([0, 1, 2, 2]))
      .sum()
      .backward();
    expect(await pixels.grad?.data()).toEqual(new Float32Array(18));
    const weight = zeros([2, 1, 2, 2], { requiresGrad: true });
    conv2d(zeros([0, 1, 3, 3]), weight)
      .sum()
      .backward();
    expect(await weight.grad?.data()).toEqual(new Float32Array(8));
  });
});

describe("an infinity", () => {
  /** How many outputs are not finite, and how many finite ones differ from those without the infinity. */
  async function spread(options: BackendOptions): Promise<{ infinite: number; nan: number; changed: number }> {
    await useBackend("wasm", options);
    const values = Float32Array.from({ length: 8 * 32 * 32 }, (_, i) => Math.sin(i));
    const w = tensor(
      Float32Array.from({ length: 8 * 8 * 9 }, (_, i) => Math.cos(i)),
      [8, 8, 3, 3],
    );
    const convolve = () => conv2d(tensor(values, [1, 8, 32, 32]), w, { padding: 1 }).data();
    const before = await convolve();
    values[3 * 32 * 32 + 15 * 32 + 14] = Infinity;
    const after = await convolve();
    const finite = before.filter((_, i) => Number.isFinite(after[i]));
    const nan = after.filter((y) => Number.isNaN(y)).length;
    return {
      nan,
      infinite: after.length - finite.length - nan,
      changed: finite.filter((y, i) => y !== after.filter(Number.isFinite)[i]).length,
    };
  }

  afterEach(async () => void (await useBackend("wasm", inject("forced"))));

  it("reaches the windows that see it", async () => {
    expect(await spread({ winograd: "never" })).toEqual({ nan: 0, infinite: 9 * 8, changed: 0 });
  });

  it("by Winograd's algorithm spoils the tiles that hold it, and no others", async () => {
    const { nan, infinite, changed } = await spread({ winograd: "always" });
    expect(changed).toBe(0);
    // All of one tile, and the first row of the tile below it, whose first row of inputs the infinity is in.
    expect(nan + infinite).toBe((16 + 4) * 8);
    expect(nan).toBeGreaterThan(infinite);
  });

  it("is blamed on what made it", async () => {
    await useBackend("wasm", { winograd: "always" });
    const x = zeros([1, 8, 8, 8], { requiresGrad: true });
    const found = detectAnomaly(() => conv2d(log(x), zeros([8, 8, 3, 3]), { padding: 1 }));
    await expect(found).rejects.toMatchObject({ op: "log" });
  });
});

describe("the largest stride, padding and dilation", () => {
  onEachBackend("leave one window, and gradients for what it saw", async () => {
    const x = tensor([1, 2, 3, 4], [1, 1, 2, 2], { requiresGrad: true });
    const w = tensor([10], [1, 1, 1, 1], { requiresGrad: true });
    const y = conv2d(x, w, { stride: 2 ** 28, dilation: 2 ** 28 });
    expect([...(await y.data())]).toEqual([10]);
    backward(sum(y));
    expect([...((await x.grad?.data()) ?? [])]).toEqual([10, 0, 0, 0]);
    expect(await w.grad?.item()).toBe(1);
    for (const pool of [maxPool2d, avgPool2d]) {
      expect([...(await pool(x, [1, 2], { stride: 2 ** 28 }).data())]).toEqual([pool === maxPool2d ? 2 : 1.5]);
    }
  });

  onEachBackend("leave one window of each channel", async () => {
    const x = tensor([1, 2, 3, 4, 5, 6, 7, 8], [1, 2, 2, 2], { requiresGrad: true });
    const y = conv2d(x, tensor([10, 100], [2, 1, 1, 1]), { stride: 2 ** 28, groups: 2 });
    expect([...(await y.data())]).toEqual([10, 500]);
    backward(sum(y));
    expect([...((await x.grad?.data()) ?? [])]).toEqual([10, 0, 0, 0, 100, 0, 0, 0]);
  });

  onEachBackend(
    "with padding, a stride apart",
    async () => {
      const y = conv2d(tensor([1, 2, 3], [1, 1, 1, 3]), tensor([10], [1, 1, 1, 1]), {
        stride: [1, 2 ** 27],
        padding: [0, 2 ** 27],
      });
      expect([...(await y.data())]).toEqual([0, 10, 0]);
    },
    targets.filter(({ name }) => !name.startsWith("gpujs")),
  );

  onEachBackend(
    "are too much for kernels that count in float32, which say so",
    () => {
      const x = zeros([1, 1, 1, 3]);
      const options = { stride: [1, 2 ** 27], padding: [0, 2 ** 27] } as const;
      expect(() => conv2d(x, zeros([1, 1, 1, 1]), options)).toThrow("planes of 1 × 268435459, padding included");
    },
    targets.filter(({ name }) => name.startsWith("gpujs")),
  );
});

describe("errors", () => {
  const conv = (x: number[], w: number[], options: Conv2dOptions = {}) => conv2d(zeros(x), zeros(w), options);
  const shapes = (x: string, w: string) => `\n  input   ${x}  (N, C, H, W)\n  weight  ${w}  (O, C, kH, kW)`;
  it.each([
    [
      () => conv([1, 1, 4, 4], [1, 1, 1, 1], { stride: 2 ** 32 + 1 }),
      "conv2d: stride must be at most 268435456, got 4294967297",
    ],
    [
      () => conv([1, 1, 4, 4], [1, 1, 1, 1], { padding: 2 ** 31 }),
      "conv2d: padding must be at most 268435456, got 2147483648",
    ],
    [
      () => conv([1, 1, 4, 4], [1, 1, 1, 1], { dilation: 2 ** 32 }),
      "conv2d: dilation must be at most 268435456, got 4294967296",
    ],
    [
      () => conv([8, 4, 32, 32], [8, 3, 5, 5]),
      `conv2d: input has 4 channels, weight expects 3${shapes("[8, 4, 32, 32]", "[8, 3, 5, 5]")}`,
    ],
    [
      () => conv([1, 4, 8, 8], [4, 4, 3, 3], { groups: 2 }),
      `conv2d: input has 4 channels, weight expects 4 in each of 2 groups${shapes("[1, 4, 8, 8]", "[4, 4, 3, 3]")}`,
    ],
    [
      () => conv([1, 4, 8, 8], [5, 2, 3, 3], { groups: 2 }),
      `conv2d: 2 groups do not divide 4 input and 5 output channels${shapes("[1, 4, 8, 8]", "[5, 2, 3, 3]")}`,
    ],
    [
      () => conv([3, 8, 8], [4, 3, 3, 3]),
      `conv2d: the input must have 4 axes, it has 3${shapes("[3, 8, 8]", "[4, 3, 3, 3]")}`,
    ],
    [
      () => conv([1, 3, 8, 8], [3, 3]),
      `conv2d: the weight must have 4 axes, it has 2${shapes("[1, 3, 8, 8]", "[3, 3]")}`,
    ],
    [
      () => conv([1, 1, 8, 4], [1, 1, 3, 3], { dilation: 2 }),
      `conv2d: the filter spans 5 along W, the padded input has 4${shapes("[1, 1, 8, 4]", "[1, 1, 3, 3]")}`,
    ],
    [
      () => conv([1, 1, 1, 9], [1, 1, 4, 3], { padding: [1, 0] }),
      `conv2d: the filter spans 4 along H, the padded input has 3${shapes("[1, 1, 1, 9]", "[1, 1, 4, 3]")}`,
    ],
    [
      () => conv([1, 1, 4, 4], [1, 1, 1, 1], { stride: 0 }),
      "conv2d: stride must be an integer of at least 1, or two of them, got 0",
    ],
    [
      () => conv([1, 1, 4, 4], [1, 1, 1, 1], { padding: [0, -1] }),
      "conv2d: padding must be an integer of at least 0, or two of them, got [0, -1]",
    ],
    [
      () => conv([1, 1, 4, 4], [2, 1, 1, 1], { bias: zeros([3]) }),
      "conv2d: bias has shape [3], expected [2], one per output channel",
    ],
  ])("$1", (run, message) => expect(run).toThrow(new ShapeError(message)));
});
