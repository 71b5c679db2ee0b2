/** meanAndStd: of each channel of a dataset, and what Normalize makes of them. */

import { beforeEach, expect, it } from "vitest";
import { ImageDataset } from "../../src/data/image-dataset.js";
import { TensorDataset } from "../../src/data/tensor-dataset.js";
import { Normalize } from "../../src/layers/normalize.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { Generator } from "../../src/tensor/random.js";
import { onEachBackend } from "../targets.js";

beforeEach(() => useBackend("js"));

const random = new Generator(5);
const bytes = Uint8Array.from({ length: 4 * 3 * 6 }, (_, i) => random.int(100) + 70 * (Math.floor(i / 6) % 3));

it("are the mean and the deviation of each channel, in [0, 1] for images", async () => {
  const images = new ImageDataset({
    pixels: bytes,
    labels: new Int32Array(4),
    size: { width: 3, height: 2 },
    classes: ["a"],
  });
  const { mean, std } = await images.meanAndStd();
  for (let channel = 0; channel < 3; channel++) {
    const own = [...bytes].filter((_, i) => Math.floor(i / 6) % 3 === channel).map((byte) => byte / 255);
    const average = own.reduce((sum, x) => sum + x, 0) / own.length;
    expect(mean[channel]).toBeCloseTo(average, 6);
    expect(std[channel]).toBeCloseTo(Math.sqrt(own.reduce((sum, x) => sum + (x - average) ** 2, 0) / own.length), 6);
  }
  const [normalized] = Array.from(images.batches(4), ({ inputs }) =>
    new Normalize(mean, std).forward(inputs).dataSync(),
  );
  expect(normalized.reduce((sum, x) => sum + x, 0) / normalized.length).toBeCloseTo(0, 5);
  expect(normalized.reduce((sum, x) => sum + x ** 2, 0) / normalized.length).toBeCloseTo(1, 5);
});

it("is exactly 0 for the deviation of what is always the same", async () => {
  const inputs = { data: new Float64Array(999).fill(0.1), shape: [333, 3] };
  const { mean, std } = await new TensorDataset({ inputs, targets: new Int32Array(333) }).meanAndStd();
  expect([mean, std]).toEqual([
    [0.1, 0.1, 0.1],
    [0, 0, 0],
  ]);
});

onEachBackend("are those of each column of a table, also of a tensor", async () => {
  const rows = [
    [1e6, 1],
    [1e6 + 2, 3],
    [1e6 + 4, 8],
  ];
  for (const inputs of [{ data: Float32Array.from(rows.flat()), shape: [3, 2] }, tensor(rows)]) {
    const { mean, std } = await new TensorDataset({ inputs, targets: rows }).meanAndStd();
    expect(mean).toEqual([1e6 + 2, 4]);
    expect(std[0]).toBeCloseTo(Math.sqrt(8 / 3), 10);
    expect(std[1]).toBeCloseTo(Math.sqrt(26 / 3), 10);
  }
  const flat = new TensorDataset({ inputs: Float32Array.of(1, 2), targets: Int32Array.of(0, 1) });
  await expect(flat.meanAndStd()).rejects.toThrow("meanAndStd: the inputs [2] have no axis of channels, [N, C, …]");
});
