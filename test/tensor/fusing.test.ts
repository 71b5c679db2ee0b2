/** Kernels without fused multiply-adds become kernels with them, and compute the same. */

import { expect, it } from "vitest";
import { unfuse } from "../../scripts/unfuse.js";
import { decodeBytes } from "../../src/tensor/backend/wasm/encoding.js";
import { fuse, MADD, MARKED_MUL } from "../../src/tensor/backend/wasm/fusing.js";
import { frequent, kernels } from "../../src/tensor/backend/wasm/kernels.generated.js";

const [F32, V128] = [0x7d, 0x7b];
const SPLAT = [0xfd, 0x13];
const [GET, SET] = [0x20, 0x21];
const section = (id: number, bytes: readonly number[]) => [id, bytes.length, ...bytes];

/** A module whose function f(a, b, c) has these locals besides, and this code, which leaves a vector of four a·b + c. */
function moduleOf(locals: readonly number[], code: readonly number[]): Uint8Array<ArrayBuffer> {
  const body = [1, ...locals, V128, ...code, 0xfd, 0x1f, 0, 0x0b];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 3, F32, F32, F32, 1, F32]),
    ...section(3, [1, 0]),
    ...section(7, [1, 1, 0x66, 0, 0]),
    ...section(10, [1, body.length, ...body]),
  ]);
}

const a = 1 + 2 ** -12;
// a·a has a bit too many for a float32, and so minus its rounded value leaves nothing, or that bit.
const c = -(1 + 2 ** -11);
const compute = (bytes: Uint8Array<ArrayBuffer>) => {
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as { f(...args: number[]): number };
  return f(a, a, c);
};

const product = [GET, 0, ...SPLAT, GET, 1, ...SPLAT];
const constant = [0xfd, 0x0c, ...[0, 1, 2, 3].flatMap(() => [...new Uint8Array(Float32Array.of(c).buffer)])];
const modules = {
  "a local": moduleOf([1], [GET, 2, ...SPLAT, SET, 3, ...product, GET, 3, ...MADD]),
  "a local with a long number": moduleOf([130, 1], [GET, 2, ...SPLAT, SET, 130, 1, ...product, GET, 130, 1, ...MADD]),
  "a constant": moduleOf([1], [...product, ...constant, ...MADD]),
  "something computed": moduleOf([1], [...product, GET, 2, ...SPLAT, ...MADD]),
  "something computed, and many locals": moduleOf([130, 1], [...product, GET, 2, ...SPLAT, ...MADD]),
};
const hasRelaxedSimd = WebAssembly.validate(modules["a local"]);

function marks(bytes: Uint8Array): number {
  const at = (i: number) => MARKED_MUL.every((byte, k) => bytes[i + k] === byte);
  return [...bytes.keys()].filter(at).length;
}

it.each(Object.entries(modules))("takes a·b + c apart, and joins it again, where c is %s", (_, fused) => {
  const bytes = unfuse(fused);
  expect(compute(bytes)).toBe(0);
  expect(marks(bytes)).toBe(1);
  fuse(bytes);
  expect(marks(bytes)).toBe(0);
  if (hasRelaxedSimd) expect(compute(bytes)).toBe(compute(fused));
});

it("finds the kernels without a fused instruction, and each mark between two instructions", () => {
  const bytes = decodeBytes(kernels, frequent);
  const count = marks(bytes);
  expect(count).toBeGreaterThan(100);
  expect(unfuse(bytes)).toEqual(bytes);
  fuse(bytes);
  expect(marks(bytes)).toBe(0);
  expect(marks(unfuse(bytes))).toBe(count);
});

it("says which instruction it does not know", () => {
  expect(() => unfuse(moduleOf([1], [0xfe, 0x10]))).toThrow("unfuse: what follows instruction 0xfe is not known here");
});
