/** Dropout2d and DropPath: what is forgotten is forgotten whole, and what stays is scaled. */

import { describe, expect, it } from "vitest";
import { Dropout2d, DropPath } from "../../src/layers/dropout-whole.js";
import { ones } from "../../src/tensor/factories/filled.js";
import { Generator } from "../../src/tensor/random.js";
import { ShapeError } from "../../src/tensor/shape.js";
import { onEachBackend } from "../targets.js";

const generator = () => new Generator(3);

describe.each([
  ["Dropout2d", () => new Dropout2d(0.25, { generator: generator() }), 5],
  ["DropPath", () => new DropPath(0.25, { generator: generator() }), 6 * 5],
] as const)("%s", (_, make, together) => {
  onEachBackend("zeroes or scales all that belongs together, and sends gradients the same way", async () => {
    const x = ones([100, 6, 5], { requiresGrad: true });
    const y = make().forward(x);
    y.sum().backward();
    const values = Array.from(await y.data());
    expect(Array.from(await x.grad!.data())).toEqual(values);
    const groups = Array.from({ length: values.length / together }, (_, i) =>
      values.slice(i * together, (i + 1) * together),
    );
    expect(groups.every((group) => new Set(group).size === 1)).toBe(true);
    const kept = groups.filter(([first]) => first !== 0);
    expect(kept.every(([first]) => Math.abs(first - 4 / 3) < 1e-6)).toBe(true);
    expect(kept.length / groups.length).toBeCloseTo(0.75, 1);
  });

  it("hands its input on in evaluation", () => {
    const x = ones([2, 3, 4]);
    expect(make().eval().forward(x)).toBe(x);
  });
});

it("Dropout2d wants channels", () => {
  expect(() => new Dropout2d().forward(ones([3]))).toThrow(
    new ShapeError("Dropout2d: expected 2 axes or more, got [3]"),
  );
  expect(new Dropout2d().forward(ones([3, 2])).shape).toEqual([3, 2]);
});
