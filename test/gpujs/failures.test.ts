/** A launch that fails is reported by the next read of what depends on it, and by nothing else. */

import { afterEach, describe, expect, vi } from "vitest";
import "../../src/tensor/methods.js";
import { Device, type Source } from "../../src/tensor/backend/gpujs/device.js";
import type { GpuJsBackend } from "../../src/tensor/backend/gpujs/gpujs.js";
import { withBackend } from "../../src/tensor/backend/registry.js";
import { tensor } from "../../src/tensor/tensor.js";
import { onFreshBackends } from "./modes.js";

afterEach(() => vi.restoreAllMocks());

/** Has the kernels of one name compiled in another way. */
function compileOtherwise(name: string, compile: (source: Source, device: Device) => ReturnType<Device["compile"]>) {
  const own = Device.prototype.compile;
  vi.spyOn(Device.prototype, "compile").mockImplementation(function (this: Device, source) {
    if (source.name !== name) return own.call(this, source);
    return compile(source, { compile: (changed: Source) => own.call(this, changed) } as Device);
  });
}

/** √x, then what depends on it and what does not. */
const operate = (backend: GpuJsBackend) =>
  withBackend(backend, () => {
    const x = tensor([1, 4, 9]);
    const failed = x.sqrt();
    return { failed, dependent: failed.add(1).sum(), independent: x.mul(2) };
  });

describe("a launch that fails", () => {
  onFreshBackends("is told by every read of what depends on it, with its name and its cause", async (backend) => {
    const cause = new Error("out of registers");
    compileOtherwise("unary", () => {
      throw cause;
    });
    const { failed, dependent, independent } = operate(backend);
    const error = expect.objectContaining({ message: `${backend.name}: unary (sqrt) failed: out of registers`, cause });
    await expect(dependent.item()).rejects.toEqual(error);
    await expect(failed.data()).rejects.toEqual(error);
    expect(await independent.data()).toEqual(Float32Array.of(2, 8, 18));
  });

  onFreshBackends("after it was waited for, too", async (backend) => {
    compileOtherwise("unary", () => ({ run: () => Promise.reject(new Error("device lost")), destroy: () => {} }));
    const { dependent, independent } = operate(backend);
    await expect(dependent.item()).rejects.toThrow(`${backend.name}: unary (sqrt) failed: device lost`);
    expect(await independent.data()).toEqual(Float32Array.of(2, 8, 18));
  });

  onFreshBackends("for its source, as the mode's own compiler words it", async (backend) => {
    compileOtherwise("unary", (source, device) =>
      device.compile({ ...source, text: "function unary(x, a, b) { return nowhere[this.thread.x]; }" }),
    );
    const { dependent, independent } = operate(backend);
    await expect(dependent.item()).rejects.toThrow(`${backend.name}: unary (sqrt) failed: `);
    expect(await independent.data()).toEqual(Float32Array.of(2, 8, 18));
  });

  onFreshBackends("is reported by nothing else: no rejection that nobody handles", async (backend) => {
    const unhandled = vi.fn((event: { preventDefault?: () => void }) => event.preventDefault?.());
    const inPage = typeof process === "undefined" || !process.versions?.node;
    if (inPage) addEventListener("unhandledrejection", unhandled);
    else process.on("unhandledRejection", unhandled);
    compileOtherwise("unary", () => ({ run: () => Promise.reject(new Error("device lost")), destroy: () => {} }));
    const { independent } = operate(backend);
    await independent.data();
    // Node and browsers report what is still unhandled once the promises' jobs are done.
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (inPage) removeEventListener("unhandledrejection", unhandled);
    else process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });
});
