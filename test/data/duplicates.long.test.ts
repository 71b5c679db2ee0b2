/** findDuplicates among real pictures that all look alike. */

import { existsSync, readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { findDuplicates } from "../../src/data/duplicates.js";
import { ImageDataset } from "../../src/data/image-dataset.js";

const GARMENTS = "/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz";

describe.skipIf(!existsSync(GARMENTS))(
  "garments (Fashion-MNIST, Debian's dataset-fashion-mnist; skipped without it)",
  () => {
    it("are not taken for each other", () => {
      const [count, size] = [2000, 28];
      const greys = gunzipSync(readFileSync(GARMENTS)).subarray(16);
      const planes = (i: number) =>
        Uint8Array.from({ length: 3 * size * size }, (_, at) => greys[i * size * size + (at % (size * size))]);
      const pixels = Array.from({ length: count }, (_, i) => planes(i));
      const all = new ImageDataset({ pixels, labels: new Int32Array(count), size, classes: ["garment"] });
      expect(findDuplicates({ all }).length).toBeLessThanOrEqual(6);
    });
  },
);
