/** fitImage: an image in the size and the channels that a net takes. */

import { channelsOf, type Image } from "./image.js";
import type { Channels, ImageShape } from "./image-shape.js";
import { resize } from "./resize.js";

/**
 * How an image of another shape comes to its size: "stretch" changes its shape; "crop" keeps it, and cuts off what is too
 * much at two sides; "pad" keeps it and all of it, between two black bars.
 */
export type ResizeMode = "stretch" | "crop" | "pad";

/** Grey of a pixel as Pillow's `convert("L")` rounds it: Rec. 601 in units of 2^-16. */
function greyByte(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
}

/** A byte over white, as much as it is opaque. */
function onWhite(byte: number, opacity: number): number {
  return Math.round(255 + ((byte - 255) * opacity) / 255);
}

/** What is transparent shows white; what has no transparency is opaque. */
export function toChannels(image: Image, channels: Channels): Image {
  const { width, height, data } = image;
  const own = channelsOf(image);
  if (own === channels) return image;
  const result = new Uint8Array(width * height * channels);
  const [second, third] = own === 1 ? [0, 0] : [1, 2];
  // No arrays in here: a photograph has millions of pixels.
  for (let i = 0, from = 0, to = 0; i < width * height; i++, from += own, to += channels) {
    const opacity = own === 4 ? data[from + 3] : 255;
    const red = onWhite(data[from], opacity);
    const green = onWhite(data[from + second], opacity);
    const blue = onWhite(data[from + third], opacity);
    if (channels === 1) {
      result[to] = greyByte(red, green, blue);
      continue;
    }
    result[to] = red;
    result[to + 1] = green;
    result[to + 2] = blue;
    if (channels === 4) result[to + 3] = 255;
  }
  return { width, height, data: result };
}

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
