/** featureMaps: what a layer, or several, make of images. */

import { frozen, intercept } from "../layers/look-inside.js";
import { aModule, type Module } from "../layers/module.js";
import { ArgumentError, checkArgument, checkOptions, listOf, type OptionKinds } from "../tensor/arguments.js";
import { noGrad } from "../tensor/scope.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { checkMaps, convolutions, layerKinds } from "./convolutions.js";

export interface FeatureMapOptions {
  /** Whose output. Default: the model's first convolution. */
  layer?: Module;
  /** The same of several layers, in one pass: then there is one result for each. */
  layers?: readonly Module[];
}

const KINDS: OptionKinds<FeatureMapOptions> = { ...layerKinds, layers: listOf("a list of modules", aModule) };

/** What such options give: one tensor, or one for each of the layers. */
export type FeatureMapsBy<Options> = Options extends { layers: readonly Module[] } ? Tensor[] : Tensor;

/**
 * The output of one layer, in evaluation mode: [N, C, H, W], one map for each channel; with `layers`, that of each.
 * @param images [N, C, H, W], as the model takes them
 * @throws Error when the model has no convolution, or a layer does not run or gives no maps
 */
export function featureMaps<Options extends FeatureMapOptions>(
  model: Module,
  images: Tensor,
  options: Options = {} as Options,
): FeatureMapsBy<Options> {
  checkArgument("featureMaps", "model", model, aModule);
  checkTensor("featureMaps", "images", images);
  checkOptions("featureMaps", options, KINDS);
  const { layer, layers } = options;
  if (layer && layers)
    throw new ArgumentError("featureMaps: layer is one and layers are several: leave one of them out");
  const asked = layers ?? [layer ?? convolutions("featureMaps", model)[0]];
  const maps = noGrad(() => {
    const found = new Map<Module, Tensor>();
    frozen(model, () =>
      intercept(
        // A layer may be asked for twice.
        [...new Set(asked)],
        (forward, [x], module) => {
          const y = forward(x);
          found.set(module, y.detach()); // the model frees its own
          return y;
        },
        () => model.forward(images),
      ),
    );
    return asked.map((each, i) => checkMaps("featureMaps", found.get(each), layers && `layers[${i}]`));
  });
  return (layers ? maps : maps[0]) as FeatureMapsBy<Options>;
}
