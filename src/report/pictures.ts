/** Pictures for a page, as data: thumbnails of photographs, filters, feature maps, and heat laid over a photograph. */

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeImage } from "../data/decode.js";
import { greyOf, type Image } from "../data/image.js";
import type { PhotoFolder } from "../data/photo-folder.js";
import { resize } from "../data/resize.js";
import type { HeatMap } from "../explain/heat-map.js";
import { onFile } from "../file-error.js";

/** Longer side of a thumbnail, in pixels. */
const THUMBNAIL = 128;

/** Of the photograph that remains visible under full heat. */
const VISIBLE = 0.25;

type Color = readonly [red: number, green: number, blue: number];

/** What speaks for the class, and what speaks against it. */
const [FOR, AGAINST]: Color[] = [
  [255, 140, 0],
  [40, 120, 255],
];

/** A photograph from its file, not larger than a thumbnail: as people see it, not squeezed as the net does. */
export async function thumbnail({ folder, files }: PhotoFolder, index: number): Promise<Image> {
  const path = join(folder, files[index]);
  const image = await decodeImage(await onFile(path, "read", () => readFile(path)));
  const scale = Math.min(1, THUMBNAIL / Math.max(image.width, image.height));
  const side = (n: number) => Math.max(1, Math.round(n * scale));
  return resize(image, side(image.width), side(image.height));
}

/** The grey picture of height · width numbers, from 0 (black) to 1 (white). */
function grey(height: number, width: number, values: ArrayLike<number>): Image {
  const data = new Uint8Array(3 * height * width);
  for (let i = 0; i < height * width; i++) data.fill(Math.round(255 * values[i]), 3 * i, 3 * i + 3);
  return { width, height, data };
}

/** Stretched so that the least becomes 0 and the largest 1. */
function normalized(values: ArrayLike<number>): Float32Array {
  const list = Float32Array.from(values);
  const [low, high] = list.reduce(([low, high], x) => [Math.min(low, x), Math.max(high, x)], [Infinity, -Infinity]);
  return list.map((x) => (high === low ? 0.5 : (x - low) / (high - low)));
}

/** Maps [C, H, W] as C grey pictures, each in its own range. */
export function mapPictures(values: Float32Array, [c, h, w]: readonly number[]): Image[] {
  return Array.from({ length: c }, (_, k) => grey(h, w, normalized(values.subarray(k * h * w, (k + 1) * h * w))));
}

/**
 * Filters [O, 3, kH, kW] as O pictures, each in its own range: what they answer to most.
 * @param grey whether they see grey only: then what they answer to is the sum over the channels, and no colour
 */
export function filterPictures(weights: Float32Array, [o, , kH, kW]: readonly number[], grey: boolean): Image[] {
  const plane = kH * kW;
  if (grey) {
    const sums = Float32Array.from({ length: o * plane }, (_, i) => {
      const first = 3 * plane * Math.floor(i / plane) + (i % plane);
      return weights[first] + weights[first + plane] + weights[first + 2 * plane];
    });
    return mapPictures(sums, [o, kH, kW]);
  }
  return Array.from({ length: o }, (_, k) => {
    const planes = normalized(weights.subarray(k * 3 * plane, (k + 1) * 3 * plane));
    const data = Uint8Array.from({ length: 3 * plane }, (_, i) =>
      Math.round(255 * planes[(i % 3) * plane + Math.floor(i / 3)]),
    );
    return { width: kW, height: kH, data };
  });
}

/** A map of numbers ≥ 0 counted from its least one: what is everywhere is nothing that the net has found somewhere. */
export function aboveLeast({ values, ...map }: HeatMap): HeatMap {
  const least = values.reduce((a, b) => Math.min(a, b));
  return { ...map, values: values.map((x) => x - least) };
}

/** What is weaker than this part of the strongest has no colour: a map of few cells would tint all of a photograph. */
const FAINT = 0.4;

/** A photograph in grey, with what speaks most for the class in orange and what speaks most against it in blue. */
export function underHeat(photograph: Image, { height, width, values }: HeatMap): Image {
  const strongest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  // −1 to 1, as a picture that can be stretched like one: 0 is in the middle.
  const share = (x: number) => (strongest === 0 ? 0 : x / strongest);
  const small = grey(
    height,
    width,
    values.map((x) => (share(x) + 1) / 2),
  );
  const heat = resize(small, photograph.width, photograph.height).data;
  const data = photograph.data.map((_, i, pixels) => {
    const pixel = i - (i % 3);
    const [red, green, blue] = pixels.subarray(pixel, pixel + 3);
    const light = greyOf(red, green, blue);
    const strength = heat[i] / 127.5 - 1;
    const alpha = ((1 - VISIBLE) * Math.max(0, Math.abs(strength) - FAINT)) / (1 - FAINT);
    return Math.round((1 - alpha) * light + alpha * (strength > 0 ? FOR : AGAINST)[i % 3]);
  });
  return { ...photograph, data };
}

function rgba({ width, height, data }: Image): Uint8Array {
  const pixels = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) pixels.set(data.subarray(3 * i, 3 * i + 3), 4 * i);
  return pixels;
}

function dataUri(type: string, bytes: Uint8Array): string {
  return `data:image/${type};base64,${Buffer.from(bytes).toString("base64")}`;
}

/** For photographs, and what is laid over them: a tenth of the bytes of a PNG. */
export async function jpegUri(image: Image): Promise<string> {
  const { encode } = (await import("jpeg-js")).default;
  return dataUri("jpeg", encode({ ...image, data: rgba(image) }, 85).data);
}

/** For pictures of a few pixels, each of which counts. */
export async function pngUri(image: Image): Promise<string> {
  const { PNG } = (await import("#pngjs")).default;
  const png = new PNG({ width: image.width, height: image.height });
  png.data.set(rgba(image));
  return dataUri("png", PNG.sync.write(png));
}
