/** toChannels: an image in grey, in red, green and blue, or with how opaque it is. */

import { type Channels, channelsOf, type Image } from "./image.js";

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
