/** Normalization of channels by their moments: what batch, layer, group and instance norm have in common. */

import { checkOptions, needed, numberFrom, type OptionKinds } from "../arguments.js";
import { checkSameBackend, record } from "../autograd.js";
import type { ChannelGeometry, Storage } from "../backend/backend.js";
import { formatShape, ShapeError, sizeOf } from "../shape.js";
import { aTensor, checkTensor, type Tensor, wrap } from "../tensor.js";

/** Mean and biased variance of each channel. */
export interface Moments {
  /** [C] */
  readonly mean: Tensor;
  /** [C], Σ(x − mean)² divided by the number of values */
  readonly variance: Tensor;
  /** The tensor that they are the moments of, so that its gradient goes through them; left out where they are constants. */
  readonly of?: Tensor;
}

export interface NormalizeOptions {
  /** [C], scale of each channel. Default 1. */
  weight?: Tensor;
  /** [C], shift of each channel. Default 0. */
  bias?: Tensor;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

const KINDS: OptionKinds<NormalizeOptions> = { weight: aTensor, bias: aTensor, eps: numberFrom(0) };

const momentKinds: OptionKinds<Moments> = { mean: needed(aTensor), variance: needed(aTensor), of: aTensor };

/**
 * The sizes of x, [N, C, …].
 * @throws ShapeError where x has fewer axes, or one of `tensors`, by their names, is not [C]
 */
export function channelGeometry(who: string, x: Tensor, tensors: Record<string, Tensor> = {}): ChannelGeometry {
  checkTensor(who, "x", x);
  for (const [name, value] of Object.entries(tensors)) checkTensor(who, name, value);
  checkSameBackend(who, [x, ...Object.values(tensors)]);
  if (x.shape.length < 2) throw new ShapeError(`${who}: expected [N, C, ...], got ${formatShape(x.shape)}`);
  const [n, c] = x.shape;
  for (const [name, { shape }] of Object.entries(tensors)) {
    if (shape.length !== 1 || shape[0] !== c) {
      throw new ShapeError(
        `${who}: ${name} has shape ${formatShape(shape)}, input ${formatShape(x.shape)} has ${c} channels`,
      );
    }
  }
  return { n, c, pixels: sizeOf(x.shape.slice(2)) };
}

/**
 * Mean and biased variance of each channel of x, over all other axes. They are constants by themselves: only
 * `normalize` sends a gradient through them, and only to the x that they were taken of.
 * @param x [N, C, …]
 * @throws ShapeError when x has fewer than two axes
 */
export function moments(x: Tensor): Moments {
  const geometry = channelGeometry("moments", x);
  const { mean, variance } = x.backend.moments(x.storage, geometry);
  const ofChannels = (storage: Storage) => wrap([geometry.c], storage, x.backend, { origin: "moments" });
  return { mean: ofChannels(mean), variance: ofChannels(variance), of: x };
}

/**
 * y = (x − mean) / √(variance + eps) · weight + bias for each channel.
 *
 * @param x [N, C, …]
 * @param by x's own moments, as `moments(x)` gives them, or constants
 * @throws ShapeError when a moment or a parameter has another number of channels
 * @see S. Ioffe and C. Szegedy, "Batch normalization", ICML 2015, arXiv:1502.03167
 */
export function normalize(x: Tensor, by: Moments, options: NormalizeOptions = {}): Tensor {
  checkOptions("normalize", by, momentKinds);
  checkOptions("normalize", options, KINDS);
  const { weight, bias, eps = 1e-5 } = options;
  const given = { mean: by.mean, variance: by.variance, ...(weight && { weight }), ...(bias && { bias }) };
  const geometry = channelGeometry("normalize", x, given);
  const { backend } = x;
  const owned = (storage: Storage) => wrap([geometry.c], storage, backend);
  // These go when the graph lets them go: nobody else knows them.
  const mean = by.mean.detach();
  const variance = by.variance.detach();
  const scale = weight ?? owned(backend.fill(geometry.c, 1));
  const shift = bias ?? owned(backend.fill(geometry.c, 0));
  const normalized = () => ({ x: x.storage, mean: mean.storage, variance: variance.storage, eps });
  const y = backend.normalize({ ...normalized(), weight: scale.storage, bias: shift.storage }, geometry);
  const ownMoments = by.of === x;
  const gradients = (g: Tensor) => {
    const { weight, bias } = backend.normalizeParamGrads({ ...normalized(), g: g.storage }, geometry);
    const [weightGrad, biasGrad] = [weight, bias].map(owned);
    const inputGrad = () => {
      // Moments that are constants take no part in the gradient.
      const none = owned(backend.fill(geometry.c, 0)).storage;
      const grads = ownMoments ? { weight, bias } : { weight: none, bias: none };
      return backend.normalizeInputGrad({ ...normalized(), g: g.storage, weight: scale.storage, grads }, geometry);
    };
    return [inputGrad, () => weightGrad, () => biasGrad];
  };
  // Its own moments follow from x.
  const inputs = ownMoments ? [x, scale, shift] : [x, scale, shift, mean, variance];
  const saves = [x, scale, mean, variance];
  const result = record("normalize", inputs, x.shape, y, gradients, saves, { eps, ownMoments });
  mean.dispose();
  variance.dispose();
  if (!weight) scale.dispose();
  if (!bias) shift.dispose();
  return result;
}
