/** occlusionMap: which parts of an image a net cannot do without. */

import { frozen } from "../layers/look-inside.js";
import { aModule, type Module } from "../layers/module.js";
import { aCount, checkArgument, checkOptions, type OptionKinds, wholeFrom } from "../tensor/arguments.js";
import { tensor } from "../tensor/factories/from-values.js";
import { softmax } from "../tensor/ops/softmax.js";
import { noGrad } from "../tensor/scope.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import type { HeatMap } from "./heat-map.js";

export interface OcclusionOptions {
  /** Side of the grey square, in pixels. Default: a quarter of the image's shorter side. */
  size?: number;
  /** Pixels between two positions of the square. Default: half its side. */
  stride?: number;
  /** Images in a forward pass. Default 64; changes nothing but speed and memory. */
  batchSize?: number;
}

const KINDS: OptionKinds<OcclusionOptions> = { size: aCount, stride: aCount, batchSize: aCount };

/** Half of white. */
const GREY = 0.5;

interface Square {
  readonly top: number;
  readonly left: number;
}

/** 0, stride, 2·stride, …, and the last position that fits. */
function positions(n: number, size: number, stride: number): number[] {
  const last = n - size;
  return [...Array.from({ length: Math.ceil(last / stride) }, (_, i) => i * stride), last];
}

/** Where each row of the square begins and ends in a plane of the image. */
function* rowsOf({ top, left }: Square, size: number, width: number): Iterable<[from: number, to: number]> {
  for (let y = top; y < top + size; y++) yield [y * width + left, y * width + left + size];
}

async function probabilities(model: Module, images: Float32Array, shape: number[], k: number): Promise<number[]> {
  const output = noGrad(() => frozen(model, () => softmax(model.forward(tensor(images, shape)), 1)));
  const [values, classes] = [await output.data(), output.shape[1]];
  output.dispose();
  if (!(Number.isInteger(k) && k >= 0 && k < classes)) {
    throw new RangeError(`occlusionMap: ${k} is none of the classes 0 to ${classes - 1}`);
  }
  return Array.from({ length: shape[0] }, (_, i) => values[i * classes + k]);
}

/**
 * How much less probable a class becomes where a grey square hides the image: for each pixel, the mean over the squares
 * that hide it of p(class | image) − p(class | image with the square). Positive where the pixel speaks for the class.
 * @param image [C, H, W], as the model takes it
 * @param k the class that is asked about
 * @throws RangeError when the image has other axes, the class is none of the model's, or the square does not fit
 * @see M. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014
 */
export async function occlusionMap(
  model: Module,
  image: Tensor,
  k: number,
  options: OcclusionOptions = {},
): Promise<HeatMap> {
  checkArgument("occlusionMap", "model", model, aModule);
  checkTensor("occlusionMap", "image", image);
  checkArgument("occlusionMap", "k", k, wholeFrom(0));
  checkOptions("occlusionMap", options, KINDS);
  if (image.shape.length !== 3) throw new RangeError(`occlusionMap: the image is [${image.shape}], not [C, H, W]`);
  const [channels, height, width] = image.shape;
  const { size = Math.max(1, Math.floor(Math.min(height, width) / 4)) } = options;
  const { stride = Math.max(1, Math.floor(size / 2)), batchSize = 64 } = options;
  if (size > Math.min(height, width)) {
    throw new RangeError(`occlusionMap: a square of ${size} does not fit into an image [${image.shape}]`);
  }
  const pixels = await image.data();
  const plane = height * width;
  const [whole] = await probabilities(model, pixels, [1, ...image.shape], k);
  const squares = positions(height, size, stride).flatMap((top) =>
    positions(width, size, stride).map((left) => ({ top, left })),
  );

  const drops = new Float32Array(plane);
  const counts = new Float32Array(plane);
  for (let first = 0; first < squares.length; first += batchSize) {
    const batch = squares.slice(first, first + batchSize);
    const hidden = new Float32Array(batch.length * pixels.length);
    for (const [i, square] of batch.entries()) {
      const copy = hidden.subarray(i * pixels.length, (i + 1) * pixels.length);
      copy.set(pixels);
      for (const [from, to] of rowsOf(square, size, width)) {
        for (let c = 0; c < channels; c++) copy.fill(GREY, c * plane + from, c * plane + to);
      }
    }
    const seen = await probabilities(model, hidden, [batch.length, ...image.shape], k);
    for (const [i, square] of batch.entries()) {
      for (const [from, to] of rowsOf(square, size, width)) {
        for (let pixel = from; pixel < to; pixel++) {
          drops[pixel] += whole - seen[i];
          counts[pixel]++;
        }
      }
    }
  }
  return { height, width, values: drops.map((drop, pixel) => drop / counts[pixel]) };
}
