/** fitImage: an image in the size and the channels that a net takes. */

import { type Channels, channelsOf, type Image } from "./image.js";
import type { ImageShape } from "./image-shape.js";
import { resize } from "./resize.js";
import { toChannels } from "./to-channels.js";

/**
 * How an image of another shape comes to its size: "stretch" changes its shape; "crop" keeps it, and cuts off what is too
 * much at two sides; "pad" keeps it and all of it, between two black bars.
 */
export type ResizeMode = "stretch" | "crop" | "pad";

/** The part from (left, top) on, of another size; what lies outside of the image is black. */
function cut(image: Image, left: number, top: number, width: number, height: number): Image {
  const channels = channelsOf(image);
  const data = new Uint8Array(width * height * channels);
  const [firstX, lastX] = [Math.max(left, 0), Math.min(left + width, image.width)];
  for (let y = Math.max(top, 0); y < Math.min(top + height, image.height); y++) {
    const row = image.data.subarray((y * image.width + firstX) * channels, (y * image.width + lastX) * channels);
    data.set(row, ((y - top) * width + firstX - left) * channels);
  }
  return { width, height, data };
}

/** Resized as a whole so that it covers the size, or fits into it; its middle is the middle of the result. */
function keepShape(image: Image, width: number, height: number, covers: boolean): Image {
  const scales = [width / image.width, height / image.height];
  const scale = covers ? Math.max(...scales) : Math.min(...scales);
  const scaled = resize(image, ...sizesAt(image, scale));
  return cut(scaled, Math.floor((scaled.width - width) / 2), Math.floor((scaled.height - height) / 2), width, height);
}

function sizesAt({ width, height }: Image, scale: number): [number, number] {
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

export function fitImage(image: Image, { channels, height, width }: ImageShape, mode: ResizeMode): Image {
  const converted = toChannels(image, channels as Channels);
  if (mode === "stretch") return resize(converted, width, height);
  return keepShape(converted, width, height, mode === "crop");
}
