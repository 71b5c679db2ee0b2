/** Normalize: inputs brought to mean 0 and deviation 1, as the first layer of a model. */

import { checkArgument, numbers } from "../tensor/arguments.js";
import { tensor } from "../tensor/factories/from-values.js";
import { makeComplete } from "../tensor/known-names.js";
import { reshape } from "../tensor/ops/movement/reshape.js";
import { div, sub } from "../tensor/ops/pointwise/arithmetic.js";
import { scope } from "../tensor/scope.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { show } from "../tensor/show.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

function isDeviation(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

/**
 * y = (x − mean) / std, of each channel. What was measured on the training data (`meanAndStd` of a dataset) goes with the
 * model: into its file, its export, and to whatever it is asked about. Nothing of it is trained.
 * @see torchvision.transforms.Normalize
 */
export class Normalize extends Module {
  readonly #mean: Tensor;
  readonly #std: Tensor;

  /**
   * @param mean [C], of each channel
   * @param std [C], its standard deviation
   * @throws ShapeError unless there are as many of both
   * @throws RangeError when a mean is not finite, or a deviation not finite and above 0
   */
  constructor(mean: ArrayLike<number>, std: ArrayLike<number>) {
    super();
    checkArgument("Normalize", "mean", mean, numbers);
    checkArgument("Normalize", "std", std, numbers);
    if (mean.length !== std.length) {
      throw new ShapeError(`Normalize: ${mean.length} means for ${std.length} deviations`);
    }
    const lost = Array.from(mean).findIndex((value) => !Number.isFinite(value));
    if (lost !== -1) {
      throw new RangeError(`Normalize: the mean of channel ${lost} is ${show(mean[lost])}, and must be finite`);
    }
    // As a float32, which it becomes.
    const wrong = Array.from(std).findIndex((value) => typeof value !== "number" || !isDeviation(Math.fround(value)));
    if (wrong !== -1) {
      throw new RangeError(
        `Normalize: the deviation of channel ${wrong} is ${show(std[wrong])}, and must be finite and above 0. A channel that is always the ` +
          "same tells nothing: leave it out, or give it 1",
      );
    }
    this.#mean = this.registerBuffer("mean", tensor(Array.from(mean)));
    this.#std = this.registerBuffer("std", tensor(Array.from(std)));
  }

  /**
   * @param x [N, C, …]
   * @throws ShapeError when x has another number of channels
   */
  forward(x: Tensor): Tensor {
    checkTensor("Normalize", "x", x);
    const [channels] = this.#mean.shape;
    if (x.shape[1] !== channels) {
      throw new ShapeError(
        `Normalize: made for ${channels} channels, [N, ${channels}, …], got ${formatShape(x.shape)}`,
      );
    }
    const perChannel = [channels, ...x.shape.slice(2).map(() => 1)];
    return scope(() => div(sub(x, reshape(this.#mean, perChannel)), reshape(this.#std, perChannel)));
  }
}

makeComplete(Normalize);
