/** Training reads nothing back from the device but the loss, when it is asked for. */

import { afterEach, describe, expect, vi } from "vitest";
import "../../src/tensor/methods.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import { Adam } from "../../src/optim/adam.js";
import { clipGradNorm } from "../../src/optim/clip.js";
import { withBackend } from "../../src/tensor/backend/current-backend.js";
import { rand } from "../../src/tensor/factories/drawn.js";
import { tinyNet } from "../tiny-net.js";
import { onFreshBackends } from "./modes.js";

afterEach(() => vi.restoreAllMocks());

/** Where WebGPU and WebGL hand numbers over, as far as they are here. */
function watchDevices() {
  const doors = [
    ["GPUBuffer", "mapAsync"],
    ["WebGLRenderingContext", "readPixels"],
    ["WebGL2RenderingContext", "readPixels"],
    ["WebGL2RenderingContext", "getBufferSubData"],
  ] as const;
  const here = globalThis as unknown as Record<string, { prototype: Record<string, () => void> } | undefined>;
  return doors.flatMap(([type, method]) => {
    const prototype = here[type]?.prototype;
    return prototype ? [vi.spyOn(prototype, method)] : [];
  });
}

describe("a training step", () => {
  onFreshBackends("reads the loss, once", async (backend) => {
    const onGpu = ["gpujs:webgl", "gpujs:webgl2", "gpujs:webgpu"].includes(backend.name);
    const doors = watchDevices();
    const reads = vi.spyOn(backend, "read");
    const passed = () => doors.reduce((sum, { mock }) => sum + mock.calls.length, 0);
    const { step } = withBackend(backend, () => {
      const model = tinyNet();
      const optimizer = new Adam(model.parameters(), { weightDecay: 1e-3 });
      const images = rand([4, 1, 4, 4]);
      const step = () => {
        optimizer.zeroGrad();
        const loss = nllLoss(model.forward(images), [0, 1, 1, 0]);
        loss.backward();
        clipGradNorm(model.parameters(), 1);
        optimizer.step();
        return loss;
      };
      return { step };
    });
    const losses = withBackend(backend, () => [step(), step(), step()]);
    await losses[2].item();
    expect(reads).toHaveBeenCalledTimes(1);
    expect(passed()).toBe(onGpu ? 1 : 0);
    await losses[0].item();
    expect(passed()).toBe(onGpu ? 2 : 0);
  });
});
