/** Dropout: no number of PyTorch's can pin a random mask, so its properties do. */

import { describe, expect, it } from "vitest";
import { backward } from "../../src/tensor/autograd.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { dropout } from "../../src/tensor/ops/dropout.js";
import { Generator, manualSeed } from "../../src/tensor/random.js";
import { checkOp } from "../check-op.js";
import { onEachBackend } from "../targets.js";

// The same mask for every evaluation.
checkOp("dropout", { op: (x) => dropout(x, 0.3, { generator: new Generator(3) }), shapes: [[11, 13]], linear: [0] });

describe("dropoutMask", () => {
  const SIZE = 50_003;
  const P = 0.37;

  onEachBackend("is what the generator's own numbers say, to the last, from any word on", async (backend) => {
    // The counter's second word is reached on the way.
    const [taken, plain] = [new Generator(0), new Generator(0)];
    for (const generator of [taken, plain]) {
      generator.setState([5, 7, 2 ** 32 - 9000, 3, 0, 0, 4]);
      generator.uint32();
    }
    const mask = backend.dropoutMask(SIZE, P, 2.5, taken.takeNext(SIZE));
    const values = await backend.read(mask);
    backend.free(mask);
    expect(Array.from(values)).toEqual(Array.from({ length: SIZE }, () => (plain.uniform() < P ? 0 : 2.5)));
  });
});

describe("dropout", () => {
  onEachBackend("drops a share p and scales what is left by 1 / (1 - p), forward and back", async () => {
    const x = tensor(new Float32Array(20_000).fill(3), [20_000], { requiresGrad: true });
    const y = dropout(x, 0.25, { generator: new Generator(5) });
    backward(y, ones([20_000]));
    const values = await y.data();
    expect(new Set(values)).toEqual(new Set([0, 4]));
    const kept = values.filter((v) => v > 0).length / values.length;
    // Five standard deviations of the share: √(p·(1 − p) / n).
    expect(Math.abs(kept - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / values.length));
    const scale = Math.fround(1 / 0.75);
    expect(await x.grad!.data()).toEqual(values.map((v) => (v > 0 ? scale : 0)));
  });

  it("draws from the dropout stream of manualSeed, and from nowhere else", () => {
    const draw = () => dropout(ones([50])).dataSync();
    manualSeed(1);
    const [first, second] = [draw(), draw()];
    expect(second).not.toEqual(first);
    manualSeed(1);
    expect(draw()).toEqual(first);
  });

  it("is the identity outside of training and for p = 0", () => {
    const x = zeros([2]);
    expect(dropout(x, 0.5, { training: false })).toBe(x);
    expect(dropout(x, 0)).toBe(x);
  });

  it.each([1, -0.1, Number.NaN])("refuses p = %d", (p) => {
    expect(() => dropout(zeros([2]), p)).toThrow(
      new RangeError(`dropout: p must be a number from 0 to below 1, got ${p}`),
    );
  });
});
