/** Convolution and its gradients by their definitions: one loop over all products serves the three of them. */

import type { Backend, ConvGeometry } from "../backend.js";
import { type Make, values } from "./memory.js";

/**
 * Calls `visit` for every run of products in one output row that share a weight: y[y + j] takes in
 * w[w] · x[x + j · strideW] for j = 0 … count − 1. Products with padding are left out: they are zero.
 */
function runs(geometry: ConvGeometry, visit: (y: number, w: number, x: number, count: number) => void): void {
  const { n, c, h, w, o, kH, kW, outH, outW, groups } = geometry;
  const { strideH, strideW, padH, padW, dilationH, dilationW } = geometry;
  const cPerGroup = c / groups;
  const oPerGroup = o / groups;
  for (let image = 0; image < n; image++) {
    for (let out = 0; out < o; out++) {
      const firstChannel = Math.floor(out / oPerGroup) * cPerGroup;
      for (let channel = 0; channel < cPerGroup; channel++) {
        for (let u = 0; u < kH; u++) {
          for (let v = 0; v < kW; v++) {
            const weight = ((out * cPerGroup + channel) * kH + u) * kW + v;
            const left = v * dilationW - padW;
            const first = Math.max(0, Math.ceil(-left / strideW));
            const count = Math.min(outW - 1, Math.floor((w - 1 - left) / strideW)) - first + 1;
            for (let i = 0; i < outH && count > 0; i++) {
              const row = i * strideH + u * dilationH - padH;
              if (row < 0 || row >= h) continue;
              const y = ((image * o + out) * outH + i) * outW + first;
              visit(y, weight, ((image * c + firstChannel + channel) * h + row) * w + left + first * strideW, count);
            }
          }
        }
      }
    }
  }
}

// All three sum in float64, whatever the tensors hold: the reference should not drift on long sums.
export const convolution = (make: Make): Pick<Backend, "conv2d" | "conv2dInputGrad" | "conv2dWeightGrad"> => ({
  conv2d(xStorage, wStorage, bias, geometry) {
    const [x, w] = [xStorage, wStorage].map(values);
    const offsets = bias && values(bias);
    const { n, o, outH, outW, strideW } = geometry;
    return make(n * o * outH * outW, (out) => {
      const sums = new Float64Array(out.length);
      runs(geometry, (y, weight, at, count) => {
        const factor = w[weight];
        for (let j = 0; j < count; j++) sums[y + j] += factor * x[at + j * strideW];
      });
      for (let i = 0; i < out.length; i++)
        out[i] = sums[i] + (offsets ? offsets[Math.floor(i / (outH * outW)) % o] : 0);
    });
  },

  conv2dInputGrad(gStorage, wStorage, geometry) {
    const [g, w] = [gStorage, wStorage].map(values);
    const { n, c, h, w: width, strideW } = geometry;
    return make(n * c * h * width, (out) => {
      const sums = new Float64Array(out.length);
      runs(geometry, (y, weight, at, count) => {
        const factor = w[weight];
        for (let j = 0; j < count; j++) sums[at + j * strideW] += factor * g[y + j];
      });
      out.set(sums);
    });
  },

  conv2dWeightGrad(xStorage, gStorage, geometry) {
    const [x, g] = [xStorage, gStorage].map(values);
    const { o, c, groups, kH, kW, strideW } = geometry;
    return make((o * c * kH * kW) / groups, (out) => {
      const sums = new Float64Array(out.length);
      runs(geometry, (y, weight, at, count) => {
        let sum = 0;
        for (let j = 0; j < count; j++) sum += g[y + j] * x[at + j * strideW];
        sums[weight] += sum;
      });
      out.set(sums);
    });
  },
});
