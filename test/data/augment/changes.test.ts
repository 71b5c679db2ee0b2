/** Changes of images by hand: blur, grey, rectangles, mixtures, changes of one's own; any shape and number of channels. */

import { describe, expect, it } from "vitest";
import { Augmentation } from "../../../src/data/augment/augmentation.js";
import { beta } from "../../../src/data/augment/beta.js";
import { blur } from "../../../src/data/augment/blur.js";
import { color, takeColor } from "../../../src/data/augment/colors.js";
import { mix, mixedTargets } from "../../../src/data/augment/mix.js";
import type { AugmentOptions } from "../../../src/data/augment/options.js";
import { anyRectangle, fillRectangle, shareOf } from "../../../src/data/augment/rectangle.js";
import { Generator } from "../../../src/tensor/random.js";

const SHAPE = { channels: 3, height: 12, width: 20 };
const LENGTH = 3 * 12 * 20;
const drawn = (seed: number, length = LENGTH) => {
  const random = new Generator(seed);
  return Float32Array.from({ length }, () => random.uniform());
};
const bytesOf = (values: Float32Array) => Uint8Array.from(values, (value) => Math.round(255 * value));

function augmented(options: AugmentOptions, index = 0, shape = SHAPE, image = bytesOf(drawn(1))): Float32Array {
  const values = new Float32Array(image.length);
  new Augmentation(options, shape, new Generator(4)).apply(image, index, values);
  return values;
}

describe("blur", () => {
  it("spreads a point as a Gaussian does", () => {
    const shape = { channels: 1, height: 15, width: 15 };
    const values = new Float32Array(225);
    values[7 * 15 + 7] = 1;
    blur(values, shape, 1.5);
    const weight = (t: number) => Math.exp(-(t ** 2) / (2 * 1.5 ** 2));
    const total = Array.from({ length: 11 }, (_, i) => weight(i - 5)).reduce((sum, w) => sum + w, 0);
    for (const [i, value] of values.entries()) {
      const [dy, dx] = [Math.floor(i / 15) - 7, (i % 15) - 7];
      const inside = Math.max(Math.abs(dx), Math.abs(dy)) <= 5;
      expect(value).toBeCloseTo(inside ? (weight(dx) * weight(dy)) / total ** 2 : 0, 6);
    }
  });

  it("leaves an even image as it is, each channel by itself, up to the edges", () => {
    const values = Float32Array.from({ length: LENGTH }, (_, i) => [0.2, 0.5, 0.9][Math.floor(i / 240)]);
    const before = Array.from(values);
    blur(values, SHAPE, 4);
    for (const [i, value] of values.entries()) expect(value).toBeCloseTo(before[i], 6);
  });
});

describe("colours", () => {
  it("taken away leave Rec. 601 grey, and transparency", () => {
    const values = Float32Array.of(1, 0, 0, 1, 0, 0.5, 0.3, 0.6);
    takeColor(values, 4);
    const [first, second] = [0.299, 0.587 + 0.114 * 0.5];
    for (const [i, grey] of [first, second, first, second, first, second].entries())
      expect(values[i]).toBeCloseTo(grey, 6);
    expect(values[6]).toBe(Math.fround(0.3));
  });

  it("of grey and of transparent images change by their brightness and contrast", () => {
    const grey = Float32Array.of(0.2, 0.4);
    color(grey, 1, { brightness: 1.5, contrast: 0.5, saturation: 1.3 });
    expect(grey[0]).toBeCloseTo(0.375, 6);
    expect(grey[1]).toBeCloseTo(0.525, 6);
    const [rgb, rgba] = [drawn(2, 12), Float32Array.from([...drawn(2, 12), 0.1, 0.2, 0.3, 0.4])];
    for (const [values, channels] of [
      [rgb, 3],
      [rgba, 4],
    ] as const)
      color(values, channels, { brightness: 1.2, contrast: 0.7, saturation: 0.5 });
    expect([...rgba]).toEqual([...rgb, ...Float32Array.of(0.1, 0.2, 0.3, 0.4)]);
  });
});

