/** deflateEnd: the end of whatever zlib has packed, found without inflating it. */

import { deflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { deflateEnd } from "../../src/data/deflate-end.js";
import { Generator } from "../../src/tensor/random.js";

/** Of every level, strategy and memory, so that blocks are stored, have the fixed codes, or their own. */
const packed = Array.from({ length: 200 }, (_, i) => {
  const random = new Generator(i);
  const most = 1 + random.int(255);
  const bytes = Uint8Array.from({ length: random.int(i % 10 === 0 ? 150_000 : 400) }, () => random.int(most));
  return deflateSync(bytes, { level: random.int(10), strategy: random.int(5), memLevel: 1 + random.int(9) });
});

it("finds the end, whatever lies behind it", () => {
  for (const [i, bytes] of packed.entries()) {
    for (const more of [0, 1, 100]) {
      expect(deflateEnd(Buffer.concat([bytes, Buffer.alloc(more, i)])), `${i}`).toBe(bytes.length);
    }
  }
});

it("says where there is none", () => {
  for (const [i, bytes] of packed.entries()) {
    for (const less of [1, 4, 7]) expect(deflateEnd(bytes.subarray(0, bytes.length - less)), `${i}`).toBeUndefined();
  }
  // A block of a kind that there is not; codes for lengths that none of the bits that follow are.
  expect(deflateEnd(Uint8Array.of(0x78, 0x01, 0x07, 0, 0, 0, 0, 0))).toBeUndefined();
  expect(deflateEnd(Uint8Array.of(0x78, 0x01, 0x05, 0, 0, 0, 0, 0))).toBeUndefined();
});
