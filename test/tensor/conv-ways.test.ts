/** The ways to convolve by wasm: each on convolutions of all kinds, against the js backend in float64. */

import { describe, expect, it } from "vitest";
import type { Backend, ConvGeometry, Storage, UnaryFormula } from "../../src/tensor/backend/backend.js";
import { createJsBackend } from "../../src/tensor/backend/js/js.js";
import { type ConvUse, folded, type WayName, wayOf } from "../../src/tensor/backend/wasm/conv-choice.js";
import { createWasmBackend } from "../../src/tensor/backend/wasm/wasm.js";
import { conv2dGeometry } from "../../src/tensor/ops/conv2d.js";
import { Generator } from "../../src/tensor/random.js";

const NONE: ConvUse = {
  depthwise: "never",
  eightPoints: "never",
  winograd: "never",
  pixels: "never",
  images: "never",
};

const relu: UnaryFormula = { name: "relu", f: (x) => Math.max(x, 0) };
const clamp: UnaryFormula = { name: "clamp", f: (x, low, high) => Math.min(Math.max(x, low), high) };

/** What is odd about most convolutions: sizes, strides that leave rows over, holes, padding beyond what is needed. */
function anyGeometry(random: Generator, [c, o, groups]: readonly number[], kernel?: number): ConvGeometry {
  const upTo = (n: number) => 1 + random.int(n);
  const pair = (most: number): [number, number] => [upTo(most), upTo(most)];
  const [kH, kW] = kernel === undefined ? pair(4) : [kernel, kernel];
  const dilation = pair(kernel === undefined ? 2 : 1);
  const stride = pair(kernel === undefined ? 3 : 1);
  const padding: [number, number] = [upTo(kH) - 1, upTo(kW) - 1];
  const [h, w] = [upTo(19) + dilation[0] * (kH - 1), upTo(19) + dilation[1] * (kW - 1)];
  const x = [upTo(12), c, h, w];
  return conv2dGeometry(x, [o, c / groups, kH, kW], { stride, padding, dilation, groups });
}

/** The result and both gradients. */
function convolve(backend: Backend, g: ConvGeometry): Storage[] {
  const random = new Generator(1);
  const noise = (size: number) => backend.upload(Float32Array.from({ length: size }, () => random.uniform() - 0.5));
  const x = noise(g.n * g.c * g.h * g.w);
  const w = noise((g.o * g.c * g.kH * g.kW) / g.groups);
  const grad = noise(g.n * g.o * g.outH * g.outW);
  const bias = noise(g.o);
  const results = [backend.conv2d(x, w, bias, g), backend.conv2dInputGrad(grad, w, g)];
  results.push(backend.conv2d(x, w, undefined, g), backend.conv2dWeightGrad(x, grad, g));
  for (const input of [x, w, grad, bias]) backend.free(input);
  return results;
}

function numbersOf(backend: Backend, g: ConvGeometry): ArrayLike<number>[] {
  return convolve(backend, g).map((result) => {
    const numbers = backend.readSync!(result);
    backend.free(result);
    return numbers;
  });
}

/** A convolution, a norm and a clamp, in one pass and one after another. */
function epilogues(backend: Backend, g: ConvGeometry): ArrayLike<number>[] {
  const random = new Generator(2);
  const noise = (size: number, least = -1) =>
    backend.upload(Float32Array.from({ length: size }, () => least + (1 - least) * random.uniform()));
  const [x, w] = [noise(g.n * g.c * g.h * g.w), noise((g.o * g.c * g.kH * g.kW) / g.groups)];
  const [mean, weight, bias] = [noise(g.o), noise(g.o), noise(g.o)];
  const norm = { mean, variance: noise(g.o, 0), weight, bias, eps: 1e-3 };
  const y = backend.conv2d(x, w, bias, g);
  const normal = backend.normalize({ ...norm, x: y }, { n: g.n, c: g.o, pixels: g.outH * g.outW });
  const results = [
    backend.conv2d(x, w, bias, g, { norm, activation: "relu6" }),
    backend.unary(clamp, normal, 0, 6),
    backend.conv2d(x, w, bias, g, { norm }),
    normal,
    backend.conv2d(x, w, undefined, g, { activation: "relu" }),
    backend.unary(relu, backend.conv2d(x, w, undefined, g), 0, 0),
  ];
  if (g.outH > 1 && g.outW > 1) {
    const window = { kH: 2, kW: 2, strideH: 2, strideW: 2, padH: 0, padW: 0, outH: g.outH >> 1, outW: g.outW >> 1 };
    const pool = { planes: g.n * g.o, h: g.outH, w: g.outW, ...window, countIncludePad: false };
    results.push(backend.conv2d(x, w, bias, g, { norm, activation: "relu6", halves: true }));
    results.push(backend.maxPool2d(results[1], pool));
    results.push(backend.conv2d(x, w, bias, g, { halves: true }), backend.maxPool2d(y, pool));
  }
  return results.map((result) => backend.readSync!(result));
}

