/** gradCam: where in an image a convolutional net found what speaks for a class. */

import { frozen, intercept } from "../layers/look-inside.js";
import { type Labels, someLabels } from "../layers/losses/class-loss.js";
import { aModule, type Module } from "../layers/module.js";
import { checkArgument, checkOptions, show } from "../tensor/arguments.js";
import { backward, scope } from "../tensor/autograd.js";
import { tensor } from "../tensor/factories/from-values.js";
import { mul } from "../tensor/ops/pointwise/arithmetic.js";
import { relu } from "../tensor/ops/pointwise/rectifiers.js";
import { mean } from "../tensor/ops/reduce.js";
import { sum } from "../tensor/ops/sum.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { checkMaps, convolutions, layerKinds } from "./convolutions.js";
import type { HeatMap } from "./heat-map.js";

export interface GradCamOptions {
  /** Whose feature maps are weighed. Default: the model's last convolution. */
  layer?: Module;
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

function checkClasses(output: Tensor, classes: Labels): void {
  const [n, c] = output.shape;
  if (output.shape.length !== 2 || c < 2) {
    throw new Error(`gradCam: the model's output must be [N, 2 classes or more], got [${output.shape}]`);
  }
  if (classes.length !== n) throw new RangeError(`gradCam: ${classes.length} classes for ${n} images`);
  const stray = Array.from(classes).find((k) => !Number.isInteger(k) || k < 0 || k >= c);
  if (stray !== undefined) throw new RangeError(`gradCam: ${show(stray)} is none of the classes 0 to ${c - 1}`);
}

/** max(0, Σ_k α_k · A_k), α_k the mean of ∂score/∂A_k over the map: [N, H, W]. */
function weigh(maps: Tensor, gradient: Tensor): Tensor {
  return relu(sum(mul(mean(gradient, [2, 3], { keepdim: true }), maps), 1));
}

/**
 * One map for each image, of the layer's height and width, of numbers ≥ 0: how much each place speaks for the class.
 * @param images [N, C, H, W], as the model takes them
 * @param classes for each image, the class that is asked about
 * @throws Error when the model has no convolution, `layer` does not run or gives no maps, or the output is not [N, C]
 * @throws RangeError when a class is none of the model's, or there is not one for each image
 * @see R. Selvaraju et al., "Grad-CAM", ICCV 2017, arXiv:1610.02391
 */
export async function gradCam(
  model: Module,
  images: Tensor,
  classes: Labels,
  options: GradCamOptions = {},
): Promise<HeatMap[]> {
  checkArgument("gradCam", "model", model, aModule);
  checkTensor("gradCam", "images", images);
  checkArgument("gradCam", "classes", classes, someLabels);
  checkOptions("gradCam", options, layerKinds);
  const { layer = convolutions("gradCam", model).at(-1)! } = options;
  const heat = scope(() =>
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
      checkClasses(output, classes);
      backward(classScores(output, classes));
      const heat = weigh(maps!, start!.grad!);
      start!.zeroGrad();
      return heat;
    }),
  );
  const [n, height, width] = heat.shape;
  const values = await heat.data();
  heat.dispose();
  const size = height * width;
  return Array.from({ length: n }, (_, i) => ({ height, width, values: values.slice(i * size, (i + 1) * size) }));
}
