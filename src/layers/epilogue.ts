/** Which of the layers behind a convolution can be done in its own pass over memory. */

import { isGradEnabled } from "../tensor/autograd.js";
import type { Backend, ConvEpilogue } from "../tensor/backend/backend.js";
import { keepsNothing } from "../tensor/lifetime.js";
import { clamps } from "../tensor/ops/clamps.js";
import { isObserved } from "../tensor/trace.js";
import { Module } from "./module.js";

/** A module of this library's making, whose results nobody but the next layer sees. */
const isOurs = (layer: unknown): layer is Module => layer instanceof Module && keepsNothing.has(layer.forward);

const halves = (layer: unknown): boolean => isOurs(layer) && layer.halves();

/**
 * What a batch norm by its running moments, relu or relu6, and a max pool of two by two before or behind these do at the
 * head of `layers`, and how many of them there are: 0 where there is none, where the backend cannot, or where a gradient or
 * somebody who observes wants what lies between. It is looked up for each pass, and so are the numbers: weights may change,
 * and modes.
 */
export function epilogueOf(
  layers: readonly unknown[],
  backend: Backend,
  channels: number,
): { epilogue: ConvEpilogue; count: number } {
  if (isGradEnabled() || isObserved() || !backend.hasEpilogues) return { epilogue: {}, count: 0 };
  const [first] = layers;
  const norm = isOurs(first) ? first.constantNorm(backend, channels) : undefined;
  const [second, third] = norm ? layers.slice(1) : layers;
  // The largest of numbers is the same one before a clamp and after it.
  const [clamp, pool] = halves(second) && clamps.has(Object(third)) ? [third, second] : [second, third];
  const activation = clamps.get(Object(clamp));
  const isHalved = halves(activation ? pool : second);
  const count = [norm, activation, isHalved].filter(Boolean).length;
  return { epilogue: { norm, activation, halves: isHalved }, count };
}
