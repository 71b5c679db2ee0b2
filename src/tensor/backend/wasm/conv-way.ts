/** ConvWay: one way to compute a convolution and its gradients. All numbers that are no geometry are addresses. */

import type { ConvGeometry } from "../backend.js";
import type { Runtime } from "./runtime.js";

/** Of x, w, bias and the result; the bias is 0 where there is none. */
export type ConvPointers = readonly [x: number, w: number, bias: number, out: number];

export interface ConvWay {
  /** Whether the result is right. */
  can(geometry: ConvGeometry): boolean;
  /** Whether it is there sooner than by those that come after. */
  pays(geometry: ConvGeometry): boolean;
  /** out = conv(x, w) + bias, and the epilogue, which is 0 where there is none. */
  conv2d(rt: Runtime, pointers: ConvPointers, geometry: ConvGeometry, epilogue: number): void;
  /** Of these results the largest of each two by two; a way that has none leaves it to the pool. */
  conv2dHalved?(rt: Runtime, pointers: ConvPointers, geometry: ConvGeometry, epilogue: number): void;
  conv2dInputGrad(rt: Runtime, grad: number, w: number, out: number, geometry: ConvGeometry): void;
  /** Where it has none, the ways that come after are asked. */
  conv2dWeightGrad?(rt: Runtime, x: number, grad: number, out: number, geometry: ConvGeometry): void;
}
