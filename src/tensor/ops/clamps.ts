/** clamps: the activations that may be computed elsewhere than where they stand, with the same numbers and gradients. */

import type { ClampName } from "../backend/backend.js";

/** By operation: its name for backends. `relu` and `relu6` enter themselves where they are defined. */
export const clamps = new WeakMap<object, ClampName>();

/** Forward passes whose results are the largest of their elements: before a clamp they leave less for it to do. */
export const picksLargest = new WeakSet<object>();
