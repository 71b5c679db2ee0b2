/** Sequential: layers one after another. */

import { checkArgument, type Kind } from "../tensor/arguments.js";
import { contents } from "../tensor/contents.js";
import { makeComplete } from "../tensor/known-names.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { clamps, picksLargest } from "../tensor/ops/clamps.js";
import type { Tensor } from "../tensor/tensor.js";
import { isObserved } from "../tensor/trace.js";
import { type AnyModule, aModule, isModule, Module } from "./module.js";

/** A module, or any function from a tensor to a tensor: `relu`, `flatten`, `(x) => logSoftmax(x, 1)`. */
export type Layer<Inputs extends readonly unknown[] = [Tensor]> = Module<Inputs> | ((...inputs: Inputs) => Tensor);

const aLayer: Kind<Layer> = {
  expected: "a module or a function",
  accepts: (value): value is Layer =>
    aModule.accepts(value) || (typeof value === "function" && !(value.prototype instanceof Module)),
  hint: (value) => (Array.isArray(value) ? "write new Sequential(...layers)" : aModule.hint?.(value)),
};

/** Whether a layer keeps neither its input nor its output anywhere: nobody knows that of functions of others. */
function keepsNothingOf(layer: Layer): boolean {
  if (layer instanceof Sequential && layer.forward === Sequential.prototype.forward) {
    return layer.layers.every(keepsNothingOf);
  }
  return layer instanceof Module ? keepsNothing.has(layer.forward) : keepsNothing.has(layer) || clamps.has(layer);
}

/** Whether a clamp may come after a max pool: the largest element stays the largest. Who observes is told of each in order. */
function canChangePlaces(layer: Layer, next: Layer | undefined): boolean {
  return clamps.has(layer) && next instanceof Module && picksLargest.has(next.forward) && !isObserved();
}

/**
 * Applies its layers in order. What one layer or operation of this library hands to another is freed as soon as no
 * gradient needs it; what a function or a module of your own has seen lives as long as any other tensor. The first layer
 * may take something else than a tensor, and so does the whole then. In `noGrad`, a `Conv2d` with a `BatchNorm2d` in
 * evaluation mode, `relu` or `relu6`, a `MaxPool2d(2)` behind it, or several of these, is one pass over memory, with the
 * same bits. Otherwise a `MaxPool2d` is done before the `relu` or `relu6` in front of it, which leave the largest element the
 * largest: the same bits from fewer numbers.
 */
export class Sequential<Inputs extends readonly unknown[] = [Tensor]> extends Module<Inputs> {
  // Private, so that a layer is found once, under the name that `children` gives it.
  readonly #layers: readonly Layer[];

  /** @param layers modules and functions, the first one first */
  constructor(...layers: Layer[]);
  /**
   * @param first what takes the model's own inputs
   * @param rest the layers after it
   */
  constructor(first: Layer<Inputs>, ...rest: Layer[]);
  /** Internal: either. */
  constructor(...layers: unknown[]) {
    super();
    for (const [i, layer] of layers.entries()) checkArgument(new.target.name, `layer ${i}`, layer, aLayer);
    this.#layers = layers as Layer[];
  }

  /** Internal: so are all of its layers. */
  override get isPlain(): boolean {
    return this.forward === Sequential.prototype.forward && this.layers.every(keepsNothingOf);
  }

  /** In the order in which they are applied. */
  get layers(): readonly Layer[] {
    return this.#layers;
  }

  /**
   * Modules are named by their place in the list, functions counted: the names PyTorch gives them. What a subclass has
   * besides comes after them.
   */
  override children(): [name: string, child: AnyModule][] {
    return [...contents(this.layers, isModule), ...super.children()];
  }

  /** What the last layer makes of the first one's `inputs`. */
  forward(...inputs: Inputs): Tensor {
    let given = inputs as readonly unknown[] as [Tensor];
    let mayBeHeld = true;
    const layers = [...this.layers];
    for (let i = 0; i < layers.length; i++) {
      if (canChangePlaces(layers[i], layers[i + 1])) layers.splice(i, 2, layers[i + 1], layers[i]);
      const layer = layers[i];
      const isModule = layer instanceof Module;
      const keeps = !keepsNothingOf(layer);
      const run = isModule && !keeps ? layer.forwardThrough(given[0], layers.slice(i + 1)) : undefined;
      const next = run?.y ?? (isModule ? layer.forward(...given) : layer(...given));
      i += run?.count ?? 0;
      mayBeHeld ||= keeps;
      if (next === given[0]) continue;
      if (!mayBeHeld) given[0].free("scope");
      given = [next];
      mayBeHeld = keeps;
    }
    return given[0];
  }

  protected override parts(): [name: string, part: AnyModule | string][] {
    const shown = (layer: Layer) => (layer instanceof Module ? layer : layer.name || String(layer));
    const placed = this.layers.map((layer, i): [string, AnyModule | string] => [String(i), shown(layer)]);
    return [...placed, ...super.children()];
  }
}

makeComplete(Sequential);
