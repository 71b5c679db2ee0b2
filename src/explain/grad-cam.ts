/** gradCam: where in an image a convolutional net found what speaks for a class. */

import { frozen, intercept } from "../layers/look-inside.js";
import { type Labels, someLabels } from "../layers/losses/class-loss.js";
import { aModule, type Module } from "../layers/module.js";
import { checkArgument, checkOptions } from "../tensor/arguments.js";
import { backward } from "../tensor/autograd.js";
import { tensor } from "../tensor/factories/from-values.js";
import { mul, sub } from "../tensor/ops/pointwise/arithmetic.js";
import { relu } from "../tensor/ops/pointwise/rectifiers.js";
import { max, mean } from "../tensor/ops/reduce.js";
import { sum } from "../tensor/ops/sum.js";
import { scope } from "../tensor/scope.js";
import { show } from "../tensor/show.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { checkMaps, convolutions, layerKinds } from "./convolutions.js";
import type { HeatMap } from "./heat-map.js";

export interface GradCamOptions {
  /** Whose feature maps are weighed. Default: the model's last convolution. */
  layer?: Module;
}

/** Where in an image the model found what speaks for a class, and what it said to the image. */
export interface ClassHeatMap extends HeatMap {
  /** The model's output for the image, a number for each class: of the same forward pass. */
  readonly output: Float32Array;
}

/**
 * Σ over the images of: the output for its class minus the mean of the other outputs. The same for logits and for
 * their `logSoftmax`; the gradient of a log-probability alone would vanish where the net is sure.
 */
function classScores(output: Tensor, classes: Labels): Tensor {
  const [n, c] = output.shape;
  const weights = Float32Array.from({ length: n * c }, (_, i) =>
    classes[Math.floor(i / c)] === i % c ? 1 : -1 / (c - 1),
  );
  return sum(mul(output, tensor(weights, [n, c])));
}

/** The same for each image's likeliest class, which need not be read for it. */
function likeliestScores(output: Tensor): Tensor {
  const others = output.shape[1] - 1;
  return sub(mul(sum(max(output, 1)), 1 + 1 / others), mul(sum(output), 1 / others));
}

function checkOutput({ shape }: Tensor): void {
  if (shape.length === 2 && shape[1] >= 2) return;
  throw new Error(`gradCam: the model's output must be [N, 2 classes or more], got [${shape}]`);
}

function checkClasses(output: Tensor, classes: Labels): void {
  const [n, c] = output.shape;
  if (classes.length !== n) throw new RangeError(`gradCam: ${classes.length} classes for ${n} images`);
  const stray = Array.from(classes).find((k) => !Number.isInteger(k) || k < 0 || k >= c);
  if (stray !== undefined) throw new RangeError(`gradCam: ${show(stray)} is none of the classes 0 to ${c - 1}`);
}

/** max(0, Σ_k α_k · A_k), α_k the mean of ∂score/∂A_k over the map: [N, H, W]. */
function weigh(maps: Tensor, gradient: Tensor): Tensor {
  return relu(sum(mul(mean(gradient, [2, 3], { keepdim: true }), maps), 1));
}

/**
 * One map for each image, of the layer's height and width, of numbers ≥ 0: how much each place speaks for the class. With
 * it comes what the model says to the image, so that an answer and its reasons take one forward pass.
 * @param images [N, C, H, W], as the model takes them
 * @param classes for each image, the class that is asked about. Default: the one that the model finds likeliest
 * @throws Error when the model has no convolution, `layer` does not run or gives no maps, or the output is not [N, C]
 * @throws RangeError when a class is none of the model's, or there is not one for each image
 * @see R. Selvaraju et al., "Grad-CAM", ICCV 2017, arXiv:1610.02391
 */
export async function gradCam(
  model: Module,
  images: Tensor,
  classes?: Labels,
  options: GradCamOptions = {},
): Promise<ClassHeatMap[]> {
  checkArgument("gradCam", "model", model, aModule);
  checkTensor("gradCam", "images", images);
  if (classes !== undefined) checkArgument("gradCam", "classes", classes, someLabels);
  checkOptions("gradCam", options, layerKinds);
  const { layer = convolutions("gradCam", model).at(-1)! } = options;
  const { heat, output } = scope(() =>
    frozen(model, () => {
      let maps: Tensor | undefined;
      let start: Tensor | undefined;
      const output = intercept(
        [layer],
        (forward, [x]) => {
          // The graph begins here: what comes before needs no gradient.
          start = forward(x).detach();
          start.requiresGrad = true;
          maps = start.detach(); // the model may free `start`
          return start;
        },
        () => model.forward(images),
      );
      checkMaps("gradCam", maps);
      checkOutput(output);
      if (classes) checkClasses(output, classes);
      backward(classes ? classScores(output, classes) : likeliestScores(output));
      const heat = weigh(maps!, start!.grad!);
      start!.zeroGrad();
      return { heat, output: output.detach() };
    }),
  );
  const [n, height, width] = heat.shape;
  const [values, outputs] = await Promise.all([heat.data(), output.data()]);
  heat.dispose();
  output.dispose();
  const rowOf = (numbers: Float32Array, i: number) =>
    numbers.slice((i * numbers.length) / n, ((i + 1) * numbers.length) / n);
  return Array.from({ length: n }, (_, i) => ({
    ...{ height, width },
    values: rowOf(values, i),
    output: rowOf(outputs, i),
  }));
}
