/** netOf: a net from a few lines of text, for those who want to see a step of their own. */

import {
  AvgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  flatten,
  gelu,
  type Layer,
  Linear,
  MaxPool2d,
  relu,
  Sequential,
  sigmoid,
  tanh,
} from "../../../src/index.js";

/** What a line makes of maps [channels, height, width], and what they are behind it. */
interface Made {
  layers: Layer[];
  shape: readonly number[];
}

const activations: Record<string, Layer> = { relu, tanh, sigmoid, gelu };

/** The largest net that is quickly recorded. */
const MOST = 256;

/** How many numbers follow a word; none where nothing is said here. */
const NUMBERS: Record<string, number> = { conv: 2, maxpool: 1, avgpool: 1, dropout: 1, linear: 1 };

/** How a line may read. */
export const WORDS = "conv 8 3, norm, relu, tanh, sigmoid, gelu, maxpool 2, avgpool 2, dropout 0.5, linear 2";

function count(line: string, word: string | undefined): number {
  const value = Number(word);
  if (Number.isInteger(value) && value >= 1 && value <= MOST) return value;
  throw new Error(`“${line}”: a whole number from 1 to ${MOST} is missing`);
}

/** @throws Error where there are no maps any more, which the line needs */
function maps(line: string, shape: readonly number[]): readonly number[] {
  if (shape.length === 3) return shape;
  throw new Error(`“${line}” needs maps, and a linear layer has made numbers of them: write it before`);
}

function pool(line: string, shape: readonly number[], size: number, Pool: typeof MaxPool2d | typeof AvgPool2d): Made {
  const [channels, height, width] = maps(line, shape);
  if (size > Math.min(height, width)) throw new Error(`“${line}”: the maps are ${height} × ${width} there`);
  return { layers: [new Pool(size)], shape: [channels, Math.floor(height / size), Math.floor(width / size)] };
}

function made(line: string, shape: readonly number[]): Made {
  const [word, first, second] = line.split(/\s+/);
  switch (word) {
    case "conv": {
      const [channels, height, width] = maps(line, shape);
      const [filters, size] = [count(line, first), count(line, second)];
      if (size % 2 === 0 || size > 7) throw new Error(`“${line}”: filters are 1, 3, 5 or 7 wide`);
      const layer = new Conv2d(channels, filters, size, { padding: (size - 1) / 2 });
      return { layers: [layer], shape: [filters, height, width] };
    }
    case "norm":
      return { layers: [new BatchNorm2d(maps(line, shape)[0])], shape };
    case "maxpool":
      return pool(line, shape, count(line, first), MaxPool2d);
    case "avgpool":
      return pool(line, shape, count(line, first), AvgPool2d);
    case "dropout": {
      const share = Number(first);
      if (!(share >= 0 && share < 1)) throw new Error(`“${line}”: a share from 0 to 1 is missing`);
      return { layers: [new Dropout(share)], shape };
    }
    case "linear": {
      const features = count(line, first);
      const layer = new Linear(
        shape.reduce((product, n) => product * n, 1),
        features,
      );
      return { layers: shape.length === 3 ? [flatten, layer] : [layer], shape: [features] };
    }
    default:
      if (Object.hasOwn(activations, word)) return { layers: [activations[word]], shape };
      throw new Error(`“${line}” is no layer; there are ${WORDS}`);
  }
}

/**
 * A net for images of `shape`, [channels, height, width], line by line.
 * @throws Error naming the line that cannot be, or where it does not end in two numbers
 */
export function netOf(text: string, image: readonly number[]): Sequential {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  let shape = image;
  const layers = lines.flatMap((line) => {
    const next = made(line, shape);
    const [word, ...numbers] = line.split(/\s+/);
    const meant = NUMBERS[word] ?? 0;
    if (numbers.length > meant) throw new Error(`“${line}”: “${numbers[meant]}” means nothing there`);
    shape = next.shape;
    return next.layers;
  });
  if (shape.length !== 1 || shape[0] !== 2)
    throw new Error("The last line has to be “linear 2”: one number for each answer");
  return new Sequential(...layers);
}
