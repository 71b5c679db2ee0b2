/** The two ways to convolve, each with its gradients, and which of them a convolution takes. */

import type { ConvGeometry } from "../backend.js";
import { conv2d, conv2dInputGrad } from "./conv.js";
import { conv2dWeightGrad } from "./conv-weight-grad.js";
import { usesWinograd, type WinogradUse, winogradConv2d, winogradInputGrad, winogradWeightGrad } from "./winograd.js";

const direct = { conv2d, inputGrad: conv2dInputGrad, weightGrad: conv2dWeightGrad };

export type Convolution = typeof direct;

const winograd: Convolution = {
  conv2d: winogradConv2d,
  inputGrad: winogradInputGrad,
  weightGrad: winogradWeightGrad,
};

export function convolutionOf(geometry: ConvGeometry, use: WinogradUse): Convolution {
  return usesWinograd(geometry, use) ? winograd : direct;
}
