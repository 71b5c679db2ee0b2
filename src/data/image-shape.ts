/** ImageShape: the size of an image as a net takes it, and how it is asked for. */

import { aCount, type Kind, needed } from "../tensor/arguments.js";
import { optionsOf } from "../tensor/kinds.js";
import type { Channels } from "./image.js";

/** [channels, height, width]. */
export interface ImageShape {
  /** 1: grey; 3: red, green, blue; 4: and how opaque it is. */
  readonly channels: number;
  /** In pixels. */
  readonly height: number;
  /** In pixels. */
  readonly width: number;
}

/** Width and height, in pixels: one number for both, or each. */
export type ImageSize = number | { readonly width: number; readonly height: number };

const bothSides = optionsOf<{ readonly width: number; readonly height: number }>({
  width: needed(aCount),
  height: needed(aCount),
});

export const anImageSize: Kind<ImageSize> = {
  expected: "a positive integer, or { width, height }",
  inKind: aCount.inKind,
  accepts: (value): value is ImageSize => aCount.accepts(value) || bothSides.accepts(value),
};

export function shapeOf(size: ImageSize, channels: Channels): ImageShape {
  const { width, height } = typeof size === "number" ? { width: size, height: size } : size;
  return { channels, height, width };
}

/** Bytes of one image. */
export function bytesOf({ channels, height, width }: ImageShape): number {
  return channels * height * width;
}

/** As messages have it: "3 × 32 × 32". */
export function formatImageShape({ channels, height, width }: ImageShape): string {
  return `${channels} × ${height} × ${width}`;
}
