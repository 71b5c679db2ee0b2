/** Dropout's masks, drawn on the host: what defines them, for every backend. */

import { philox, RESOLUTION } from "../philox.js";
import type { Backend, Primitives } from "./backend.js";

export const drawnMasks = (device: Pick<Primitives, "upload">): Pick<Backend, "dropoutMask"> => ({
  dropoutMask(size, p, value, draws) {
    const [key0, key1] = draws.key;
    const counter = Uint32Array.of(...draws.counter, 0, 0);
    const words = new Uint32Array(4);
    const mask = new Float64Array(size);
    for (let i = 0; i < size; i++) {
      if (i % 4 === 0) {
        philox(counter, key0, key1, words);
        if (++counter[0] === 2 ** 32) counter[1]++;
      }
      mask[i] = (words[i % 4] >>> 8) / RESOLUTION < p ? 0 : value;
    }
    return device.upload(mask);
  },
});
