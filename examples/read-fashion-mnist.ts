/** Fashion-MNIST: 60,000 and 10,000 grey pictures of clothes, 28 × 28, in ten classes. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadIdx } from "../src/index.js";

/** Where Debian's package puts it. */
const DEBIAN = "/usr/share/datasets/fashion-mnist";

export const fashionClasses = [
  ...["T-shirt", "trousers", "pullover", "dress", "coat"],
  ...["sandal", "shirt", "sneaker", "bag", "ankle boot"],
] as const;

/** One split: pixels from 0 to 1, [n, 1, 28, 28], and a class for each picture. */
export interface FashionSplit {
  inputs: { data: Float32Array; shape: [n: number, channels: 1, height: 28, width: 28] };
  labels: Int32Array;
}

async function readSplit(folder: string, name: string, limit: number): Promise<FashionSplit> {
  const [images, labels] = await Promise.all(
    ["images-idx3", "labels-idx1"].map((part) => loadIdx(join(folder, `${name}-${part}-ubyte.gz`))),
  );
  const n = Math.min(limit, labels.data.length);
  return {
    inputs: { data: Float32Array.from(images.data.subarray(0, n * 28 * 28), (x) => x / 255), shape: [n, 1, 28, 28] },
    labels: Int32Array.from(labels.data.subarray(0, n)),
  };
}

/**
 * @param limit at most so many training pictures
 * @param folder where its four files are
 * @throws Error saying where they come from, when there is no such folder
 */
export async function readFashionMnist(
  limit = Infinity,
  folder = DEBIAN,
): Promise<{ train: FashionSplit; test: FashionSplit }> {
  if (!existsSync(folder)) {
    throw new Error(
      `there is no ${folder}: on Debian, apt-get install dataset-fashion-mnist; elsewhere, download its four files ` +
        "(github.com/zalandoresearch/fashion-mnist) and give their folder as --data FOLDER",
    );
  }
  return { train: await readSplit(folder, "train", limit), test: await readSplit(folder, "t10k", Infinity) };
}
