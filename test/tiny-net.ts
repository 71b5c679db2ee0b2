/** A net with every kind of layer, small enough to train for a thousand steps. */

import { BatchNorm2d } from "../src/layers/batch-norm.js";
import { Conv2d } from "../src/layers/conv2d.js";
import { Dropout } from "../src/layers/dropout.js";
import { Linear } from "../src/layers/linear.js";
import { MaxPool2d } from "../src/layers/max-pool2d.js";
import { Sequential } from "../src/layers/sequential.js";
import { flatten } from "../src/tensor/ops/movement/reshape.js";
import { relu } from "../src/tensor/ops/pointwise.js";
import { logSoftmax } from "../src/tensor/ops/softmax.js";

/** [N, 1, 4, 4] → log-probabilities of 2 classes. */
export function tinyNet(): Sequential {
  return new Sequential(
    ...[new Conv2d(1, 2, 3, { padding: 1 }), new BatchNorm2d(2), relu, new MaxPool2d(2), new Dropout(0.2)],
    ...[flatten, new Linear(2 * 2 * 2, 2), (x: Parameters<typeof logSoftmax>[0]) => logSoftmax(x, 1)],
  );
}
