/** A dataset and a model that are small enough to measure by hand, and the backends to do it on. */

import { it } from "vitest";
import { ImageDataset } from "../../src/data/dataset.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import type { Backend } from "../../src/tensor/backend/backend.js";
import { currentBackend, useBackend } from "../../src/tensor/backend/registry.js";
import { flatten } from "../../src/tensor/ops/movement.js";
import { Generator } from "../../src/tensor/random.js";

const SIZE = 2;

/** One random image of 3 × 2 × 2 for each label. */
export function dataset(labels: readonly number[], { classes = 2, seed = 1 } = {}): ImageDataset {
  const random = new Generator(seed);
  return new ImageDataset({
    pixels: Uint8Array.from({ length: labels.length * 3 * SIZE ** 2 }, () => random.int(256)),
    labels: Int32Array.from(labels),
    size: SIZE,
    classes: Array.from({ length: classes }, (_, i) => `class ${i}`),
  });
}

/** An affine map of the pixels, to log-probabilities. */
export function classifier({ classes = 2, seed = 1 } = {}): Sequential {
  const generator = new Generator(seed);
  return new Sequential(flatten, new Linear(3 * SIZE ** 2, classes, { generator }), (x) => x.logSoftmax(1));
}

/** One test on each backend, which new tensors go to until its end: what is measured here waits between batches. */
export function throughoutOnEachBackend(name: string, test: (backend: Backend) => Promise<void>): void {
  for (const [backend, options] of [
    ["js", {}],
    ["wasm", { threads: 1 }],
    ["wasm", { threads: 2 }],
  ] as const) {
    it(`${name}: ${backend} ${JSON.stringify(options)}`, async () => {
      await useBackend(backend, options);
      await test(currentBackend());
    });
  }
}
