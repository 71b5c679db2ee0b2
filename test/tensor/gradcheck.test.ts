/** gradcheck: it must see what is wrong, say where, and leave everything as it was. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { currentBackend } from "../../src/tensor/backend/current-backend.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { gradcheck } from "../../src/tensor/gradcheck.js";
import type { Tensor } from "../../src/tensor/tensor.js";

const x = () => tensor([0.5, -1, 2], [3], { requiresGrad: true });

/** A square whose gradient is scaled. */
const square = (factor: number) => (x: Tensor) => {
  const y = x.mul(x);
  return y.detach().add(y.sub(y.detach()).mul(factor));
};

describe("gradcheck", () => {
  it("passes what is right, and gives the current backend back", async () => {
    const backend = currentBackend();
    expect(await gradcheck((a, b) => a.mul(b).tanh(), [x(), x()])).toBe(true);
    expect(await gradcheck(square(1), [x()])).toBe(true);
    expect(currentBackend()).toBe(backend);
  });

  it.each([-1, 0, 1.01, 1.0001])("sees a gradient that is %d of the right one", async (factor) => {
    await expect(gradcheck(square(factor), [x()])).rejects.toThrow(
      /^gradcheck: input 0 \[3\], element 0: backward gives -?[\d.e-]+, the finite difference -?[\d.e-]+$/,
    );
  });

  it("sees which input is wrong, and leaves alone those that require no gradient", async () => {
    const constant = tensor([1, 2, 3]);
    await expect(gradcheck((a, b) => a.add(square(2)(b)), [x(), x()])).rejects.toThrow(/^gradcheck: input 1 /);
    expect(await gradcheck((a, b) => a.add(square(2)(b)), [x(), constant])).toBe(true);
    expect(constant.grad).toBeNull();
  });

  it("sees a gradient that does not arrive at all", async () => {
    await expect(gradcheck((a) => a.add(a.detach().exp()), [x()])).rejects.toThrow(/^gradcheck: input 0 /);
  });

  it("sees an error in any one of several outputs", async () => {
    const last = (a: Tensor) =>
      a
        .slice(0, 0, 2)
        .neg()
        .add(0)
        .sum()
        .add(square(1.01)(a).slice(0, 2, 3).sum());
    await expect(gradcheck(last, [x()])).rejects.toThrow(/element 2:/);
  });
});