describe("rectangles", () => {
  it("that are erased lie within the image, with 2 to 33 % of it", () => {
    const random = new Generator(3);
    const ends = {
      top: new Set<number>(),
      left: new Set<number>(),
      bottom: new Set<number>(),
      right: new Set<number>(),
    };
    const shares = Array.from({ length: 500 }, () => {
      const { top, left, height, width } = anyRectangle(SHAPE, random);
      ends.top.add(top);
      ends.left.add(left);
      ends.bottom.add(top + height);
      ends.right.add(left + width);
      expect(Math.min(top, left, height - 1, width - 1)).toBeGreaterThanOrEqual(0);
      expect(top + height).toBeLessThanOrEqual(12);
      expect(left + width).toBeLessThanOrEqual(20);
      return (height * width) / 240;
    });
    expect(Math.max(...shares)).toBeLessThan(0.38);
    expect(Math.min(...shares)).toBeGreaterThan(0.01);
    // Each edge is reached.
    expect([ends.top.has(0), ends.left.has(0), ends.bottom.has(12), ends.right.has(20)]).toEqual(Array(4).fill(true));
    // Uniform from 0.02 to 0.33, but for those that are cut off.
    expect(shares.reduce((sum, share) => sum + share, 0) / 500).toBeCloseTo(0.165, 1);
    const large = Array.from({ length: 500 }, () => {
      const { height, width } = anyRectangle({ channels: 3, height: 1000, width: 1000 }, random);
      return (height * width) / 1e6;
    });
    expect(Math.max(...large)).toBeCloseTo(0.33, 2);
    expect(Math.min(...large)).toBeCloseTo(0.02, 2);
  });

  it("of a share of the image are cut off at its edges", () => {
    const random = new Generator(3);
    for (let i = 0; i < 200; i++) {
      const { top, left, height, width } = shareOf(SHAPE, 0.25, random);
      expect([top >= 0, left >= 0, top + height <= 12, left + width <= 20]).toEqual([true, true, true, true]);
      expect(height).toBeLessThanOrEqual(6);
      expect(width).toBeLessThanOrEqual(10);
    }
    expect(shareOf(SHAPE, 0, random)).toMatchObject({ height: 0, width: 0 });
  });

  it("are filled with black, or with another image", () => {
    const [values, other] = [drawn(1), drawn(2)];
    const before = Float32Array.from(values);
    fillRectangle(values, SHAPE, { top: 2, left: 3, height: 4, width: 5 });
    const isInside = (i: number) => {
      const [y, x] = [Math.floor((i % 240) / 20), i % 20];
      return y >= 2 && y < 6 && x >= 3 && x < 8;
    };
    expect([...values]).toEqual([...before].map((value, i) => (isInside(i) ? 0 : value)));
    fillRectangle(values, SHAPE, { top: 2, left: 3, height: 4, width: 5 }, other);
    expect([...values]).toEqual([...before].map((value, i) => (isInside(i) ? other[i] : value)));
  });
});

describe("Beta(α, α)", () => {
  it.each([0.2, 1, 4])("%f has its mean and its variance", (alpha) => {
    const random = new Generator(8);
    const draws = Array.from({ length: 20_000 }, () => beta(alpha, random));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    const expected = 1 / (4 * (2 * alpha + 1));
    // Five standard errors of the mean; the variance to a twentieth.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(expected / draws.length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.05);
    expect(draws.every((x) => x >= 0 && x <= 1)).toBe(true);
  });

  it.each<[number, (x: number) => number]>([
    [0.5, (x) => (2 / Math.PI) * Math.asin(Math.sqrt(x))],
    [1, (x) => x],
    [2, (x) => 3 * x ** 2 - 2 * x ** 3],
    [4, (x) => 35 * x ** 4 - 84 * x ** 5 + 70 * x ** 6 - 20 * x ** 7],
  ])("%f is distributed as the integral says", (alpha, integral) => {
    const n = 50_000;
    const random = new Generator(8);
    const draws = Float64Array.from({ length: n }, () => beta(alpha, random)).sort();
    const distance = Math.max(...draws.map((x, i) => Math.abs(integral(x) - (i + 0.5) / n)));
    // Kolmogorov and Smirnov: one in a thousand is further away.
    expect(distance).toBeLessThan(1.95 / Math.sqrt(n));
  });

  it("is 0 or 1 where α is too small for a number between", () => {
    const random = new Generator(8);
    const draws = Array.from({ length: 100 }, () => beta(1e-5, random));
    expect(new Set(draws)).toEqual(new Set([0, 1]));
  });
});

