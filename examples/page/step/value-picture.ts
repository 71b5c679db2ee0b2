/** pictureOf: any tensor's numbers as one picture: blue below zero, orange above. */

import type { Pixels } from "../protocol.js";

type Color = readonly [red: number, green: number, blue: number];

const [BELOW, ZERO, ABOVE]: Color[] = [
  [30, 96, 176],
  [250, 248, 244],
  [214, 98, 20],
];

/** At most so many maps down and across, and so many numbers of a matrix. */
const [MAPS_DOWN, MAPS_ACROSS, NUMBERS] = [8, 8, 128];

/** −1 to 1 as a colour. */
function colorOf(share: number): Color {
  const end = share < 0 ? BELOW : ABOVE;
  const t = Math.min(1, Math.abs(share));
  return ZERO.map((zero, c) => Math.round(zero + t * (end[c] - zero))) as unknown as Color;
}

/** Where a pixel's number is; undefined in the gaps between maps. */
type Place = (x: number, y: number) => number | undefined;

/** Where there is no colour, what is behind the picture shows through. */
function drawn(width: number, height: number, colorAt: (x: number, y: number) => Color | undefined): Pixels {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const color = colorAt(x, y);
      if (color) data.set([...color, 255], 4 * (y * width + x));
    }
  }
  return { width, height, data };
}

/** Maps [down, across, height, width] beside and below each other, a pixel apart. */
function sheet([down, across, height, width]: readonly number[]): { width: number; height: number; at: Place } {
  const [rows, columns] = [Math.min(down, MAPS_DOWN), Math.min(across, MAPS_ACROSS)];
  const at: Place = (x, y) => {
    const [row, inY, column, inX] = [
      Math.floor(y / (height + 1)),
      y % (height + 1),
      Math.floor(x / (width + 1)),
      x % (width + 1),
    ];
    if (inY === height || inX === width) return undefined;
    return ((row * across + column) * height + inY) * width + inX;
  };
  return { width: columns * (width + 1) - 1, height: rows * (height + 1) - 1, at };
}

/** Any shape as four axes. */
function fourAxes(shape: readonly number[]): readonly number[] {
  if (shape.length >= 4) return [shape.slice(0, -3).reduce((a, b) => a * b, 1), ...shape.slice(-3)];
  return shape.length === 3 ? [1, ...shape] : [1, 1, shape.length === 2 ? shape[0] : 1, shape.at(-1) ?? 1];
}

/** Numbers of any shape: the strongest in full colour, what is large cut off at the bottom and at the right. */
export function pictureOf(values: Float32Array, shape: readonly number[]): Pixels {
  const axes = fourAxes(shape);
  const { width, height, at } = sheet(axes);
  const strongest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
  const isMatrix = shape.length < 3;
  const [cutWidth, cutHeight] = isMatrix ? [Math.min(width, NUMBERS), Math.min(height, NUMBERS)] : [width, height];
  return drawn(cutWidth, cutHeight, (x, y) => {
    const place = at(x, y);
    return place === undefined ? undefined : colorOf(values[place] / strongest);
  });
}

/** Images [N, 3, height, width] from 0 to 1, side by side. */
export function imagesOf(values: Float32Array, [count, , height, width]: readonly number[]): Pixels {
  const plane = height * width;
  return drawn(count * (width + 1) - 1, height, (x, y) => {
    const [image, inX] = [Math.floor(x / (width + 1)), x % (width + 1)];
    if (inX === width) return undefined;
    const first = image * 3 * plane + y * width + inX;
    return [0, 1, 2].map((c) => Math.round(255 * values[first + c * plane])) as unknown as Color;
  });
}
