/** Augmentation against Pillow, and its randomness: seeded, by pass and image, and the same after a resume. */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { Augmentation } from "../../../src/data/augment/augmentation.js";
import { type Colors, color } from "../../../src/data/augment/colors.js";
import { type Movement, move } from "../../../src/data/augment/movement.js";
import type { AugmentOptions } from "../../../src/data/augment/options.js";
import { ImageDataset } from "../../../src/data/image-dataset.js";
import { useBackend } from "../../../src/tensor/backend/registry.js";
import { Generator, manualSeed } from "../../../src/tensor/random.js";
import type { Tensor } from "../../../src/tensor/tensor.js";

// Made by scripts/fixtures/make_augment_fixtures.py.
const fixture: {
  size: number;
  image: string;
  moved: (Movement & { name: string; pixels: string; inside: string })[];
  coloured: (Colors & { name: string; pixels: string })[];
} = JSON.parse(readFileSync("test/fixtures/data/augment.json", "utf8"));
const { size } = fixture;
const area = size * size;
const shape = { channels: 3, height: size, width: size };

/** [3, size, size] from base64 of [size, size, 3]. */
function planesOf(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, "base64");
  return Uint8Array.from(bytes, (_, i) => bytes[3 * (i % area) + Math.floor(i / area)]);
}

const image = planesOf(fixture.image);

/** As it comes, in [0, 1]. */
const plain = Float32Array.from(image, (byte) => byte / 255);

/** Pillow rounds to bytes, after each step and within some. */
const ROUNDING = 1.5 / 255;

const everything: AugmentOptions = {
  flip: 0.5,
  shift: 0.1,
  rotate: 15,
  crop: 0.2,
  brightness: 0.2,
  contrast: 0.2,
  saturation: 0.2,
};

function augmented(options: AugmentOptions, seed: number, index = 0): Float32Array {
  const values = new Float32Array(image.length);
  new Augmentation(options, shape, new Generator(seed)).apply(image, index, values);
  return values;
}

describe("against Pillow", () => {
  it.each(fixture.moved)("$name", ({ pixels, inside, ...movement }) => {
    const values = new Float32Array(image.length);
    move(image, shape, movement, values);
    const mask = Buffer.from(inside, "base64");
    let compared = 0;
    for (const [i, byte] of planesOf(pixels).entries()) {
      if (!mask[i % area]) continue;
      compared++;
      expect(Math.abs(values[i] - byte / 255)).toBeLessThan(ROUNDING);
    }
    expect(compared).toBeGreaterThan(image.length / 2);
  });

  it.each(fixture.coloured)("$name", ({ pixels, ...colors }) => {
    const values = Float32Array.from(plain);
    color(values, 3, colors);
    const steps = [colors.brightness, colors.contrast, colors.saturation].filter((factor) => factor !== 1).length;
    for (const [i, byte] of planesOf(pixels).entries()) {
      expect(Math.abs(values[i] - byte / 255)).toBeLessThan(steps * ROUNDING);
    }
  });
});

describe("what is drawn", () => {
  it("is nothing, where nothing is asked for", () => {
    expect(augmented({}, 1)).toEqual(plain);
    expect(augmented({ flip: 0, rotate: 0 }, 1)).toEqual(plain);
  });

  it("mirrors exactly, as often as it is told to", () => {
    const mirrored = plain.map((_, i) => plain[i - (i % size) + size - 1 - (i % size)]);
    expect(augmented({ flip: 1 }, 1)).toEqual(mirrored);
    const often = Array.from({ length: 400 }, (_, index) => augmented({ flip: 0.25 }, 3, index)[0] !== plain[0]);
    // Binomial: 100 ± 8.7; five standard deviations.
    expect(Math.abs(often.filter(Boolean).length - 100)).toBeLessThan(44);
  });

  it("repeats the edges", () => {
    const even = new Uint8Array(image.length).fill(200);
    const values = new Float32Array(image.length);
    new Augmentation({ shift: 1, rotate: 180, crop: 0.5 }, shape, new Generator(1)).apply(even, 0, values);
    expect(values.every((value) => value === Math.fround(200 / 255))).toBe(true);
  });

  it("stays within its limits, and in [0, 1]", () => {
    for (let index = 0; index < 200; index++) {
      const bright = augmented({ brightness: 0.3 }, 2, index);
      const factor = bright[0] / plain[0];
      expect(factor).toBeGreaterThan(0.699);
      expect(factor).toBeLessThan(1.301);
      const values = augmented({ ...everything, brightness: 1, contrast: 1, saturation: 1 }, 2, index);
      expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    }
  });

  it("changes with the seed, the pass and the image, and with nothing else", () => {
    expect(augmented(everything, 1)).toEqual(augmented(everything, 1));
    expect(augmented(everything, 1)).not.toEqual(augmented(everything, 2));
    expect(augmented(everything, 1, 0)).not.toEqual(augmented(everything, 1, 1));
    const generator = new Generator(1);
    const passes = [1, 2].map(() => {
      const values = new Float32Array(image.length);
      new Augmentation(everything, shape, generator).apply(image, 0, values);
      return values;
    });
    expect(passes[0]).not.toEqual(passes[1]);
    // One more kind of change leaves the others as they were: a saturation of ±0 is the same as none.
    expect(augmented({ ...everything, saturation: undefined }, 1)).toEqual(
      augmented({ ...everything, saturation: 0 }, 1),
    );
  });

  it.each([
    [{ flip: 1.1 }, "augment: flip must be a number from 0 to 1, got 1.1"],
    [{ crop: 1 }, "augment: crop must be a number from 0 to below 1, got 1"],
    [{ rotate: -5 }, "augment: rotate must be a number from 0 to 180, got -5"],
    [
      { zoom: 1 },
      'augment: unknown option "zoom"; it has flip, shift, rotate, crop, brightness, contrast, saturation, ' +
        "resizedCrop, grey, blur, erase, mixup, cutmix, custom",
    ],
  ])("refuses %j", (options, message) => {
    expect(() => augmented(options as AugmentOptions, 1)).toThrow(message);
  });
});

