/** Convolution: the two ways to compute it and its gradients, and which of them a convolution takes. */

import type { Backend, ConvGeometry } from "../backend.js";
import { conv2d, conv2dInputGrad } from "./conv.js";
import { conv2dWeightGrad } from "./conv-weight-grad.js";
import { fill } from "./move.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";
import { usesWinograd, type WinogradUse, winogradConv2d, winogradInputGrad, winogradWeightGrad } from "./winograd.js";

const direct = { conv2d, inputGrad: conv2dInputGrad, weightGrad: conv2dWeightGrad };

const winograd: typeof direct = {
  conv2d: winogradConv2d,
  inputGrad: winogradInputGrad,
  weightGrad: winogradWeightGrad,
};

type Methods = "conv2d" | "conv2dInputGrad" | "conv2dWeightGrad";

export const convolution = (rt: Runtime, use: WinogradUse): Pick<Backend, Methods> => {
  const wayOf = (geometry: ConvGeometry) => (usesWinograd(geometry, use) ? winograd : direct);
  return {
    conv2d(x, w, bias, geometry) {
      const { n, o, outH, outW } = geometry;
      const { conv2d } = wayOf(geometry);
      return rt.make(n * o * outH * outW, (out) => conv2d(rt, at(x), at(w), bias ? at(bias) : 0, out, geometry));
    },

    conv2dInputGrad(g, w, geometry) {
      const { n, c, h, w: width } = geometry;
      const { inputGrad } = wayOf(geometry);
      return rt.make(n * c * h * width, (out) => inputGrad(rt, at(g), at(w), out, geometry));
    },

    conv2dWeightGrad(x, g, geometry) {
      const { n, o, c, groups, kH, kW } = geometry;
      const size = (o * c * kH * kW) / groups;
      const { weightGrad } = wayOf(geometry);
      return rt.make(size, (out) => {
        // A sum over no images has nothing that could be cut into parts.
        if (n === 0) fill(rt, out, size, 0);
        else weightGrad(rt, at(x), at(g), out, geometry);
      });
    },
  };
};
