/** Random numbers: the published vectors of Philox, streams, states and moments. */

import { describe, expect, it } from "vitest";
import { generatorStates, setGeneratorStates } from "../../src/tensor/generator-states.js";
import { philox } from "../../src/tensor/philox.js";
import { defaultGenerator, Generator, manualSeed } from "../../src/tensor/random.js";

const words = (text: string) => Uint32Array.from(text.split(" "), (word) => Number.parseInt(word, 16));
const draw = (generator: Generator, n: number) => Array.from({ length: n }, () => generator.uint32());

describe("Philox4x32-10", () => {
  // From the known-answer tests of Random123 (tests/kat_vectors).
  it.each([
    ["00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
    ["ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd"],
    ["243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1"],
  ])("counter %s, key %s", (counter, key, expected) => {
    const out = new Uint32Array(4);
    const [key0, key1] = words(key);
    philox(words(counter), key0, key1, out);
    expect(out).toEqual(words(expected));
  });

  it("gives a generator its numbers: the seed is the key, blocks count up", () => {
    expect(draw(new Generator(0), 4)).toEqual([...words("6627e8d5 e169c58d bc57ac4c 9b00dbd8")]);
    const out = new Uint32Array(4);
    philox(Uint32Array.of(1, 0, 0, 0), 5, 7, out);
    expect(draw(new Generator(5 + 7 * 2 ** 32), 8).slice(4)).toEqual([...out]);
  });
});

describe("take", () => {
  it("sets aside the next whole blocks, and goes on behind them", () => {
    const [aside, drawn] = [new Generator(3), new Generator(3)];
    draw(aside, 2);
    const { key, counter } = aside.take(6);
    expect(counter).toEqual([1, 0]);
    const words = new Uint32Array(4);
    philox(Uint32Array.of(...counter, 0, 0), ...key, words);
    draw(drawn, 4);
    expect([...words]).toEqual(draw(drawn, 4));
    draw(drawn, 4);
    expect(draw(aside, 8)).toEqual(draw(drawn, 8));
  });

  it("carries into the counter's second word", () => {
    const generator = new Generator(3);
    const [key0, key1] = generator.state();
    generator.setState([key0, key1, 2 ** 32 - 2, 7, 0, 0, 4]);
    expect(generator.take(12).counter).toEqual([2 ** 32 - 2, 7]);
    expect(generator.state().slice(2)).toEqual([1, 8, 0, 0, 4]);
  });
});

describe("takeNext", () => {
  it("sets aside what the next calls would draw, from any word on, and goes on behind it", () => {
    for (let before = 0; before < 6; before++) {
      for (let n = 0; n < 10; n++) {
        const [aside, drawn] = [new Generator(3), new Generator(3)];
        draw(aside, before);
        draw(drawn, before);
        const { key, counter, used } = aside.takeNext(n);
        const block = Uint32Array.of(...counter, 0, 0);
        const numbers = Array.from({ length: 4 }, () => {
          const words = new Uint32Array(4);
          philox(block, ...key, words);
          block[0]++;
          return [...words];
        }).flat();
        expect(numbers.slice(used, used + n)).toEqual(draw(drawn, n));
        expect(aside.state()).toEqual(drawn.state());
        expect(draw(aside, 5)).toEqual(draw(drawn, 5));
      }
    }
  });

  it("carries into the counter's second word, and back where a block has been begun", () => {
    const [aside, drawn] = [new Generator(3), new Generator(3)];
    for (const generator of [aside, drawn]) {
      const [key0, key1] = generator.state();
      generator.setState([key0, key1, 2 ** 32 - 1, 7, 0, 0, 4]);
      draw(generator, 1);
    }
    expect(aside.takeNext(2)).toMatchObject({ counter: [2 ** 32 - 1, 7], used: 1 });
    draw(drawn, 2);
    expect(aside.state()).toEqual(drawn.state());
  });
});

describe("state", () => {
  it("goes on in the middle of a block", () => {
    for (let used = 0; used < 9; used++) {
      const generator = new Generator(3);
      draw(generator, used);
      const copy = new Generator(99);
      copy.setState(JSON.parse(JSON.stringify(generator.state())));
      expect(draw(copy, 10), `after ${used} numbers`).toEqual(draw(generator, 10));
    }
  });

  it("goes on where the counter's first word runs over", () => {
    const generator = new Generator(3);
    const [key0, key1] = generator.state();
    generator.setState([key0, key1, 2 ** 32 - 1, 0, 0, 0, 4]);
    draw(generator, 5);
    expect(generator.state()).toEqual([key0, key1, 1, 1, 0, 0, 1]);
    const copy = new Generator(0);
    copy.setState(generator.state());
    expect(draw(copy, 8)).toEqual(draw(generator, 8));
    // Just before: the current block belongs to the last counter of the old word.
    generator.setState([key0, key1, 2 ** 32 - 1, 0, 0, 0, 4]);
    draw(generator, 2);
    copy.setState(generator.state());
    expect(draw(copy, 8)).toEqual(draw(generator, 8));
  });

  it.each([
    [[]],
    [[1, 2, 3, 4, 0, 0]],
    [[1, 2, 3, 4, 0, 0, -1]],
    [[1, 2, 3, 4, 0, 0, 0.5]],
    [[1, 2, 3, 4, 0, 0, 5]],
    [[1, 2, 3, 4, 1, 0, 4]],
    [[1, 2, 3, 4, 0, 1, 4]],
  ])("refuses %j", (state) => {
    expect(() => new Generator(0).setState(state)).toThrow(
      new RangeError(`setState: expected the 7 integers that state() gives, got [${state.join(", ")}]`),
    );
  });

  it.each([-1, 0.5, 2 ** 53, Number.NaN])("a seed of %d is refused", (seed) => {
    const error = new RangeError(`Generator: seed must be an integer from 0 to 2^53 - 1, got ${seed}`);
    expect(() => new Generator(seed)).toThrow(error);
    expect(() => manualSeed(seed)).toThrow(new RangeError(error.message.replace("Generator", "manualSeed")));
  });
});

describe("a seed", () => {
  it("is given when a generator is made", () => {
    const generator = new Generator(1);
    const message = "Generator has no property seed: its seed is given when it is made";
    expect(() => Object.assign(generator, { seed: 2 })).toThrow(message);
    expect(generator.state()).toEqual(new Generator(1).state());
  });
});

describe("forks", () => {
  it("depend on the seed and the name, not on what was drawn", () => {
    const parent = new Generator(7);
    const early = draw(parent.fork("dropout"), 8);
    draw(parent, 3);
    expect(draw(parent.fork("dropout"), 8)).toEqual(early);
    expect(draw(new Generator(8).fork("dropout"), 8)).not.toEqual(early);
  });

  it("share no numbers with their parent or each other", () => {
    const parent = new Generator(7);
    const names = ["", "a", "b", "ab", "ba", "init", "shuffle", "dropout", "worker 0", "worker 1"];
    const all = [parent, ...names.map((name) => parent.fork(name)), parent.fork("a").fork("a")].flatMap((g) =>
      draw(g, 500),
    );
    // Of 6,000 random words of 32 bits, more than two equal ones are next to impossible.
    expect(new Set(all).size).toBeGreaterThan(all.length - 3);
  });
});

describe("the default streams", () => {
  it("start again with manualSeed, and do not disturb each other", () => {
    manualSeed(5);
    const init = draw(defaultGenerator("init"), 4);
    const shuffle = draw(defaultGenerator("shuffle"), 4);
    manualSeed(5);
    expect(draw(defaultGenerator("shuffle"), 4)).toEqual(shuffle);
    expect(draw(defaultGenerator("init"), 4)).toEqual(init);
    expect(shuffle).not.toEqual(init);
    manualSeed(6);
    expect(draw(defaultGenerator("init"), 4)).not.toEqual(init);
  });
});

describe("distributions", () => {
  const n = 100_000;
  /** Moments within five standard deviations of what they should be. */
  function expectMoments(values: number[], mean: number, variance: number, fourth: number): void {
    const average = values.reduce((sum, v) => sum + v, 0) / n;
    const spread = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / n;
    expect(Math.abs(average - mean)).toBeLessThan(5 * Math.sqrt(variance / n));
    expect(Math.abs(spread - variance)).toBeLessThan(5 * Math.sqrt((fourth - variance ** 2) / n));
  }

  it("uniform: moments, bounds, and every number exact in float32", () => {
    const generator = new Generator(1);
    const values = Array.from({ length: n }, () => generator.uniform());
    expectMoments(values, 1 / 2, 1 / 12, 1 / 80);
    expect(values.every((v) => v >= 0 && v < 1 && Math.fround(v) === v)).toBe(true);
  });

  it("normal: moments, symmetry and tails", () => {
    const generator = new Generator(2);
    const values = Array.from({ length: n }, () => generator.normal());
    expectMoments(values, 0, 1, 3);
    const share = (inside: (v: number) => boolean) => values.filter(inside).length / n;
    expect(Math.abs(share((v) => v > 0) - 0.5)).toBeLessThan(5 * Math.sqrt(0.25 / n));
    expect(Math.abs(share((v) => Math.abs(v) > 1.96) - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / n));
  });

  it("int: every value equally often, also where 2^32 does not divide", () => {
    const generator = new Generator(3);
    for (const bound of [1, 2, 7, 10]) {
      const counts = new Array<number>(bound).fill(0);
      for (let i = 0; i < n; i++) counts[generator.int(bound)]++;
      const deviation = Math.sqrt((n / bound) * (1 - 1 / bound));
      for (const count of counts) expect(Math.abs(count - n / bound)).toBeLessThanOrEqual(5 * deviation);
    }
    // With 3 · 2^30 a bare remainder would give the first third twice as often.
    let low = 0;
    for (let i = 0; i < n; i++) if (generator.int(3 * 2 ** 30) < 2 ** 30) low++;
    expect(Math.abs(low - n / 3)).toBeLessThan(5 * Math.sqrt((n / 3) * (2 / 3)));
    expect(generator.int(2 ** 32)).toBeLessThan(2 ** 32);
  });

  it.each([0, -1, 1.5, 2 ** 32 + 1])("int(%d) is refused", (bound) => {
    expect(() => new Generator(0).int(bound)).toThrow(
      new RangeError(`int: n must be an integer from 1 to 2^32, got ${bound}`),
    );
  });

  it("permutation: each of the six orders of three equally often", () => {
    const generator = new Generator(4);
    const counts = new Map<string, number>();
    const trials = 12_000;
    for (let i = 0; i < trials; i++) {
      const order = generator.permutation(3).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect([...counts.keys()].sort()).toEqual(["012", "021", "102", "120", "201", "210"]);
    const deviation = Math.sqrt((trials / 6) * (5 / 6));
    for (const count of counts.values()) expect(Math.abs(count - trials / 6)).toBeLessThan(5 * deviation);
    expect([...new Generator(5).permutation(1000)].sort((a, b) => a - b)).toEqual([...Array(1000).keys()]);
  });
});

it("states of all default generators are put back, also of those that nobody had drawn from", () => {
  manualSeed(1);
  const states = generatorStates();
  const first = defaultGenerator("dropout").uint32();
  setGeneratorStates(states);
  expect(defaultGenerator("dropout").uint32()).toBe(first);
});
