/** featureMaps: what a layer makes of images. */

import { frozen, intercept } from "../layers/look-inside.js";
import { aModule, type Module } from "../layers/module.js";
import { checkArgument, checkOptions } from "../tensor/arguments.js";
import { noGrad } from "../tensor/autograd.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { checkMaps, convolutions, layerKinds } from "./convolutions.js";

export interface FeatureMapOptions {
  /** Whose output. Default: the model's first convolution. */
  layer?: Module;
}

/**
 * The output of one layer, in evaluation mode: [N, C, H, W], one map for each channel.
 * @param images [N, C, H, W], as the model takes them
 * @throws Error when the model has no convolution, or `layer` does not run or gives no maps
 */
export function featureMaps(model: Module, images: Tensor, options: FeatureMapOptions = {}): Tensor {
  checkArgument("featureMaps", "model", model, aModule);
  checkTensor("featureMaps", "images", images);
  checkOptions("featureMaps", options, layerKinds);
  const { layer = convolutions("featureMaps", model)[0] } = options;
  return noGrad(() => {
    let maps: Tensor | undefined;
    frozen(model, () =>
      intercept(
        [layer],
        (forward, [x]) => {
          const y = forward(x);
          maps = y.detach(); // the model frees its own
          return y;
        },
        () => model.forward(images),
      ),
    );
    return checkMaps("featureMaps", maps);
  });
}
