/** clamps: the activations that a backend may compute in the same pass over memory as the convolution before them. */

import type { ClampName } from "../backend/backend.js";

/** By operation: its name for backends. `relu` and `relu6` enter themselves where they are defined. */
export const clamps = new WeakMap<object, ClampName>();
