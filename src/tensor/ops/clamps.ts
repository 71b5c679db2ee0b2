/** The operations that a convolution can do on its way. */

import type { ClampName } from "../backend/backend.js";

/** What backends call them. */
export const clamps = new WeakMap<object, ClampName>();
