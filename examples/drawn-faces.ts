/** Writes a labelled set of drawn faces into folders, as photographs of faces come. */

import { mkdir, writeFile } from "node:fs/promises";
import { encode } from "jpeg-js";
import { PNG } from "pngjs";
import type { Image } from "../src/data/image.js";
import { type FacesOptions, labelledFaces } from "./draw-face.js";

function encodeImage({ width, height, data }: Image, format: "jpg" | "png"): Uint8Array {
  const png = new PNG({ width, height });
  for (let i = 0; i < width * height; i++) png.data.set([data[3 * i], data[3 * i + 1], data[3 * i + 2], 255], 4 * i);
  return format === "png" ? PNG.sync.write(png) : encode({ width, height, data: png.data }, 88).data;
}

export interface DrawFacesOptions extends Omit<FacesOptions, "count"> {
  /** Number of faces in `dir`/train. Default 1200. */
  train?: number;
  /** Number of faces in `dir`/test. Default 300. */
  test?: number;
}

/** Writes faces to `dir`/train and `dir`/test, named like 000041_1.jpg: 1 is covered, as about half of them are. */
export async function drawFaces(dir: string, options: DrawFacesOptions = {}): Promise<void> {
  const { train = 1200, test = 300, ...how } = options;
  for (const part of ["train", "test"]) await mkdir(`${dir}/${part}`, { recursive: true });
  let i = 0;
  for (const { image, label } of labelledFaces({ ...how, count: train + test })) {
    const format = i % 25 === 0 ? "jpg" : "png"; // jpeg-js takes longer to encode a face than it takes to draw it
    const name = `${String(i).padStart(6, "0")}_${label}.${format}`;
    await writeFile(`${dir}/${i < train ? "train" : "test"}/${name}`, encodeImage(image, format));
    i++;
  }
}