/** The largest difference, relative to the root mean square. */
function errorOf(got: ArrayLike<number>, want: ArrayLike<number>): number {
  const wants = Array.from(want);
  const worst = wants.reduce((most, value, i) => Math.max(most, Math.abs(got[i] - value)), 0);
  return worst / Math.sqrt(wants.reduce((sum, value) => sum + value ** 2, 0) / wants.length || 1);
}

interface Kind {
  way: WayName;
  title: string;
  use?: ConvUse;
  /** Channels, filters, groups. */
  channels: number[][];
  kernels?: number[];
  tolerance?: number;
}

const kinds: Kind[] = [
  {
    way: "depthwise",
    title: "depthwise",
    channels: [
      [1, 1, 1],
      [6, 6, 6],
      [8, 8, 8],
      [5, 5, 5],
    ],
  },
  {
    way: "winograd",
    title: "winograd",
    channels: [
      [3, 5, 1],
      [1, 2, 1],
      [9, 8, 1],
      [2, 12, 1],
      [4, 14, 1],
      [3, 22, 1],
      [2, 34, 1],
    ],
    kernels: [3, 5],
    tolerance: 1e-4,
  },
  {
    way: "eightPoints",
    title: "eight points",
    use: { ...NONE, winograd: "auto", eightPoints: "always" },
    channels: [
      [3, 5, 1],
      [1, 2, 1],
      [9, 8, 1],
      [2, 13, 1],
      [3, 20, 1],
    ],
    kernels: [3, 5],
    tolerance: 1e-4,
  },
  {
    way: "pixels",
    title: "pixels",
    channels: [
      [4, 8, 1],
      [12, 4, 1],
      [40, 36, 1],
    ],
    kernels: [1],
  },
  {
    way: "images",
    title: "images",
    channels: [
      [3, 5, 1],
      [1, 7, 1],
      [9, 33, 1],
    ],
  },
  {
    way: "direct",
    title: "direct",
    channels: [
      [3, 5, 1],
      [4, 6, 2],
      [1, 7, 1],
      [6, 6, 6],
    ],
  },
  {
    way: "direct",
    title: "direct, 1×1",
    channels: [
      [3, 5, 1],
      [9, 33, 1],
      [8, 12, 1],
      [6, 4, 2],
    ],
    kernels: [1],
  },
];

describe.each(kinds)("$title", ({ way, use: given, channels, kernels = [undefined], tolerance = 1e-5 }) => {
  const use: ConvUse = given ?? (way === "direct" ? NONE : { ...NONE, [way]: "always" });
  const one = createWasmBackend({ ...use, threads: 1 });
  const three = createWasmBackend({ ...use, threads: 3 });
  const js = createJsBackend("float64");
  const random = new Generator(7);

  it.each(channels)("%i channels to %i in %i groups: right, with the same bits on 1 and 3 threads", (...sizes) => {
    for (let turn = 0; turn < 12; turn++) {
      const geometry = anyGeometry(random, sizes, kernels[turn % kernels.length]);
      const told = JSON.stringify(geometry);
      expect(wayOf(geometry, use), told).toBe(way);
      const [got, shared, want] = [one, three, js].map((backend) => numbersOf(backend, geometry));
      expect(shared, told).toEqual(got);
      for (const [i, numbers] of got.entries()) expect(errorOf(numbers, want[i]), told).toBeLessThan(tolerance);
      for (const backend of [one, three]) {
        const results = epilogues(backend, geometry);
        for (let i = 0; i < results.length; i += 2) expect(results[i], told).toEqual(results[i + 1]);
      }
    }
  });
});

