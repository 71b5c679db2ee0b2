/** completeBackend: a whole backend from what a device brings. */

import type { Backend, Composed, Primitives } from "../backend.js";
import { drawnNumbers } from "../drawn.js";
import { argMax } from "./arg-max.js";
import { cat } from "./cat.js";
import { normalize } from "./normalize.js";
import { optimizers } from "./optimizers.js";
import { pool2d } from "./pool2d.js";
import { softmax } from "./softmax.js";

/** Every operation that `Composed` names, made of the device's primitives. */
function composedOf(device: Primitives): Composed {
  return {
    ...drawnNumbers(device),
    ...cat(device),
    ...argMax(device),
    ...softmax(device),
    ...pool2d(device),
    ...normalize(device),
    ...optimizers(device),
  };
}

/**
 * Gives a device what it does not have itself: each operation of `Composed`, made of its primitives. What it does
 * faster stays as it is. A primitive that is missing is a compile error.
 * @returns the device
 */
export function completeBackend<Device extends Primitives & Partial<Composed>>(device: Device): Device & Backend {
  const missing = Object.entries(composedOf(device)).filter(([name]) => !(name in device));
  return Object.assign(device, Object.fromEntries(missing) as unknown as Composed);
}
