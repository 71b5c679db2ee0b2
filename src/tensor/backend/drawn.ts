/** Random numbers drawn on the host: what defines them, for every backend. */

import { philox, RESOLUTION } from "../philox.js";
import type { Draws } from "../random.js";
import type { Backend, Primitives } from "./backend.js";
import { hostArray } from "./shortage.js";

/** Calls `use` with each i below `size` and its draw from [0, 1). */
function draw(size: number, { key, counter, used }: Draws, use: (i: number, u: number) => void): void {
  const block = Uint32Array.of(...counter, 0, 0);
  const words = new Uint32Array(4);
  for (let i = 0; i < size; i++) {
    const word = (used + i) % 4;
    if (word === 0 || i === 0) {
      philox(block, ...key, words);
      if (++block[0] === 2 ** 32) block[1]++;
    }
    use(i, (words[word] >>> 8) / RESOLUTION);
  }
}

export const drawnNumbers = (device: Pick<Primitives, "upload">): Pick<Backend, "dropoutMask" | "uniform"> => ({
  dropoutMask(size, p, value, draws) {
    const mask = new Float64Array(size);
    draw(size, draws, (i, u) => {
      mask[i] = u < p ? 0 : value;
    });
    return device.upload(mask);
  },

  uniform(size, shift, scale, draws) {
    const numbers = hostArray(size);
    draw(size, draws, (i, u) => {
      numbers[i] = (u + shift) * scale;
    });
    return device.upload(numbers);
  },
});
