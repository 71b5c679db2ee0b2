/** The reference backend: plain loops over typed arrays. It defines the right answer; read it first. */

import type { Backend, DType } from "../backend.js";
import { drawnNumbers } from "../drawn.js";
import { convolution } from "./conv2d.js";
import { product } from "./matmul.js";
import { createMemory } from "./memory.js";
import { movement } from "./movement.js";
import { normalization } from "./normalize.js";
import { optimizers } from "./optimizers.js";
import { pointwise } from "./pointwise.js";
import { pooling } from "./pool2d.js";
import { reductions } from "./reduce.js";

/** The backend `js`; one of `dtype` float64 for gradient checks. */
export function createJsBackend(dtype: DType = "float32"): Backend {
  const { make, memory } = createMemory(dtype);
  return {
    name: dtype === "float64" ? "js:float64" : "js",
    dtype,
    device: "plain loops on one thread",
    ...memory,
    ...pointwise(make),
    ...reductions(make),
    ...movement(make),
    ...product(make),
    ...convolution(make),
    ...pooling(make),
    ...normalization(make),
    ...optimizers,
    ...drawnNumbers(memory),
  };
}
