/** Normalization, composed: channels are the middle axis of [n, c, pixels]. */

import type { ChannelGeometry, Composed, Normalized, Primitives, Storage } from "../backend.js";
import { calculate, type Sheet, type Values } from "./values.js";

const imagesOf = (sheet: Sheet, x: Storage, { n, c, pixels }: ChannelGeometry) => sheet.given(x, [n, c, pixels]);

const channelsOf = (sheet: Sheet, x: Storage, { c }: ChannelGeometry) => sheet.given(x, [1, c, 1]);

const sumOf = (x: Values) => x.sum(2).sum(0);

/** 1 / √(variance + eps). */
function inverseDeviation(sheet: Sheet, { variance, eps }: Normalized, geometry: ChannelGeometry): Values {
  const deviation = channelsOf(sheet, variance, geometry).add(eps).sqrt();
  return sheet.fill([], 1).div(deviation);
}

/** x̂ */
function normalized(sheet: Sheet, of: Normalized, geometry: ChannelGeometry): Values {
  const centred = imagesOf(sheet, of.x, geometry).sub(channelsOf(sheet, of.mean, geometry));
  return centred.mul(inverseDeviation(sheet, of, geometry));
}

type Normalization = "moments" | "normalize" | "normalizeParamGrads" | "normalizeInputGrad";

export const normalize = (backend: Primitives): Pick<Composed, Normalization> => ({
  moments: (x, geometry) =>
    calculate(backend, (sheet) => {
      const count = geometry.n * geometry.pixels;
      const images = imagesOf(sheet, x, geometry);
      const mean = sumOf(images).div(count);
      const centred = images.sub(mean);
      const variance = sumOf(centred.mul(centred)).div(count);
      return { mean: mean.keep(), variance: variance.keep() };
    }),

  normalize: (of, geometry) =>
    calculate(backend, (sheet) => {
      const scaled = normalized(sheet, of, geometry).mul(channelsOf(sheet, of.weight, geometry));
      return scaled.add(channelsOf(sheet, of.bias, geometry)).keep();
    }),

  normalizeParamGrads: (of, geometry) =>
    calculate(backend, (sheet) => {
      const g = imagesOf(sheet, of.g, geometry);
      const weight = sumOf(g.mul(normalized(sheet, of, geometry)));
      const bias = sumOf(g);
      return { weight: weight.keep(), bias: bias.keep() };
    }),

  normalizeInputGrad: (of, geometry) =>
    calculate(backend, (sheet) => {
      const count = geometry.n * geometry.pixels;
      const channels = (x: Storage) => channelsOf(sheet, x, geometry);
      const along = normalized(sheet, of, geometry).mul(channels(of.grads.weight));
      const pull = along.add(channels(of.grads.bias)).div(count);
      const scale = inverseDeviation(sheet, of, geometry).mul(channels(of.weight));
      return imagesOf(sheet, of.g, geometry).sub(pull).mul(scale).keep();
    }),
});
