/** A launch that fails is reported by the next read of what depends on it, and by nothing else. */

import * as gpujs from "gpu.js";
import { afterEach, describe, expect, vi } from "vitest";
import "../../src/tensor/methods.js";
import type { Backend, BinaryRule } from "../../src/tensor/backend/backend.js";
import { withBackend } from "../../src/tensor/backend/current-backend.js";
import { Device, type Source } from "../../src/tensor/backend/gpujs/device.js";
import type { Context, DeviceArray, Mode } from "../../src/tensor/backend/gpujs/gpu-js.js";
import { openGpuJs } from "../../src/tensor/backend/gpujs/gpujs.js";
import { GpuStorage } from "../../src/tensor/backend/gpujs/storage.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { binaryRules } from "../../src/tensor/ops/pointwise-rules.js";
import { onEachMode, onFreshBackends } from "./modes.js";

const { GPU } = gpujs;

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
const operate = (backend: Backend) =>
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

  onFreshBackends("for want of memory is tried again, when all that can be compiled anew has gone", async (backend) => {
    const gone: string[] = [];
    let failures = 3;
    const { compile } = Device.prototype;
    vi.spyOn(Device.prototype, "compile").mockImplementation(function (this: Device, source) {
      const program = compile.call(this, source);
      const run: typeof program.run = (args) => {
        if (source.name === "unary" && failures-- > 0) throw new RangeError("could not allocate memory");
        return program.run(args);
      };
      const destroy = () => {
        gone.push(source.name);
        program.destroy();
      };
      return { run, destroy };
    });
    withBackend(backend, () => tensor([1])).dispose();
    const { dependent, independent } = operate(backend);
    expect(await dependent.item()).toBe(9);
    expect(await independent.data()).toEqual(Float32Array.of(2, 8, 18));
    expect(gone.filter((name) => name === "unary")).toHaveLength(3);
    expect(gone).toContain("copy");
    failures = 4;
    await expect(operate(backend).failed.data()).rejects.toThrow("unary (sqrt) failed: could not allocate memory");
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

  onFreshBackends("is forgotten once what it should have computed is overwritten", async (backend) => {
    compileOtherwise("unary", () => {
      throw new Error("out of registers");
    });
    const { failed, independent } = operate(backend);
    backend.accumulate(failed.storage, independent.storage, 0, 1);
    expect(await failed.data()).toEqual(Float32Array.of(2, 8, 18));
  });

  onFreshBackends("for want of an operand does not hold up the others", async (backend) => {
    const x = new GpuStorage(1);
    const geometry = { shape: [1], aStrides: [1], bStrides: [1] };
    await expect(backend.read(backend.binary(binaryRules.add as BinaryRule, x, x, geometry))).rejects.toThrow(
      "binary (add) failed: ",
    );
    expect(await backend.read(backend.upload([2]))).toEqual(Float32Array.of(2));
  });
});

describe("a device", () => {
  /** Has the results of all kernels lie on a device that is pretended, and read as `values` say. */
  async function pretended(mode: Mode, context: Context, values: () => number[]): Promise<Backend> {
    const array: DeviceArray = {
      output: [2, 1, 1],
      context,
      clone: () => array,
      delete: () => {},
      toArray: async () => {
        await new Promise((resolve) => setTimeout(resolve));
        return [[Float32Array.from(values())]];
      },
    };
    const kernel = Object.assign(() => array, { kernel: { constructor: { mode } }, destroy: () => {} });
    vi.spyOn(GPU.prototype, "createKernel").mockReturnValue(kernel as never);
    return openGpuJs(mode);
  }

  onEachMode("that complains while it is read fails that read and all later ones", async (mode) => {
    const device = new EventTarget();
    let complain = false;
    const backend = await pretended(mode, { device }, () => {
      const error = Object.assign(new Event("uncapturederror"), { error: new Error("out of memory") });
      if (complain) device.dispatchEvent(error);
      return [3, 4];
    });
    const x = backend.upload([3, 4]);
    expect(await backend.read(x)).toEqual(Float32Array.of(3, 4));
    expect(backend.failure).toBe(undefined);
    complain = true;
    const failed = `gpujs:${mode}: out of memory; the next useBackend("gpujs:${mode}") starts anew`;
    await expect(backend.read(x)).rejects.toThrow(failed);
    complain = false;
    await expect(backend.read(x)).rejects.toThrow(failed);
    expect(backend.failure).toBe("out of memory");
  });

  onEachMode("that is lost gives no numbers", async (mode) => {
    for (const context of [{ isLost: true }, { isContextLost: () => true }]) {
      const backend = await pretended(mode, context, () => [0, 0]);
      await expect(backend.read(backend.upload([3, 4]))).rejects.toThrow("the device is lost");
      expect(backend.failure).toBe("the device is lost");
    }
  });
});

describe("a launch that would count to 2^24", () => {
  onFreshBackends("is refused with the numbers", async (backend) => {
    const x = new GpuStorage(2 ** 24);
    const box = { outer: 2 ** 23, n: 2, inner: 1 };
    expect(() => backend.indexSelect(x, Int32Array.of(0, 1), box)).toThrow(
      "gpujs: indexSelect cannot count 16777216 rows of 1 numbers: 2^24 is too many",
    );
    expect(() => backend.cat([x, x], [1, 1], 2 ** 23, 1)).toThrow("gpujs: cat cannot count 16777216 rows");
    expect(backend.memory().bytes).toBe(8);
  });
});