describe("by Winograd's algorithm", () => {
  it.each([
    ["winograd", 1e-4],
    ["eightPoints", 2e-4],
  ] as const)("%s: sums of more channels than the cache has room for", (way, tolerance) => {
    const use: ConvUse = { ...NONE, winograd: "always", [way]: "always" };
    const g = conv2dGeometry([3, 400, 13, 24], [27, 400, 3, 3], { padding: 1 });
    expect(wayOf(g, use)).toBe(way);
    const [one, three] = [1, 3].map((threads) => numbersOf(createWasmBackend({ ...use, threads }), g));
    expect(three).toEqual(one);
    const want = numbersOf(createJsBackend("float64"), g);
    for (const [i, numbers] of one.entries()) expect(errorOf(numbers, want[i])).toBeLessThan(tolerance);
  });
});

describe("gradients of weights by tiles", () => {
  const [one, three] = [1, 3].map((threads) => createWasmBackend({ ...NONE, threads }));
  const js = createJsBackend("float64");

  it.each([
    ["as they lie: a first layer's", [2, 1, 28, 28], [32, 1, 3, 3], {}],
    ["as they lie, in bands of rows", [1, 3, 40, 44], [8, 3, 3, 3], {}],
    ["as they lie, in groups, with a stride", [3, 4, 56, 55], [24, 2, 3, 3], { groups: 2, stride: 2 }],
    ["interleaved for a last quad of two", [2, 1, 28, 28], [6, 1, 3, 3], {}],
    ["interleaved for rows of no whole vectors", [2, 1, 28, 30], [8, 1, 3, 3], {}],
    ["interleaved, of several images", [5, 3, 16, 16], [8, 3, 3, 3], {}],
  ] as const)("read those of outputs %s", (_, x, w, options) => {
    const g = conv2dGeometry(x, w, { padding: 1, ...options });
    const [got, shared, want] = [one, three, js].map((backend) => numbersOf(backend, g)[3]);
    expect(shared).toEqual(got);
    expect(errorOf(got, want)).toBeLessThan(1e-5);
  });
});

describe("tiles that do not fill rows", () => {
  const wasm = createWasmBackend({ ...NONE, threads: 1 });
  const js = createJsBackend("float64");

  it.each([
    ["reach back and compute pixels again", [2, 1, 28, 28], [8, 1, 3, 3]],
    ["do not where sums go on from what is stored", [2, 90, 12, 12], [4, 90, 3, 3]],
  ] as const)("%s", (_, x, w) => {
    const g = conv2dGeometry(x, w, { padding: 1 });
    const [got, want] = [wasm, js].map((backend) => numbersOf(backend, g)[0]);
    expect(errorOf(got, want)).toBeLessThan(1e-5);
  });
});

/** Where the weights' gradient is NaN if the pixel at `place` is `pixel`. */
function nanTaps(backend: Backend, g: ConvGeometry, place: number, pixel: number): number[] {
  const random = new Generator(3);
  const noise = (size: number) => Float32Array.from({ length: size }, () => random.uniform() + 0.5);
  const values = noise(g.n * g.c * g.h * g.w);
  values[place] = pixel;
  const dw = backend.conv2dWeightGrad(backend.upload(values), backend.upload(noise(g.n * g.o * g.outH * g.outW)), g);
  return Array.from(backend.readSync!(dw), (v, i) => (Number.isNaN(v) ? i : -1)).filter((i) => i >= 0);
}

describe("a pixel that is not finite makes NaN of the taps that see it, and of no others", () => {
  const js = createJsBackend("float64");
  const random = new Generator(5);
  const direct = kinds.filter(({ way }) => !["winograd", "eightPoints"].includes(way));

  it.each(direct)("$title", ({ way, channels, kernels = [undefined] }) => {
    const backend = createWasmBackend({ ...NONE, ...(way === "direct" ? {} : { [way]: "always" }), threads: 2 });
    for (let turn = 0; turn < 60; turn++) {
      const g = anyGeometry(random, channels[turn % channels.length], kernels[turn % kernels.length]);
      const place = random.int(g.n * g.c * g.h * g.w);
      for (const pixel of [NaN, Infinity]) {
        expect(nanTaps(backend, g, place, pixel), JSON.stringify(g)).toEqual(nanTaps(js, g, place, pixel));
      }
    }
  });
});

