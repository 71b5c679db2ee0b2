/** The convolutions of a model, which its explanations look at. */

import { Conv2d } from "../layers/conv2d.js";
import { aModule, type Module } from "../layers/module.js";

/** What functions that look at one layer have for options. */
export const layerKinds = { layer: aModule };

/**
 * Every convolution of a model, in its own order.
 * @throws Error when there is none
 */
export function convolutions(who: string, model: Module): Conv2d[] {
  const found = Array.from(model.modules()).filter((module) => module instanceof Conv2d);
  if (found.length === 0) throw new Error(`${who}: ${model.constructor.name} has no Conv2d to look at`);
  return found;
}

/**
 * Checks that a layer gave feature maps.
 * @param layer which it is, for messages
 * @throws Error when it did not run, or its output is not [N, C, H, W]
 */
export function checkMaps<T extends { shape: readonly number[] }>(
  who: string,
  maps: T | undefined,
  layer = "the layer",
): T {
  if (!maps) throw new Error(`${who}: ${layer} did not run in the model's forward pass`);
  if (maps.shape.length !== 4) {
    throw new Error(`${who}: ${layer}'s output must be [N, C, H, W], it has ${maps.shape.length} axes`);
  }
  return maps;
}
