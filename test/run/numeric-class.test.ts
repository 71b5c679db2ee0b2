/** numericClass: what of a machine decides the bits of a training. */

import { expect, it } from "vitest";
import { numericClass } from "../../src/run/numeric-class.js";
import { currentBackend } from "../../src/tensor/backend/current-backend.js";
import { useBackend } from "../../src/tensor/backend/registry.js";

it("says nothing of threads, and whether multiply-adds are fused", async () => {
  const classes = new Set<string>();
  for (const threads of [1, 2, 12]) {
    await useBackend("wasm", { threads });
    expect(currentBackend().device).toMatch(new RegExp(`^${threads} threads?, `));
    classes.add(numericClass());
  }
  expect([...classes]).toEqual([
    expect.stringMatching(/^torchlet \S+, wasm \(SIMD, with(out)? fused .*\), V8 \d+\.\d+ on /),
  ]);
  await useBackend("wasm", { strict: true });
  expect(numericClass()).toContain("SIMD, without fused multiply-add");
});
