/** From a decoded image to what a net takes. */

import { checkArgument } from "../tensor/arguments.js";
import { tensor } from "../tensor/factories/from-values.js";
import type { Tensor } from "../tensor/tensor.js";
import { anImage, channelsOf, type Image } from "./image.js";

/** Copies interleaved bytes into planes, as tensors have them: [channels, height, width]. */
export function toPlanes(image: Image, planes: Uint8Array): void {
  const { data } = image;
  const channels = channelsOf(image);
  const pixels = data.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < pixels; i++) planes[channel * pixels + i] = data[channels * i + channel];
  }
}

/** One image as a batch [1, channels, height, width] in [0, 1]. */
export function imageToTensor(image: Image): Tensor {
  checkArgument("imageToTensor", "image", image, anImage);
  const planes = new Uint8Array(image.data.length);
  toPlanes(image, planes);
  const values = Float32Array.from(planes, (byte) => byte / 255);
  return tensor(values, [1, channelsOf(image), image.height, image.width]);
}
