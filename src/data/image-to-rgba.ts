/** imageToRgba: an image as a canvas takes it. */

import { checkArgument } from "../tensor/arguments.js";
import { anImage, type Image } from "./image.js";
import { toChannels } from "./to-channels.js";

/**
 * Four bytes a pixel, opaque unless the image says otherwise: `new ImageData(imageToRgba(image), image.width, image.height)`
 * is what `putImageData` takes.
 */
export function imageToRgba(image: Image): Uint8ClampedArray<ArrayBuffer> {
  checkArgument("imageToRgba", "image", image, anImage);
  return new Uint8ClampedArray(toChannels(image, 4).data);
}
