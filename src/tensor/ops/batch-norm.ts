/** Batch normalization of images, channel by channel. */

import { checkSameBackend, record } from "../autograd.js";
import type { Storage } from "../backend/backend.js";
import { formatShape, ShapeError, sizeOf } from "../shape.js";
import { type Tensor, wrap } from "../tensor.js";

export interface BatchNormOptions {
  /** [C], scale of each channel. */
  weight: Tensor;
  /** [C], shift of each channel. */
  bias: Tensor;
  /** [C], estimates that training updates in place and evaluation uses. */
  runningMean: Tensor;
  /** [C], likewise. */
  runningVar: Tensor;
  /** Normalize by the batch's own moments, and update the running ones. */
  training: boolean;
  /** Weight of the newest batch in the running moments. Default 0.1. */
  momentum?: number;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

/**
 * y = (x − mean) / √(variance + eps) · weight + bias for each channel, mean and (biased) variance being those of the
 * batch in training, the running ones in evaluation. running ← (1 − momentum) · running + momentum · batch, where the
 * batch's variance is the unbiased one, as in PyTorch.
 *
 * @param x [N, C, …]
 * @throws ShapeError when a parameter has another number of channels, or a training batch one value per channel
 * @see S. Ioffe and C. Szegedy, "Batch normalization", ICML 2015, arXiv:1502.03167
 */
export function batchNorm(x: Tensor, options: BatchNormOptions): Tensor {
  const { weight, bias, runningMean, runningVar, training, momentum = 0.1, eps = 1e-5 } = options;
  checkSameBackend("batchNorm", [x, weight, bias, runningMean, runningVar]);
  if (x.shape.length < 2) throw new ShapeError(`batchNorm: expected [N, C, ...], got ${formatShape(x.shape)}`);
  const [n, c] = x.shape;
  for (const [name, t] of Object.entries({ weight, bias, runningMean, runningVar })) {
    if (t.shape.length !== 1 || t.shape[0] !== c) {
      throw new ShapeError(
        `batchNorm: ${name} has shape ${formatShape(t.shape)}, input ${formatShape(x.shape)} has ${c} channels`,
      );
    }
  }
  const geometry = { n, c, pixels: sizeOf(x.shape.slice(2)) };
  const count = n * geometry.pixels;
  if (training && count < 2) {
    throw new ShapeError(
      `batchNorm: one value per channel has no variance, input ${formatShape(x.shape)}; train on more, or call eval()`,
    );
  }
  const { backend } = x;
  const [mean, variance] = training
    ? backend.channelMoments(x.storage, geometry).map((storage) => wrap([c], storage, backend))
    : [runningMean.detach(), runningVar.detach()];
  if (training) {
    runningMean.buffer.update((running) => backend.accumulate(running, mean.storage, 1 - momentum, momentum));
    const unbiased = (momentum * count) / (count - 1);
    runningVar.buffer.update((running) => backend.accumulate(running, variance.storage, 1 - momentum, unbiased));
  }
  const y = backend.batchNorm(x.storage, mean.storage, variance.storage, weight.storage, bias.storage, eps, geometry);
  const result = record(
    "batchNorm",
    [x, weight, bias, mean, variance],
    x.shape,
    y,
    (g) => {
      const owned = (storage: Storage) => wrap([c], storage, backend);
      const [weightGrad, biasGrad] = backend
        .batchNormParamGrads(g.storage, x.storage, mean.storage, variance.storage, eps, geometry)
        .map(owned);
      return [
        () => {
          // Moments that are constants take no part in the gradient.
          const none = owned(backend.fill(c, 0));
          return backend.batchNormInputGrad(
            g.storage,
            x.storage,
            mean.storage,
            variance.storage,
            weight.storage,
            (training ? weightGrad : none).storage,
            (training ? biasGrad : none).storage,
            eps,
            geometry,
          );
        },
        () => weightGrad,
        () => biasGrad,
      ];
    },
    [x, weight, mean, variance],
    { eps },
  );
  // The graph keeps the moments as long as it needs them; nobody else does.
  mean.release();
  variance.release();
  return result;
}
