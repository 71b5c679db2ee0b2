/** Convolution and its gradients by their definitions: one walk over all products serves the three of them. */

import type { ConvGeometry, FloatArray } from "../backend.js";

/** Calls `visit` with the positions of y, w and x for every product w · x that is a part of y. */
function products(geometry: ConvGeometry, visit: (y: number, w: number, x: number) => void): void {
  const { n, c, h, w, o, kH, kW, outH, outW, groups } = geometry;
  const { strideH, strideW, padH, padW, dilationH, dilationW } = geometry;
  const cPerGroup = c / groups;
  const oPerGroup = o / groups;
  for (let image = 0; image < n; image++) {
    for (let out = 0; out < o; out++) {
      const firstChannel = Math.floor(out / oPerGroup) * cPerGroup;
      for (let i = 0; i < outH; i++) {
        for (let j = 0; j < outW; j++) {
          const y = ((image * o + out) * outH + i) * outW + j;
          for (let channel = 0; channel < cPerGroup; channel++) {
            for (let u = 0; u < kH; u++) {
              const row = i * strideH + u * dilationH - padH;
              if (row < 0 || row >= h) continue;
              for (let v = 0; v < kW; v++) {
                const column = j * strideW + v * dilationW - padW;
                if (column < 0 || column >= w) continue;
                const weight = ((out * cPerGroup + channel) * kH + u) * kW + v;
                visit(y, weight, ((image * c + firstChannel + channel) * h + row) * w + column);
              }
            }
          }
        }
      }
    }
  }
}

/** Sums in float64, whatever the tensors hold: the reference should not drift on long sums. */
function accumulated(out: FloatArray, compute: (sums: Float64Array) => void): void {
  const sums = new Float64Array(out.length);
  compute(sums);
  out.set(sums);
}

export function conv2d(
  out: FloatArray,
  x: FloatArray,
  w: FloatArray,
  bias: FloatArray | undefined,
  geometry: ConvGeometry,
): void {
  accumulated(out, (sums) => {
    if (bias) {
      const pixels = geometry.outH * geometry.outW;
      for (let i = 0; i < sums.length; i++) sums[i] = bias[Math.floor(i / pixels) % geometry.o];
    }
    products(geometry, (y, weight, at) => {
      sums[y] += w[weight] * x[at];
    });
  });
}

export function conv2dInputGrad(out: FloatArray, g: FloatArray, w: FloatArray, geometry: ConvGeometry): void {
  accumulated(out, (sums) => {
    products(geometry, (y, weight, at) => {
      sums[at] += w[weight] * g[y];
    });
  });
}

export function conv2dWeightGrad(out: FloatArray, x: FloatArray, g: FloatArray, geometry: ConvGeometry): void {
  accumulated(out, (sums) => {
    products(geometry, (y, weight, at) => {
      sums[weight] += x[at] * g[y];
    });
  });
}
