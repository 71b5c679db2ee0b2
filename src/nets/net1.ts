/** Net #1: a small convolutional net for 32×32 photographs. */

import { BatchNorm2d } from "../layers/batch-norm.js";
import { Conv2d } from "../layers/conv2d.js";
import { Linear } from "../layers/linear.js";
import { MaxPool2d } from "../layers/max-pool2d.js";
import { Sequential } from "../layers/sequential.js";
import { checkOptions } from "../tensor/arguments.js";
import { makeComplete } from "../tensor/known-names.js";
import { flatten } from "../tensor/ops/movement/reshape.js";
import { relu } from "../tensor/ops/pointwise/rectifiers.js";
import { logSoftmax } from "../tensor/ops/softmax.js";
import { type ClassifierOptions, classifierKinds, halved } from "./classifier.js";

/** Net #1: RGB of size × size (32) → log-probabilities of 2 classes; 402,770 parameters. */
export class Net1 extends Sequential {
  /** @throws RangeError when nothing of photographs of `size` would be left after three pools */
  constructor(options: ClassifierOptions = {}) {
    checkOptions("Net1", options, classifierKinds);
    const { classes = 2, size = 32 } = options;
    const last = halved("Net1", size, 3);
    // biome-ignore format: one line a stage, with the shape it ends in
    super(
      new Conv2d(3, 8, 5, { padding: 2 }), relu,                                              // [N,   8, 32, 32]
      new Conv2d(8, 16, 3, { padding: 1 }), relu,                                             // [N,  16, 32, 32]
      new Conv2d(16, 32, 3, { padding: 1 }), relu,                                            // [N,  32, 32, 32]
      new Conv2d(32, 64, 3, { padding: 1 }), new BatchNorm2d(64), relu, new MaxPool2d(2),     // [N,  64, 16, 16]
      new Conv2d(64, 128, 3, { padding: 1 }), new MaxPool2d(2), relu,                         // [N, 128,  8,  8]
      new Conv2d(128, 256, 3, { padding: 1 }), new BatchNorm2d(256), relu, new MaxPool2d(2),  // [N, 256,  4,  4]
      flatten, new Linear(256 * last ** 2, classes), (x) => logSoftmax(x, 1),                 // [N, 2]
    );
  }
}

makeComplete(Net1);
