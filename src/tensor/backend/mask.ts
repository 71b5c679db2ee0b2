/** Dropout's masks on the host: what defines them, for every backend. */

import { type Draws, philox } from "../random.js";

/** Random numbers are multiples of 2^−24: the highest 24 bits of a word. */
export const RESOLUTION = 2 ** 24;

/** Fills `out` as `Backend.dropoutMask` says. */
export function drawMask(out: Float32Array | Float64Array, p: number, value: number, draws: Draws): void {
  const [key0, key1] = draws.key;
  const counter = Uint32Array.of(...draws.counter, 0, 0);
  const words = new Uint32Array(4);
  for (let i = 0; i < out.length; i++) {
    if (i % 4 === 0) {
      philox(counter, key0, key1, words);
      if (++counter[0] === 2 ** 32) counter[1]++;
    }
    out[i] = (words[i % 4] >>> 8) / RESOLUTION < p ? 0 : value;
  }
}
