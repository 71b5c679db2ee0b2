/** pixelsOf: an image of the library's as the page draws it. */

import { imageToRgba } from "../../../src/data/image-to-rgba.js";
import type { Image } from "../../../src/index.js";
import type { Pixels } from "../protocol.js";

export function pixelsOf(image: Image): Pixels {
  return { width: image.width, height: image.height, data: imageToRgba(image) };
}
