/** Which of the layers behind a convolution can be done in its own pass over memory. */

import { isGradEnabled } from "../tensor/autograd.js";
import type { Backend, ConvEpilogue } from "../tensor/backend/backend.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { clamps } from "../tensor/ops/clamps.js";
import { isObserved } from "../tensor/trace.js";
import { Module } from "./module.js";

/**
 * What a batch norm by its running moments, relu or relu6, or the one and then the other, do at the head of `layers`, and
 * how many they are: 0 where there is neither, where the backend cannot, or where a gradient or somebody who observes wants
 * what lies between. It is looked up for each pass, and so are the numbers: weights may change, and modes.
 */
export function epilogueOf(
  [first, second]: readonly unknown[],
  backend: Backend,
  channels: number,
): { epilogue: ConvEpilogue; count: number } {
  if (isGradEnabled() || isObserved() || !backend.hasEpilogues) return { epilogue: {}, count: 0 };
  const isOurs = first instanceof Module && keepsNothing.has(first.forward);
  const norm = isOurs ? first.constantNorm(backend, channels) : undefined;
  const activation = clamps.get(Object(norm ? second : first));
  return { epilogue: { norm, activation }, count: Number(!!norm) + Number(!!activation) };
}
