/**
 * How findDuplicates does on pictures of a kind: `npx tsx scripts/calibrate-duplicates.ts PICTURES [COUNT]`, of a folder,
 * of "drawn" faces, or of a file of images such as Fashion-MNIST's train-images-idx3-ubyte.gz. Groups among the pictures
 * themselves are to be looked at; then copies are made of sixty at a time, changed, and looked for.
 */

import { readFileSync, statSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { decode, encode } from "jpeg-js";
import { drawFace } from "../examples/draw-face.js";
import { findDuplicates } from "../src/data/duplicates.js";
import type { Image } from "../src/data/image.js";
import { ImageDataset } from "../src/data/image-dataset.js";
import { toPlanes } from "../src/data/image-to-tensor.js";
import { resize } from "../src/data/resize.js";
import { openSplits } from "../src/data/splits.js";
import { Generator } from "../src/tensor/random.js";

const COPIES = 60;

function recompressed(image: Image, quality: number): Image {
  const data = new Uint8Array((image.data.length / 3) * 4).fill(255);
  for (let i = 0; i < image.data.length; i++) data[4 * Math.floor(i / 3) + (i % 3)] = image.data[i];
  return {
    ...image,
    data: decode(encode({ ...image, data }, quality).data, { useTArray: true, formatAsRGBA: false }).data,
  };
}

/** Smaller, and as large as before. */
function reduced(image: Image, share: number): Image {
  const size = Math.round(share * image.width);
  return resize(resize(image, size, size), image.width, image.height);
}

/** Without so many pixels at the left, the top and the right, as large as before. */
function cropped(image: Image, left: number, top: number, right: number): Image {
  const [width, height] = [image.width - left - right, image.height - top];
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y++) {
    const start = 3 * ((y + top) * image.width + left);
    data.set(image.data.subarray(start, start + 3 * width), 3 * width * y);
  }
  return resize({ width, height, data }, image.width, image.height);
}

const mapped = (image: Image, f: (value: number) => number): Image => ({
  ...image,
  data: Uint8Array.from(image.data, (value) => Math.max(0, Math.min(255, f(value)))),
});

const CHANGES: Record<string, (image: Image) => Image> = {
  "JPEG of quality 60": (image) => recompressed(image, 60),
  "JPEG of quality 30": (image) => recompressed(image, 30),
  "reduced to 70 %": (image) => reduced(image, 0.7),
  "reduced to 50 %": (image) => reduced(image, 0.5),
  brighter: (image) => mapped(image, (value) => 25 + 0.8 * value),
  darker: (image) => mapped(image, (value) => 0.6 * value),
  "more contrast": (image) => mapped(image, (value) => 128 + 1.3 * (value - 128)),
  "4 % cut off at two sides": (image) =>
    cropped(image, 0, Math.round(0.04 * image.width), Math.round(0.04 * image.width)),
};

async function open(name: string, count: number): Promise<Image[]> {
  if (name === "drawn") {
    return Array.from({ length: count }, (_, i) => drawFace(64, i % 2 === 1, new Generator(1).fork(`face ${i}`)));
  }
  if (statSync(name).isDirectory()) {
    const { train } = await openSplits(name, { size: 64, limit: count });
    return Array.from({ length: train.length }, (_, i) => fromPlanes(train.pixels(i), 64));
  }
  const file = gunzipSync(readFileSync(name));
  const [size, area] = [file.readUInt32BE(8), file.readUInt32BE(8) ** 2];
  return Array.from({ length: count }, (_, i) => {
    const grey = file.subarray(16 + i * area, 16 + (i + 1) * area);
    return {
      width: size,
      height: size,
      data: Uint8Array.from({ length: 3 * area }, (_, at) => grey[Math.floor(at / 3)]),
    };
  });
}

function fromPlanes(planes: Uint8Array, size: number): Image {
  const area = size * size;
  return {
    width: size,
    height: size,
    data: Uint8Array.from({ length: 3 * area }, (_, at) => planes[(at % 3) * area + Math.floor(at / 3)]),
  };
}

function datasetOf(images: readonly Image[]): ImageDataset {
  const size = images[0].width;
  const pixels = images.map((image) => {
    const planes = new Uint8Array(3 * size * size);
    toPlanes(image, planes);
    return planes;
  });
  return new ImageDataset({ pixels, labels: new Int32Array(images.length), size, classes: ["all"] });
}

const [name, count = "2000"] = process.argv.slice(2);
const images = await open(name, Number(count));
const start = performance.now();
const clusters = findDuplicates({ all: datasetOf(images) });
console.log(
  `${images.length} pictures, ${((performance.now() - start) / 1000).toFixed(1)} s, ${clusters.length} groups:`,
);
for (const { images: members, exact } of clusters) {
  console.log(`  ${members.map(({ index }) => index).join(", ")}${exact ? ", to the byte" : ""}`);
}
for (const [what, change] of Object.entries(CHANGES)) {
  const originals = Array.from({ length: COPIES }, (_, i) => Math.floor((i * images.length) / COPIES));
  const copies = datasetOf(originals.map((i) => change(images[i])));
  const found = findDuplicates({ all: datasetOf(images), copies }).filter(({ acrossSplits }) => acrossSplits);
  const pairs = new Set(
    found.flatMap((cluster) => pairsOf(cluster.images.map(({ split, index }) => ({ split, index })))),
  );
  const right = originals.filter((original, copy) => pairs.has(`${original} ${copy}`)).length;
  console.log(`${what}: ${right} of ${COPIES} found, ${pairs.size - right} other pairs`);
}

/** Each original with each copy in the cluster. */
function pairsOf(members: readonly { split: string; index: number }[]): string[] {
  const inSplit = (split: string) => members.filter((each) => each.split === split);
  return inSplit("all").flatMap((image) => inSplit("copies").map((copy) => `${image.index} ${copy.index}`));
}
