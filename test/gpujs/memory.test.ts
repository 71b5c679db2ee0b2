/** Training needs no more of the device's memory after many steps than after a few, as the device itself counts. */

import { afterEach, describe, expect, vi } from "vitest";
import "../../src/tensor/methods.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import { Adam } from "../../src/optim/adam.js";
import { withBackend } from "../../src/tensor/backend/current-backend.js";
import { rand } from "../../src/tensor/factories/drawn.js";
import { tinyNet } from "../tiny-net.js";
import { onFreshBackends } from "./modes.js";

afterEach(() => vi.restoreAllMocks());

/** What WebGPU and WebGL have made and not yet been told to delete. */
function watchDevices(): Set<unknown> {
  const live = new Set<unknown>();
  const here = globalThis as unknown as Record<string, { prototype: Record<string, unknown> } | undefined>;
  const watch = (type: string, method: string, seen: (self: unknown, first: unknown, result: unknown) => void) => {
    const prototype = here[type]?.prototype;
    if (!prototype) return;
    const own = prototype[method] as (...args: unknown[]) => unknown;
    vi.spyOn(prototype as Record<string, typeof own>, method).mockImplementation(function (this: unknown, ...args) {
      const result = own.apply(this, args);
      seen(this, args[0], result);
      return result;
    });
  };
  watch("GPUDevice", "createBuffer", (_device, _descriptor, buffer) => live.add(buffer));
  watch("GPUBuffer", "destroy", (buffer) => live.delete(buffer));
  for (const type of ["WebGLRenderingContext", "WebGL2RenderingContext"]) {
    watch(type, "createTexture", (_gl, _nothing, texture) => live.add(texture));
    watch(type, "deleteTexture", (_gl, texture) => live.delete(texture));
  }
  return live;
}

const inPage = "document" in globalThis;
const STEPS = inPage ? 100 : 1000;

describe("a training loop", () => {
  onFreshBackends(`holds no more after ${STEPS} steps than after 10`, async (backend) => {
    const live = watchDevices();
    const model = withBackend(backend, tinyNet);
    const optimizer = new Adam(model.parameters(), { weightDecay: 1e-3 });
    const images = withBackend(backend, () => rand([4, 1, 4, 4]));
    const held = () => ({ ...backend.memory(), onGpu: live.size });
    let early = held();
    for (let step = 1; step <= STEPS; step++) {
      const loss = withBackend(backend, () => {
        optimizer.zeroGrad();
        const loss = nllLoss(model.forward(images), [0, 1, 1, 0]);
        loss.backward();
        optimizer.step();
        return loss;
      });
      if (step % 10 === 0) expect(await loss.item()).toBeGreaterThan(0);
      loss.dispose();
      if (step === 10) early = held();
    }
    expect(held()).toEqual(early);
  });
});