describe("a mixture", () => {
  const N = 5;
  const images = () => Float32Array.from([1, 2, 3, 4, 5].flatMap((seed) => [...drawn(seed)]));
  const pixel = (values: Float32Array, i: number, j: number) => values[i * LENGTH + j];

  it("by mixup is λ of an image and 1 − λ of another", () => {
    const [values, before] = [images(), images()];
    const { own, others } = mix(values, SHAPE, { mixup: 1, cutmix: 0 }, new Generator(6));
    expect(own * (1 - own)).toBeGreaterThan(0.01);
    expect([...others].toSorted()).toEqual([0, 1, 2, 3, 4]);
    for (let i = 0; i < N; i++) {
      for (let j = 0; j < LENGTH; j += 7) {
        expect(pixel(values, i, j)).toBeCloseTo(own * pixel(before, i, j) + (1 - own) * pixel(before, others[i], j), 6);
      }
    }
  });

  it("by cutmix has a rectangle of another image, and counts its pixels", () => {
    const [values, before] = [images(), images()];
    const { own, others } = mix(values, SHAPE, { mixup: 0, cutmix: 1 }, new Generator(6));
    expect(own * (1 - own)).toBeGreaterThan(0.01);
    for (let i = 0; i < N; i++) {
      let kept = 0;
      for (let j = 0; j < LENGTH; j++) {
        if (others[i] === i || pixel(values, i, j) === pixel(before, i, j)) kept++;
        else expect(pixel(values, i, j)).toBe(pixel(before, others[i], j));
      }
      if (others[i] !== i) expect(kept / LENGTH).toBeCloseTo(own, 6);
    }
  });

  it("by cutmix has 1 − λ of the other, less where the edge cuts it off", () => {
    // λ is ½ for such an α; sides are of even numbers of whole pixels.
    const shares = Array.from({ length: 100 }, (_, seed) => {
      const random = new Generator(seed);
      return 1 - mix(images(), SHAPE, { mixup: 0, cutmix: 1e9 }, random).own;
    });
    expect(Math.max(...shares)).toBeCloseTo((8 * 14) / (12 * 20), 9);
    // Around a corner, it is a quarter.
    expect(Math.min(...shares)).toBeLessThan(0.2);
  });

  it("is of the kind that was asked for, of either kind where both were", () => {
    const kinds = (strengths: { mixup: number; cutmix: number }) => {
      const drawn = Array.from({ length: 40 }, (_, seed) => {
        const [values, before] = [images(), images()];
        mix(values, SHAPE, strengths, new Generator(seed));
        return [...values].every((value, i) => [0, 1, 2, 3, 4].some((k) => value === pixel(before, k, i % LENGTH)));
      });
      return new Set(drawn);
    };
    expect(kinds({ mixup: 1, cutmix: 0 })).toEqual(new Set([false]));
    expect(kinds({ mixup: 0, cutmix: 1 })).toEqual(new Set([true]));
    expect(kinds({ mixup: 1, cutmix: 1 })).toEqual(new Set([true, false]));
  });

  it("is made by an augmentation that was asked for either", () => {
    const mixed = (options: AugmentOptions) =>
      new Augmentation(options, SHAPE, new Generator(4)).mix(images(), Int32Array.of(0, 1, 2, 3, 4));
    expect(mixed({ flip: 0.5 })).toBeUndefined();
    for (const options of [{ mixup: 1 }, { cutmix: 1 }, { mixup: 1, cutmix: 1 }]) expect(mixed(options)).toBeDefined();
  });

  it("has the probabilities of its classes for targets", () => {
    const mixture = { own: 0.75, others: Int32Array.of(1, 2, 0) };
    expect([...mixedTargets(Int32Array.of(2, 0, 0), 3, mixture)]).toEqual([
      ...[0.25, 0, 0.75],
      ...[1, 0, 0],
      ...[0.75, 0, 0.25],
    ]);
  });
});

