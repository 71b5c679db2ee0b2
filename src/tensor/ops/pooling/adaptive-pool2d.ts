/** adaptiveAvgPool2d and adaptiveMaxPool2d: as many windows as are asked for, whatever the size of the image. */

import { refuseMore } from "../../arguments.js";
import { scope } from "../../scope.js";
import { formatShape, ShapeError } from "../../shape.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { indexSelect } from "../movement/index-select.js";
import { reshape } from "../movement/reshape.js";
import { max } from "../reduce.js";
import { resample } from "../resample.js";
import { type Pair, pairOf } from "../window.js";
import { avgPool2d } from "./avg-pool2d.js";
import { maxPool2d } from "./max-pool2d.js";

/** The first place and the one behind the last of each of `to` windows over `from` places: they overlap where they must. */
function windows(from: number, to: number): [begin: number, end: number][] {
  return Array.from({ length: to }, (_, i) => [Math.floor((i * from) / to), Math.ceil(((i + 1) * from) / to)]);
}

function sizes(who: string, x: Tensor, outputSize: Pair) {
  checkTensor(who, "x", x);
  const [outH, outW] = pairOf(outputSize, 1, `${who}: outputSize`);
  if (x.shape.length !== 4 || x.shape[2] * x.shape[3] === 0) {
    throw new ShapeError(`${who}: expected an input of 4 axes (N, C, H, W) with pixels, got ${formatShape(x.shape)}`);
  }
  const [, , h, w] = x.shape;
  // Windows that tile the image are a pool's.
  const tile: Pair | undefined = h % outH === 0 && w % outW === 0 ? [h / outH, w / outW] : undefined;
  return { outH, outW, h, w, tile };
}

/**
 * Mean of each of H' × W' windows that cover the image evenly.
 * @param x [N, C, H, W]
 * @param outputSize [H', W'], or one number for both; 1 is the mean of each channel
 * @returns [N, C, H', W']
 * @throws ShapeError when x has not four axes
 */
export function adaptiveAvgPool2d(x: Tensor, outputSize: Pair, ...more: never[]): Tensor {
  refuseMore("adaptiveAvgPool2d(x, outputSize)", more);
  const { outH, outW, h, w, tile } = sizes("adaptiveAvgPool2d", x, outputSize);
  if (tile) return avgPool2d(x, tile);
  const means = (from: number, to: number) => {
    const weights = new Float32Array(to * from);
    for (const [i, [begin, end]] of windows(from, to).entries()) {
      weights.fill(1 / (end - begin), i * from + begin, i * from + end);
    }
    return weights;
  };
  return resample(x, means(h, outH), means(w, outW));
}

/** Largest element of each window along one axis; the last place of a short window stands in for what it lacks. */
function largest(x: Tensor, dim: number, to: number): Tensor {
  const along = windows(x.shape[dim], to);
  const width = Math.max(...along.map(([begin, end]) => end - begin));
  const places = along.flatMap(([begin, end]) => Array.from({ length: width }, (_, k) => Math.min(begin + k, end - 1)));
  const apart = [...x.shape.slice(0, dim), to, width, ...x.shape.slice(dim + 1)];
  return max(reshape(indexSelect(x, dim, places), apart), dim + 1);
}

/**
 * Largest element of each of H' × W' windows that cover the image evenly.
 * @param x [N, C, H, W]
 * @param outputSize [H', W'], or one number for both; 1 is the largest of each channel
 * @returns [N, C, H', W']
 * @throws ShapeError when x has not four axes
 */
export function adaptiveMaxPool2d(x: Tensor, outputSize: Pair, ...more: never[]): Tensor {
  refuseMore("adaptiveMaxPool2d(x, outputSize)", more);
  const { outH, outW, tile } = sizes("adaptiveMaxPool2d", x, outputSize);
  if (tile) return maxPool2d(x, tile);
  return scope(() => largest(largest(x, 3, outW), 2, outH));
}