describe("how much is drawn", () => {
  /** Red says how far right a point of it is, green how far down; blue stays the same. */
  const ramp = Uint8Array.from(
    { length: 3 * 32 * 32 },
    (_, i) => [8 * (i % 32), 8 * (Math.floor(i / 32) % 32), 100][i >> 10],
  );

  /** For many images, where the four pixels in the middle are taken from, in pixels from the middle. */
  function movements(options: AugmentOptions): Movement[] {
    const augmentation = new Augmentation(options, { channels: 3, height: 32, width: 32 }, new Generator(5));
    const values = new Float32Array(ramp.length);
    return Array.from({ length: 500 }, (_, index) => {
      augmentation.apply(ramp, index, values);
      const [x, y] = [0, 1024].map(
        (plane) => (row: number, column: number) => (255 * values[plane + row * 32 + column]) / 8,
      );
      const middle = (f: typeof x) => (f(15, 15) + f(15, 16) + f(16, 15) + f(16, 16)) / 4 - 15.5;
      const [right, down] = [(f: typeof x) => f(15, 16) - f(15, 15), (f: typeof x) => f(16, 15) - f(15, 15)];
      return {
        ...{ offsetX: middle(x), offsetY: middle(y) },
        ...{ rightX: right(x), rightY: right(y), downX: down(x), downY: down(y) },
      };
    });
  }

  /** The values lie from least to most, come near both ends, and are in the middle on average. */
  function expectSpread(values: number[], least: number, most: number, what: string): void {
    const near = (most - least) / 50;
    expect(Math.min(...values), what).toBeGreaterThan(least - 1e-3);
    expect(Math.min(...values), what).toBeLessThan(least + near);
    expect(Math.max(...values), what).toBeLessThan(most + 1e-3);
    expect(Math.max(...values), what).toBeGreaterThan(most - near);
    // The mean of 500 even draws: its standard deviation is a 77th of the range. Five of them.
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(Math.abs(mean - (least + most) / 2), what).toBeLessThan((5 * (most - least)) / 77);
  }

  it("shift: a share of the size, in each direction by itself", () => {
    const drawn = movements({ shift: 0.25 });
    expectSpread(
      drawn.map(({ offsetX }) => offsetX),
      -8,
      8,
      "right",
    );
    expectSpread(
      drawn.map(({ offsetY }) => offsetY),
      -8,
      8,
      "down",
    );
    // Of two that have nothing to do with one another the mean product is 0, here ± 1; of one twice it would be 21.
    const product = drawn.reduce((sum, { offsetX, offsetY }) => sum + offsetX * offsetY, 0) / drawn.length;
    expect(Math.abs(product)).toBeLessThan(5);
    for (const { rightX, rightY, downX, downY } of drawn) {
      for (const [i, step] of [rightX, rightY, downX, downY].entries()) expect(step).toBeCloseTo([1, 0, 0, 1][i], 4);
    }
  });

  it("rotate: degrees, about the middle", () => {
    const drawn = movements({ rotate: 30 });
    expectSpread(
      drawn.map(({ rightX, rightY }) => (180 / Math.PI) * Math.atan2(rightY, rightX)),
      -30,
      30,
      "angle",
    );
    for (const { offsetX, offsetY, rightX, rightY, downX, downY } of drawn) {
      expect(Math.hypot(offsetX, offsetY)).toBeLessThan(1e-3);
      expect(Math.hypot(rightX, rightY)).toBeCloseTo(1, 3);
      expect([downX, downY]).toEqual([expect.closeTo(-rightY, 3), expect.closeTo(rightX, 3)]);
    }
  });

  it("crop: a square so much smaller, anywhere inside of the image", () => {
    const drawn = movements({ crop: 0.5 });
    expectSpread(
      drawn.map(({ rightX }) => 1 - rightX),
      0,
      0.5,
      "smaller",
    );
    // From the square's middle to the image's, of what there is room for.
    const places = (offset: "offsetX" | "offsetY") =>
      drawn.filter(({ rightX }) => rightX < 0.9).map((movement) => movement[offset] / (16 * (1 - movement.rightX)));
    expectSpread(places("offsetX"), -1, 1, "right");
    expectSpread(places("offsetY"), -1, 1, "down");
    for (const { rightX, downY } of drawn) expect(downY).toBeCloseTo(rightX, 3);
  });

  it("colours: factors around 1, each by itself", () => {
    // The left half is grey, the right half reddish.
    const halves = Uint8Array.from({ length: 3 * 4 * 4 }, (_, i) => (i < 16 || i % 4 < 2 ? 100 : 60));
    const factors = (options: AugmentOptions, factorOf: (values: Float32Array) => number) => {
      const augmentation = new Augmentation(options, { channels: 3, height: 4, width: 4 }, new Generator(6));
      return Array.from({ length: 500 }, (_, index) => {
        const values = new Float32Array(halves.length);
        augmentation.apply(halves, index, values);
        return factorOf(values);
      });
    };
    expectSpread(
      factors({ brightness: 0.5 }, (values) => (255 * values[0]) / 100),
      0.5,
      1.5,
      "brightness",
    );
    // What two pixels differ by grows by the factor of contrast; what channels of one do by that of saturation.
    const contrast = (values: Float32Array) => (255 * (values[16] - values[18])) / 40;
    expectSpread(factors({ contrast: 0.25 }, contrast), 0.75, 1.25, "contrast");
    const saturation = (values: Float32Array) => (255 * (values[2] - values[18])) / 40;
    expectSpread(factors({ saturation: 0.25 }, saturation), 0.75, 1.25, "saturation");
  });
});