describe("what is drawn", () => {
  const plain = augmented({});

  it("of the later changes leaves that of the others as it was", () => {
    const others: AugmentOptions = {
      flip: 0.5,
      shift: 0.2,
      rotate: 20,
      crop: 0.3,
      brightness: 0.3,
      contrast: 0.3,
      saturation: 0.3,
    };
    for (let index = 0; index < 20; index++) {
      const [erased, without] = [augmented({ ...others, erase: 1 }, index), augmented(others, index)];
      const kept = [...erased.keys()].filter((i) => erased[i] > 0);
      expect(kept.length).toBeGreaterThan(LENGTH / 2);
      expect(kept.map((i) => erased[i])).toEqual(kept.map((i) => without[i]));
    }
  });

  it("cuts out and stretches a part, of the whole at most", () => {
    const ramp = { channels: 1, height: 10, width: 40 };
    const image = Uint8Array.from({ length: 400 }, (_, i) => 5 * (i % 40));
    const steps = Array.from({ length: 200 }, (_, index) => {
      const values = augmented({ resizedCrop: 0.75 }, index, ramp, image);
      // A step right in the result is so many pixels of the image.
      return ((values[21] - values[20]) * 255) / 5;
    });
    expect(Math.max(...steps)).toBeLessThan(1.001);
    // √(¼ · ¾), the least width there is.
    expect(Math.min(...steps)).toBeGreaterThan(0.43);
    expect(Math.min(...steps)).toBeLessThan(0.6);
    expect(augmented({ resizedCrop: 0 })).toEqual(plain);
  });

  it("cuts out parts of other shapes, from three to four to four to three", () => {
    const square = { channels: 1, height: 40, width: 40 };
    const ramps = [(i: number) => i % 40, (i: number) => Math.floor(i / 40)].map((place) =>
      Uint8Array.from({ length: 1600 }, (_, i) => 5 * place(i)),
    );
    const ratios = Array.from({ length: 200 }, (_, index) => {
      const [across, down] = ramps.map((image) => augmented({ resizedCrop: 0.75 }, index, square, image));
      return (across[21] - across[20]) / (down[20 * 40 + 40] - down[20 * 40]);
    });
    expect(Math.min(...ratios)).toBeGreaterThan(0.749);
    expect(Math.min(...ratios)).toBeLessThan(0.77);
    expect(Math.max(...ratios)).toBeGreaterThan(1.3);
    expect(Math.max(...ratios)).toBeLessThan(1.334);
  });

  it("takes colour away, blurs and erases as often and as much as it is told to", () => {
    const count = (options: AugmentOptions) =>
      Array.from({ length: 300 }, (_, index) => augmented(options, index)).filter((values) =>
        values.some((value, i) => value !== plain[i]),
      ).length;
    // Binomial: 75 ± 7.5; five standard deviations.
    expect(Math.abs(count({ grey: 0.25 }) - 75)).toBeLessThan(38);
    expect(Math.abs(count({ erase: 0.25 }) - 75)).toBeLessThan(38);
    expect(count({ blur: 2 })).toBeGreaterThan(250);
  });

  it("is handed to a change of one's own: in place, seeded by pass and image", () => {
    const custom: AugmentOptions["custom"] = (values, shape, random) => {
      expect(shape).toEqual(SHAPE);
      values.fill(random.uniform());
    };
    const values = [0, 1, 0].map((index) => augmented({ custom }, index));
    expect(values[0]).toEqual(values[2]);
    expect(values[0]).not.toEqual(values[1]);
    expect(() => augmented({ custom: 0.5 as unknown as AugmentOptions["custom"] })).toThrow(
      "augment: custom must be a function, got 0.5",
    );
    // What is nothing else does no harm.
    for (const given of [(values: Float32Array) => values, () => null]) {
      expect(augmented({ custom: given as unknown as AugmentOptions["custom"] })).toEqual(plain);
    }
    for (const elsewhere of [(values: Float32Array) => values.map((value) => 1 - value), async () => undefined]) {
      expect(() => augmented({ custom: elsewhere })).toThrow("augment: custom changes the values in place");
    }
  });

  it("moves images that are no squares, whatever their channels", () => {
    for (const channels of [1, 3, 4]) {
      const shape = { channels, height: 2, width: 3 };
      const image = Uint8Array.from({ length: 6 * channels }, (_, i) => 10 * i);
      const mirrored = Float32Array.from(image, (_, i) => image[i - (i % 3) + 2 - (i % 3)] / 255);
      expect(augmented({}, 0, shape, image)).toEqual(Float32Array.from(image, (byte) => byte / 255));
      expect(augmented({ flip: 1 }, 0, shape, image)).toEqual(mirrored);
    }
  });
});
