/** An image in memory, as it was decoded and as a net takes it. */

import { aCount, type Kind } from "../tensor/arguments.js";

/**
 * 8 bits a number, row by row from the top left: grey, one byte a pixel; RGB, three; or RGBA, four, as a canvas has it.
 * What is decoded is RGB.
 */
export interface Image {
  /** In pixels. */
  readonly width: number;
  /** In pixels. */
  readonly height: number;
  /** 1, 3 or 4 · width · height bytes. */
  readonly data: Uint8Array;
}

/** An image as a net takes it: resized. */
export interface Photograph {
  /** In the file, upright, before it was resized. */
  width: number;
  height: number;
  /** [channels, height, width], as it was asked for: all of its red, then green, then blue. */
  planes: Uint8Array;
}

/** How many numbers a pixel has. */
export type Channels = 1 | 3 | 4;

export const someChannels: Kind<Channels> = {
  expected: "1 (grey), 3 (red, green, blue) or 4 (and how opaque it is)",
  inKind: aCount.inKind,
  accepts: (value): value is Channels => value === 1 || value === 3 || value === 4,
};

/** How many bytes a pixel has. */
export function channelsOf({ width, height, data }: Image): Channels {
  return (data.length / (width * height)) as Channels;
}

/** Rec. 601: how bright the eye finds a colour. */
export function greyOf(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

export const anImage: Kind<Image> = {
  expected: "an image { width, height, data }",
  accepts: (value): value is Image => {
    const { width, height, data } = (value ?? {}) as Partial<Image>;
    return (
      aCount.accepts(width) &&
      aCount.accepts(height) &&
      data instanceof Uint8Array &&
      someChannels.accepts(data.length / (width * height))
    );
  },
  hint: (value) => {
    if (value instanceof Uint8Array) return "decodeImage(…) makes one of a file's bytes";
    const { data } = (value ?? {}) as Partial<Image>;
    const isOfPage = value instanceof Blob || (data as unknown) instanceof Uint8ClampedArray;
    return isOfPage ? "await imageFrom(…) makes one of what a page has pictures in" : undefined;
  },
};
