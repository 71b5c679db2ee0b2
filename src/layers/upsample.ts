/** Upsample: images in another size, as the function interpolate and as a layer. */

import { aBoolean, checkOptions, type Kind, type OptionKinds, oneOf } from "../tensor/arguments.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { indexSelect } from "../tensor/ops/movement/index-select.js";
import { resample } from "../tensor/ops/resample.js";
import { aPair, type Pair, pairOf } from "../tensor/ops/window.js";
import { scope } from "../tensor/scope.js";
import { formatShape, ShapeError } from "../tensor/shape.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import { describeOptions, Module } from "./module.js";

export interface InterpolateOptions {
  /** [H, W] of the result, or one number for both. Either this or the factor is given. */
  size?: Pair;
  /** How many times as high and as wide the result is; need not be whole. */
  scaleFactor?: number | readonly [number, number];
  /** "nearest" takes the nearest pixel, "bilinear" mixes four. Default "nearest". */
  mode?: "nearest" | "bilinear";
  /** With "bilinear": corner pixels stay at the corners, instead of the image's edges at its edges. Default false. */
  alignCorners?: boolean;
}

const aFactor: Kind<number | readonly [number, number]> = {
  expected: "a number above 0, or two of them",
  accepts: (value): value is number | readonly [number, number] => {
    const both = Array.isArray(value) ? value : [value, value];
    return both.length === 2 && both.every((factor) => Number.isFinite(factor) && factor > 0 && factor <= 4096);
  },
};

const KINDS: OptionKinds<InterpolateOptions> = {
  size: aPair,
  scaleFactor: aFactor,
  mode: oneOf("nearest", "bilinear"),
  alignCorners: aBoolean,
};

/** @throws ShapeError unless there is a size or a factor, and not both */
function checkTarget(who: string, { size, scaleFactor }: InterpolateOptions): void {
  if ((size === undefined) === (scaleFactor === undefined)) {
    throw new ShapeError(`${who}: give either size, the result's own, or scaleFactor`);
  }
  if (size !== undefined) pairOf(size, 1, `${who}: size`);
}

/** For each of `to` places, where among `from` it comes from, and how the two neighbours there are mixed. */
function mixture(from: number, to: number, step: number, alignCorners: boolean): Float32Array {
  const weights = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const at = alignCorners ? (to > 1 ? (i * (from - 1)) / (to - 1) : 0) : Math.max(0, (i + 0.5) * step - 0.5);
    const before = Math.floor(at);
    const part = at - before;
    weights[i * from + before] += 1 - part;
    weights[i * from + Math.min(before + 1, from - 1)] += part;
  }
  return weights;
}

/**
 * [N, C, H, W] in another height and width.
 * @throws ShapeError when x has not four axes, or neither or both of size and factor are given
 * @see torch.nn.functional.interpolate
 */
export function interpolate(x: Tensor, options: InterpolateOptions): Tensor {
  checkTensor("interpolate", "x", x);
  checkOptions("interpolate", options, KINDS);
  checkTarget("interpolate", options);
  const { size, scaleFactor = 1, mode = "nearest", alignCorners = false } = options;
  if (x.shape.length !== 4 || x.size === 0) {
    throw new ShapeError(
      `interpolate: expected an input of 4 axes (N, C, H, W), none empty, got ${formatShape(x.shape)}`,
    );
  }
  const factors = typeof scaleFactor === "number" ? [scaleFactor, scaleFactor] : scaleFactor;
  const target = size === undefined ? undefined : pairOf(size, 1, "interpolate: size");
  const axes = [0, 1].map((axis) => {
    const from = x.shape[2 + axis];
    const to = target?.[axis] ?? Math.floor(from * factors[axis]);
    if (to < 1) throw new ShapeError(`interpolate: ${from} times ${factors[axis]} is less than one pixel`);
    return { from, to, step: target ? from / to : 1 / factors[axis] };
  });
  if (mode === "bilinear") {
    const [rows, columns] = axes.map(({ from, to, step }) => mixture(from, to, step, alignCorners));
    return resample(x, rows, columns);
  }
  const [rows, columns] = axes.map(({ from, to, step }) =>
    Int32Array.from({ length: to }, (_, i) => Math.min(Math.floor(i * step), from - 1)),
  );
  return scope(() => indexSelect(indexSelect(x, 2, rows), 3, columns));
}

/** `interpolate` as a layer; see there. */
export class Upsample extends Module {
  readonly #options: InterpolateOptions;

  /** @throws ShapeError when neither or both of size and factor are given */
  constructor(options: InterpolateOptions) {
    super();
    checkOptions("Upsample", options, KINDS);
    checkTarget("Upsample", options);
    this.#options = options;
  }

  /**
   * [N, C, H, W] to another height and width.
   * @throws ShapeError when x has not four axes
   */
  forward(x: Tensor): Tensor {
    return interpolate(x, this.#options);
  }

  protected override describe(): string {
    return describeOptions(this.#options);
  }
}

keepsNothing.add(Upsample.prototype.forward);
