/** Net #3: as few parameters as Net #1, put where they tell more apart. */

import { AvgPool2d } from "../layers/avg-pool2d.js";
import { BatchNorm2d } from "../layers/batch-norm.js";
import { Conv2d } from "../layers/conv2d.js";
import { Dropout } from "../layers/dropout.js";
import { Linear } from "../layers/linear.js";
import { MaxPool2d } from "../layers/max-pool2d.js";
import { Sequential } from "../layers/sequential.js";
import { checkOptions, numberFrom, type OptionKinds } from "../tensor/arguments.js";
import { makeComplete } from "../tensor/known-names.js";
import { flatten } from "../tensor/ops/movement/reshape.js";
import { relu } from "../tensor/ops/pointwise/rectifiers.js";
import { logSoftmax } from "../tensor/ops/softmax.js";
import { type ClassifierOptions, classifierKinds, halved } from "./classifier.js";

export interface Net3Options extends ClassifierOptions {
  /** Probability of dropping one of the 128 means before the last layer. Default 0.2. */
  dropout?: number;
}

const KINDS: OptionKinds<Net3Options> = { ...classifierKinds, dropout: numberFrom(0, 1) };

/**
 * Net #3: RGB of size × size (64) → log-probabilities of 2 classes; 393,858 parameters. What differs from Net #1: photographs
 * of twice the width, small filters and a batch norm everywhere, pools early, and a mean over the last pixels, which
 * costs no parameters, before the linear layer.
 */
export class Net3 extends Sequential {
  /** @throws RangeError when nothing of photographs of `size` would be left after three pools */
  constructor(options: Net3Options = {}) {
    checkOptions("Net3", options, KINDS);
    const { classes = 2, size = 64, dropout = 0.2 } = options;
    const last = halved("Net3", size, 3);
    // biome-ignore format: one line a stage, with the shape it ends in
    super(
      new Conv2d(3, 16, 3, { padding: 1 }), new BatchNorm2d(16), relu, new MaxPool2d(2),      // [N,  16, 32, 32]
      new Conv2d(16, 32, 3, { padding: 1 }), new BatchNorm2d(32), relu,                       // [N,  32, 32, 32]
      new Conv2d(32, 64, 3, { padding: 1 }), new BatchNorm2d(64), relu, new MaxPool2d(2),     // [N,  64, 16, 16]
      new Conv2d(64, 128, 3, { padding: 1 }), new BatchNorm2d(128), relu, new MaxPool2d(2),   // [N, 128,  8,  8]
      new Conv2d(128, 128, 3, { padding: 1 }), new BatchNorm2d(128), relu,                    // [N, 128,  8,  8]
      new Conv2d(128, 128, 3, { padding: 1 }), new BatchNorm2d(128), relu,                    // [N, 128,  8,  8]
      new AvgPool2d(last), flatten,                                                           // [N, 128]
      new Dropout(dropout), new Linear(128, classes), (x) => logSoftmax(x, 1),                // [N, 2]
    );
  }
}

makeComplete(Net3);
