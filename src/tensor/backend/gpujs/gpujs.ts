/** The GPU backend: one source for each kernel, run by any mode of GPU.js, on a GPU or on the processor. */

import type { Backend } from "../backend.js";
import { drawnNumbers } from "../drawn.js";
import { convolution } from "./conv2d.js";
import { Device } from "./device.js";
import type { Mode } from "./gpu-js.js";
import { product } from "./matmul.js";
import { movement } from "./movement.js";
import { normalization } from "./normalize.js";
import { updates } from "./optimizer.js";
import { pointwise } from "./pointwise.js";
import { pooling } from "./pool2d.js";
import { reductions } from "./reduce.js";
import { GpuRuntime } from "./runtime.js";
import { softmaxes } from "./softmax.js";

/**
 * Float32 on a device of GPU.js. Operations return at once; kernels run in order as soon as the program awaits
 * something, and a kernel that fails is reported by the next read of what depends on it.
 * @throws Error saying why `mode` cannot run here
 */
export async function openGpuJs(mode: Mode): Promise<Backend> {
  const device = await Device.open(mode);
  const rt = new GpuRuntime(device);
  const { upload, fill, read, putAside, free, memory } = rt;
  return {
    name: `gpujs:${mode}`,
    dtype: "float32",
    device: `${device.adapter} (${device.software ? "software" : "hardware"})`,
    ...{ upload, fill, read, putAside, free, memory },
    ...pointwise(rt),
    ...reductions(rt),
    ...softmaxes(rt),
    ...movement(rt),
    ...product(rt),
    ...convolution(rt),
    ...pooling(rt),
    ...normalization(rt),
    ...updates(rt),
    // A GPU's kernels have no 64-bit products of whole numbers.
    ...drawnNumbers(rt),
    get failure() {
      return rt.failure;
    },
  };
}
