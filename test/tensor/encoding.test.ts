/** Bytes as text, and back: what the package holds its kernels in. */

import * as fc from "fast-check";
import { expect, it } from "vitest";
import { DIRECT, decodeBytes, encodeBytes } from "../../src/tensor/backend/wasm/encoding.js";

const frequent = DIRECT.map((_, i) => (3 * i) % 256);

it("gives back the bytes of each text", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      expect(decodeBytes(encodeBytes(bytes, frequent), frequent)).toEqual(bytes);
    }),
  );
});

it("writes frequent bytes as one character, the others as two", () => {
  expect(encodeBytes(Uint8Array.from(frequent), frequent)).toHaveLength(DIRECT.length);
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(encodeBytes(all, frequent)).toHaveLength(512 - DIRECT.length);
});

it("uses nothing that a string or a template escapes", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(encodeBytes(all, frequent)).toMatch(/^[ -~]*$/);
  expect(encodeBytes(all, frequent)).not.toMatch(/["'`\\$<]/);
});
