/** Filters, feature maps and heat as pictures. */

import { anImage, greyOf, type Image } from "../data/image.js";
import { resize } from "../data/resize.js";
import { toChannels } from "../data/to-channels.js";
import { aBoolean, checkArgument, checkOptions, type OptionKinds, oneOf } from "../tensor/arguments.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { aHeatMap, type HeatMap } from "./heat-map.js";

/** Of the photograph that remains visible under full heat. */
const VISIBLE = 0.25;

/** What is weaker than this part of the strongest has no colour: a map of few cells would tint all of a photograph. */
const FAINT = 0.4;

type Color = readonly [red: number, green: number, blue: number];

/** What speaks for the class, and what speaks against it. */
const [FOR, AGAINST]: Color[] = [
  [255, 140, 0],
  [40, 120, 255],
];

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

/** Planes of height · width numbers, one after the other, as grey pictures. */
function greyPictures(values: Float32Array, height: number, width: number): Image[] {
  const plane = height * width;
  return Array.from({ length: values.length / plane }, (_, k) =>
    grey(height, width, normalized(values.subarray(k * plane, (k + 1) * plane))),
  );
}

/**
 * Feature maps as grey pictures, each in its own range: black where it is least, white where it is most.
 * @param maps [C, H, W] or [N, C, H, W], as `featureMaps` gives them
 * @returns one for each map, all C of the first image first
 * @throws ShapeError when there are other axes
 */
export async function mapPictures(maps: Tensor): Promise<Image[]> {
  checkTensor("mapPictures", "maps", maps);
  const { shape } = maps;
  if (shape.length !== 3 && shape.length !== 4) {
    throw new ShapeError(`mapPictures: the maps are ${formatShape(shape)}, not [C, H, W] or [N, C, H, W]`);
  }
  return greyPictures(await maps.data(), shape.at(-2)!, shape.at(-1)!);
}

export interface FilterPictureOptions {
  /**
   * Sums a filter over its channels, and shows it in grey: for filters that see other channels than red, green and blue, or
   * grey photographs alone. Default: whether there are other than three channels.
   */
  grey?: boolean;
}

const FILTERS: OptionKinds<FilterPictureOptions> = { grey: aBoolean };

/**
 * The filters of a convolution as pictures, each in its own range: a filter answers most to what looks like it.
 * @param filters [O, C, kH, kW]: a convolution's `weight`
 * @returns one for each of the O filters, of kW × kH pixels
 * @throws ShapeError when there are other axes, or colours are asked for of other than three channels
 */
export async function filterPictures(filters: Tensor, options: FilterPictureOptions = {}): Promise<Image[]> {
  checkTensor("filterPictures", "filters", filters);
  checkOptions("filterPictures", options, FILTERS);
  const { shape } = filters;
  const [o, c, kH, kW] = shape;
  if (shape.length !== 4)
    throw new ShapeError(`filterPictures: the filters are ${formatShape(shape)}, not [O, C, kH, kW]`);
  const { grey = c !== 3 } = options;
  if (!grey && c !== 3) {
    throw new ShapeError(
      `filterPictures: filters of ${c} channels, ${formatShape(shape)}, have no colours; leave grey out`,
    );
  }
  const values = await filters.data();
  const plane = kH * kW;
  if (grey) {
    const sums = new Float32Array(o * plane);
    for (let i = 0; i < values.length; i++) sums[Math.floor(i / (c * plane)) * plane + (i % plane)] += values[i];
    return greyPictures(sums, kH, kW);
  }
  return Array.from({ length: o }, (_, k) => {
    const planes = normalized(values.subarray(k * 3 * plane, (k + 1) * 3 * plane));
    const data = Uint8Array.from({ length: 3 * plane }, (_, i) =>
      Math.round(255 * planes[(i % 3) * plane + Math.floor(i / 3)]),
    );
    return { width: kW, height: kH, data };
  });
}

export interface HeatPictureOptions {
  /**
   * What has no colour: "zero" (default), or the "least" of the map, for Grad-CAM, which is never negative: what is everywhere
   * is nothing that the net has found somewhere.
   */
  from?: "zero" | "least";
}

const HEAT: OptionKinds<HeatPictureOptions> = { from: oneOf("zero", "least") };

/** A map of numbers counted from its least one. */
function aboveLeast(values: Float32Array): Float32Array {
  const least = values.reduce((a, b) => Math.min(a, b));
  return values.map((x) => x - least);
}

/**
 * An image in grey, with what speaks most for the class in orange and what speaks most against it in blue. What is weaker
 * than two fifths of the strongest has no colour.
 * @param image of any size
 * @param heat what `gradCam` or `occlusionMap` gives; it is stretched to the image
 * @returns an RGB image of the size of `image`
 */
export function heatPicture(image: Image, heat: HeatMap, options: HeatPictureOptions = {}): Image {
  checkArgument("heatPicture", "image", image, anImage);
  checkArgument("heatPicture", "heat", heat, aHeatMap);
  checkOptions("heatPicture", options, HEAT);
  const { height, width } = heat;
  const values = options.from === "least" ? aboveLeast(heat.values) : heat.values;
  const strongest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  // −1 to 1, as a picture that can be stretched like one: 0 is in the middle.
  const share = (x: number) => (strongest === 0 ? 0 : x / strongest);
  const small = grey(
    height,
    width,
    values.map((x) => (share(x) + 1) / 2),
  );
  const stretched = resize(small, image.width, image.height).data;
  const data = toChannels(image, 3).data.map((_, i, pixels) => {
    const pixel = i - (i % 3);
    const light = greyOf(pixels[pixel], pixels[pixel + 1], pixels[pixel + 2]);
    const strength = stretched[i] / 127.5 - 1;
    const alpha = ((1 - VISIBLE) * Math.max(0, Math.abs(strength) - FAINT)) / (1 - FAINT);
    return Math.round((1 - alpha) * light + alpha * (strength > 0 ? FOR : AGAINST)[i % 3]);
  });
  return { width: image.width, height: image.height, data };
}