describe("of itself", () => {
  const square = (c: number, o: number, size: number, k: number, groups = 1, stride = 1) =>
    conv2dGeometry([1, c, size, size], [o, c / groups, k, k], { padding: (k - 1) >> 1, groups, stride });

  it.each([
    ["MobileNet's planes", square(32, 32, 48, 3, 32), "depthwise"],
    ["with a stride", square(96, 96, 48, 3, 96, 2), "depthwise"],
    ["with many filters a channel", square(1, 32, 28, 3), "direct"],
    ["a blur of a photograph", square(3, 3, 1024, 5, 3), "depthwise"],
    ["a blur of a grey one", square(1, 1, 1024, 5), "direct"],
    ["3×3 with channels", square(8, 16, 32, 3), "winograd"],
    ["few channels", square(3, 8, 32, 5), "direct"],
    ["5×5 with channels", square(16, 32, 64, 5), "eightPoints"],
    ["sides of whole tiles with eight points", { ...square(64, 64, 6, 3), n: 8 }, "eightPoints"],
    ["the same for one image, with more filters than tiles", square(64, 64, 6, 3), "winograd"],
    ["sides of whole tiles with six points", { ...square(64, 64, 8, 3), n: 64 }, "winograd"],
    ["sides of 14, cut into tiles of both", { ...square(32, 64, 14, 3), n: 128 }, "eightPoints"],
    ["small maps of some images", { ...square(512, 512, 3, 3), n: 8 }, "images"],
    ["3×3 with a stride", { ...square(64, 128, 24, 3, 1, 2), n: 8 }, "images"],
    ["the same for one image", square(64, 128, 24, 3, 1, 2), "direct"],
    ["large maps with a stride", square(3, 64, 224, 7, 1, 2), "direct"],
    ["1×1 with whole tiles of channels", square(12, 8, 7, 1), "pixels"],
    ["1×1 with a rest of channels", square(12, 10, 7, 1), "direct"],
    ["groups of channels", square(8, 8, 16, 3, 2), "direct"],
  ] as const)("%s: %o goes by %s", (_, geometry, way) => {
    expect(wayOf(geometry, {})).toBe(way);
    if (way !== "direct") expect(wayOf(geometry, NONE)).toBe("direct");
    // Who wants no Winograd wants none with larger tiles either.
    if (way === "eightPoints") expect(wayOf(geometry, { winograd: "never", eightPoints: "always" })).toBe("direct");
  });

  it.each([
    [6, 6, [1, 36]],
    [12, 12, [1, 144]],
    [28, 28, [7, 112]],
    [48, 48, [9, 256]],
    [13, 99, [13, 99]],
  ])("planes of %i × %i pixels are folded for 1×1 filters into rows × columns of %o", (h, w, want) => {
    const folds = folded(conv2dGeometry([1, 3, h, w], [5, 3, 1, 1]));
    expect([folds.h, folds.w]).toEqual(want);
    expect([folds.outH, folds.outW]).toEqual(want);
    const padded = conv2dGeometry([1, 3, h, w], [5, 3, 1, 1], { padding: 1 });
    expect(folded(padded)).toBe(padded);
  });

  it.each([
    ["winograd", 3],
    ["winograd", 5],
    ["eightPoints", 3],
    ["eightPoints", 5],
  ] as const)("%s, filters of %i: gradients of eight parts of the images", (way, side) => {
    const use: ConvUse = { ...NONE, winograd: "auto", [way]: "always" };
    const g = conv2dGeometry([16, 5, 66, 67], [6, 5, side, side], { padding: 1 });
    expect(wayOf(g, use)).toBe(way);
    const [one, two, three] = [1, 2, 3].map((threads) => numbersOf(createWasmBackend({ ...use, threads }), g));
    expect(two).toEqual(one);
    expect(three).toEqual(one);
    const want = numbersOf(createJsBackend("float64"), g);
    for (const [i, numbers] of one.entries()) expect(errorOf(numbers, want[i])).toBeLessThan(1e-4);
  });
});
