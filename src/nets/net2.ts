/** Net #2: a larger convolutional net for 64×64 photographs. */

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

export interface Net2Options extends ClassifierOptions {
  /** Probability of dropping an element, after the third convolution and before the last layer. Default 0.2. */
  dropout?: number;
}

const KINDS: OptionKinds<Net2Options> = { ...classifierKinds, dropout: numberFrom(0, 1) };

/** Net #2: RGB of size × size (64) → log-probabilities of 2 classes; 1,814,866 parameters. */
export class Net2 extends Sequential {
  /** @throws RangeError when nothing of photographs of `size` would be left after three pools */
  constructor(options: Net2Options = {}) {
    checkOptions("Net2", options, KINDS);
    const { classes = 2, size = 64, dropout = 0.2 } = options;
    const last = halved("Net2", size, 3);
    // biome-ignore format: one line a stage, with the shape it ends in
    super(
      new Conv2d(3, 8, 5, { padding: 2 }), relu,                                              // [N,   8, 64, 64]
      new Conv2d(8, 16, 5, { padding: 2 }), relu,                                             // [N,  16, 64, 64]
      new Conv2d(16, 32, 5, { padding: 2 }), relu, new Dropout(dropout),                      // [N,  32, 64, 64]
      new Conv2d(32, 64, 5, { padding: 2 }), new BatchNorm2d(64), relu, new MaxPool2d(2),     // [N,  64, 32, 32]
      new Conv2d(64, 128, 5, { padding: 2 }), relu,                                           // [N, 128, 32, 32]
      new Conv2d(128, 256, 3, { padding: 1 }), new MaxPool2d(2), relu,                        // [N, 256, 16, 16]
      new Conv2d(256, 512, 3, { padding: 1 }), new BatchNorm2d(512), relu, new MaxPool2d(2),  // [N, 512,  8,  8]
      flatten, new Dropout(dropout), new Linear(512 * last ** 2, classes), (x) => logSoftmax(x, 1),  // [N, 2]
    );
  }
}

makeComplete(Net2);
