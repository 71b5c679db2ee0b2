/** From a decoded image to what a net takes. */

import { checkArgument } from "../tensor/arguments.js";
import { tensor } from "../tensor/factories/from-values.js";
import type { Tensor } from "../tensor/tensor.js";
import { anImage, type Image } from "./image.js";

/** Copies interleaved RGB into three planes, as tensors have them: [3, height, width]. */
export function toPlanes({ data }: Image, planes: Uint8Array): void {
  const pixels = data.length / 3;
  for (let i = 0; i < pixels; i++) {
    planes[i] = data[3 * i];
    planes[pixels + i] = data[3 * i + 1];
    planes[2 * pixels + i] = data[3 * i + 2];
  }
}

/** One image as a batch [1, 3, height, width] in [0, 1]. */
export function imageToTensor(image: Image): Tensor {
  checkArgument("imageToTensor", "image", image, anImage);
  const planes = new Uint8Array(image.data.length);
  toPlanes(image, planes);
  const values = Float32Array.from(planes, (byte) => byte / 255);
  return tensor(values, [1, 3, image.height, image.width]);
}
