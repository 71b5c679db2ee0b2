/** Fashion-MNIST: 60,000 and 10,000 grey pictures of clothes, 28 × 28, in ten classes. */

import { existsSync } from "node:fs";
import { join } from "node:path";
import { ImageDataset, loadIdx } from "../src/index.js";

/** Where Debian's package puts it. */
const DEBIAN = "/usr/share/datasets/fashion-mnist";

const size = 28;
const classes = [
  ...["T-shirt", "trousers", "pullover", "dress", "coat"],
  ...["sandal", "shirt", "sneaker", "bag", "ankle boot"],
];

async function readSplit(folder: string, name: string, limit: number): Promise<ImageDataset> {
  const [images, targets] = await Promise.all(
    ["images-idx3", "labels-idx1"].map((part) => loadIdx(join(folder, `${name}-${part}-ubyte.gz`))),
  );
  const labels = Int32Array.from(targets.data.subarray(0, limit));
  const pixels = Uint8Array.from(images.data.subarray(0, labels.length * size * size));
  return new ImageDataset({ pixels, labels, size, channels: 1, classes });
}

/**
 * @param limit at most so many training pictures
 * @param folder where its four files are
 * @throws Error saying where they come from, when there is no such folder
 */
export async function readFashionMnist(
  limit: number,
  folder = DEBIAN,
): Promise<{ train: ImageDataset; test: ImageDataset }> {
  if (!existsSync(folder)) {
    throw new Error(
      `there is no ${folder}: on Debian, apt-get install dataset-fashion-mnist; elsewhere, download its four files ` +
        "(github.com/zalandoresearch/fashion-mnist) and give their folder as --data FOLDER",
    );
  }
  return { train: await readSplit(folder, "train", limit), test: await readSplit(folder, "t10k", Infinity) };
}