describe("batches", () => {
  beforeAll(() => useBackend("js"));

  const dataset = new ImageDataset({
    pixels: Uint8Array.from({ length: 10 * image.length }, (_, i) => image[i % image.length]),
    labels: new Int32Array(10),
    size,
    classes: ["a"],
  });

  function pass(batchSize: number, options = {}): Map<number, Float32Array> {
    const seen = new Map<number, Float32Array>();
    for (const { images, indices } of dataset.batches(batchSize, { augment: everything, ...options })) {
      const values = images.dataSync();
      for (const [n, index] of indices.entries()) {
        seen.set(index, Float32Array.from(values.subarray(n * image.length, (n + 1) * image.length)));
      }
    }
    return seen;
  }

  it("come augmented, anew on each pass, the same from the same seed whatever the batch size", () => {
    manualSeed(7);
    const [first, second] = [pass(4), pass(4)];
    expect(first.size).toBe(10);
    expect(first.get(0)).not.toEqual(first.get(1));
    expect(first.get(0)).not.toEqual(second.get(0));
    manualSeed(7);
    expect([pass(3), pass(10)]).toEqual([first, second].map((seen) => new Map(seen)));
    manualSeed(7);
    expect([...dataset.batches(10)][0].indices).toEqual(Int32Array.from(first.keys()));
  });

  it("go on in the middle of a pass as if it had not been interrupted", () => {
    const generators = { generator: new Generator(1), augmentGenerator: new Generator(2) };
    pass(4, generators);
    const states = [generators.generator.state(), generators.augmentGenerator.state()];
    const whole = pass(4, generators);
    const after = pass(4, generators);
    const resumed = { generator: new Generator(9), augmentGenerator: new Generator(9) };
    resumed.generator.setState(states[0]);
    resumed.augmentGenerator.setState(states[1]);
    expect([...pass(4, { ...resumed, start: 4 })]).toEqual([...whole].slice(4));
    expect([...pass(4, resumed)]).toEqual([...after]);
  });

  it("are mixed, with probabilities for targets, and go on mixed in the middle of a pass", () => {
    const two = new ImageDataset({
      pixels: Uint8Array.from({ length: 10 * image.length }, (_, i) => (image[i % image.length] + 9 * (i % 7)) % 256),
      labels: Int32Array.from({ length: 10 }, (_, i) => i % 2),
      size,
      classes: ["a", "b"],
    });
    const mixed = (start = 0) => {
      const generators = { generator: new Generator(1), augmentGenerator: new Generator(2) };
      return Array.from(two.batches(4, { ...generators, augment: { mixup: 1, flip: 0.5 }, start }), (batch) => {
        const targets = [...(batch.targets as Tensor).dataSync()];
        return { images: [...batch.images.dataSync()], labels: [...batch.labels], targets };
      });
    };
    const whole = mixed();
    expect(mixed(4)).toEqual(whole.slice(1));
    for (const { labels, targets } of whole) {
      for (const [i, label] of labels.entries()) {
        expect(targets[2 * i] + targets[2 * i + 1]).toBeCloseTo(1, 6);
        expect(targets[2 * i + label]).toBeGreaterThan(0);
      }
    }
    expect(whole.flatMap(({ targets }) => targets).some((p) => p > 0.01 && p < 0.99)).toBe(true);
  });
});
