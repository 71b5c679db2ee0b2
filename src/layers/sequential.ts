/** Sequential: layers one after another. */

import type { Tensor } from "../tensor/tensor.js";
import { Module } from "./module.js";

/** A module, or any function from a tensor to a tensor: `relu`, `flatten`, `(x) => logSoftmax(x, 1)`. */
export type Layer = Module | ((x: Tensor) => Tensor);

/**
 * Applies its layers in order. What one layer hands to the next is freed as soon as no gradient needs it, so a layer
 * that keeps its input elsewhere must `detach()` it.
 */
export class Sequential extends Module {
  /** In the order in which they are applied. */
  readonly layers: readonly Layer[];

  /** @param layers modules and functions, the first one first */
  constructor(...layers: Layer[]) {
    super();
    this.layers = layers;
  }

  /** Modules are named by their place in the list, functions counted: the names PyTorch gives them. */
  override *children(): Generator<[name: string, child: Module]> {
    for (const [i, layer] of this.layers.entries()) if (layer instanceof Module) yield [String(i), layer];
  }

  /** What the last layer makes of x. */
  forward(x: Tensor): Tensor {
    let current = x;
    for (const layer of this.layers) {
      const next = layer instanceof Module ? layer.forward(current) : layer(current);
      if (current !== x && next !== current) current.release();
      current = next;
    }
    return current;
  }

  protected override parts(): [name: string, part: Module | string][] {
    return this.layers.map((layer, i) => [String(i), layer instanceof Module ? layer : layer.name || String(layer)]);
  }
}
