/** Choosing a backend. */

import { afterEach, describe, expect, it, vi } from "vitest";
import { ArgumentError } from "../../src/tensor/arguments.js";
import "../../src/tensor/methods.js";
import type { Backend } from "../../src/tensor/backend/backend.js";
import { currentBackend, withBackend } from "../../src/tensor/backend/current-backend.js";
import { probe } from "../../src/tensor/backend/gpujs/adapters.js";
import { createJsBackend } from "../../src/tensor/backend/js/js.js";
import { backends, memory, useBackend } from "../../src/tensor/backend/registry.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";

describe("useBackend", () => {
  it("chooses where new tensors go; those that exist stay", async () => {
    expect(await useBackend("js")).toBe("js");
    const here = zeros([2]);
    expect(await useBackend("wasm", { threads: 1 })).toBe("wasm");
    const there = zeros([2]);
    expect([here.backend.name, there.backend.name]).toEqual(["js", "wasm"]);
    expect(here.add(1).backend).toBe(here.backend);
    expect(await useBackend("js", { dtype: "float64" })).toBe("js:float64");
    expect(ones([1]).div(3).dataSync()).toEqual(Float64Array.of(1 / 3));
  });

  it("has to be awaited before tensors are made", async () => {
    const chosen = useBackend("js");
    expect(() => zeros([2])).toThrow("useBackend was called and not awaited: write await useBackend(…)");
    await chosen;
    expect(zeros([2]).backend.name).toBe("js");
    await useBackend(createJsBackend());
    expect(() => zeros([2])).not.toThrow();
  });

  it("takes a backend of one's own as it is", async () => {
    const own = createJsBackend();
    expect(await useBackend(own)).toBe("js");
    expect(ones([2]).add(1).backend).toBe(own);
    expect(memory()).toEqual(own.memory());
    await expect(useBackend(own, { dtype: "float64" })).rejects.toThrow(
      new Error('useBackend: js is there already, and takes no option "dtype"'),
    );
  });

  it("refuses what it does not know", async () => {
    const unknown = "cuda" as "js";
    await expect(useBackend({} as never)).rejects.toThrow("useBackend: unknown backend an empty object");
    await expect(useBackend(unknown)).rejects.toThrow(
      new Error(`useBackend: unknown backend "cuda"; there are ${backends().join(", ")}, gpu and auto`),
    );
    await expect(useBackend("js", { threads: 2 })).rejects.toThrow(
      new ArgumentError('useBackend("js"): unknown option "threads"; it has dtype'),
    );
    await expect(useBackend("wasm", { dtype: "float64" })).rejects.toThrow(
      'useBackend("wasm"): unknown option "dtype"',
    );
    await expect(useBackend("gpujs:cpu", { threads: 2 })).rejects.toThrow(
      new ArgumentError('useBackend("gpujs:cpu"): unknown option "threads"; it has none'),
    );
    for (const threads of [0, -1, 1.5, 257]) {
      await expect(useBackend("wasm", { threads })).rejects.toThrow(
        `useBackend("wasm"): threads must be an integer from 1 to 256, got ${threads}`,
      );
    }
  });

  it("leaves the current backend when it fails", async () => {
    await useBackend("js");
    const before = currentBackend();
    await useBackend("wasm", { threads: 0 }).catch(() => {});
    expect(currentBackend()).toBe(before);
  });
});

describe("a limit of wasm's memory", () => {
  const MiB = 2 ** 20;

  it("is kept: what nobody uses goes first, and what does not fit is told of", async () => {
    await useBackend("wasm", { threads: 1, memoryLimit: 32 * MiB });
    const first = ones([MiB / 4]);
    for (let i = 0; i < 60; i++) zeros([MiB / 4]);
    expect(memory().reserved).toBeLessThanOrEqual(32 * MiB);
    expect(first.dataSync()[MiB / 4 - 1]).toBe(1);
    expect(() => zeros([8 * MiB])).toThrow(
      /^wasm: cannot allocate 32\.0 MiB: .* MiB of the 32\.0 MiB that memoryLimit allows are in use by \d+ blocks, and no free piece is larger than .* MiB; a smaller batch or a larger memoryLimit helps\./,
    );
    await useBackend("wasm", { threads: 1 });
    expect(zeros([8 * MiB]).size).toBe(8 * MiB);
  });

  it("is at least what the memory begins with, and no other backend's", async () => {
    await expect(useBackend("wasm", { memoryLimit: 1000 })).rejects.toThrow(
      'useBackend("wasm"): memoryLimit must be an integer of at least 16777216, got 1000',
    );
    await expect(useBackend("js", { memoryLimit: 32 * MiB })).rejects.toThrow(
      new ArgumentError('useBackend("js"): unknown option "memoryLimit"; it has dtype'),
    );
  });
});

describe("a GPU", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.doUnmock("gpu.js");
  });

  /** A WebGPU whose adapter has this name. */
  const pretend = (description: string) =>
    vi.stubGlobal("navigator", { gpu: { requestAdapter: async () => ({ info: { description } }) } });

  it("that is software is taken by neither gpu, which says what there is, nor auto", async () => {
    pretend("SwiftShader Device (LLVM 10.0.0)");
    const error = await useBackend("gpu").catch((error: Error) => error);
    expect(String(error).split("\n")).toEqual([
      "Error: useBackend: there is no GPU here; a mode asked for by its name runs all the same",
      "  gpujs:webgpu: no GPU but SwiftShader Device (LLVM 10.0.0)",
      "  gpujs:webgl2: there is no webgl2 here: no canvas",
      "  gpujs:headlessgl: headlessgl needs the package gl (npm install gl) and a display: one of them is missing",
      "  gpujs:webgl: there is no webgl here: no canvas",
      "  gpujs:webasm: no GPU but the processor",
      "  gpujs:cpu: no GPU but the processor",
    ]);
    expect(await useBackend()).toBe("wasm");
    expect(await useBackend("auto")).toBe("wasm");
  });

  it("that is real is taken by both, but by auto only without wasm's options", async () => {
    pretend("NVIDIA H100");
    expect(await useBackend("gpu")).toBe("gpujs:webgpu");
    expect(currentBackend().device).toBe("NVIDIA H100 (hardware)");
    expect(await useBackend("auto", { threads: 1 })).toBe("wasm");
    expect(await useBackend("auto")).toBe("gpujs:webgpu");
    expect(await useBackend()).toBe("gpujs:webgpu");
  });

  it("that GPU.js is not installed for is left by auto, and gpu says what is missing", async () => {
    pretend("NVIDIA H100");
    vi.resetModules();
    vi.doMock("gpu.js", () => {
      throw new Error("Cannot find package");
    });
    const { useBackend } = await import("../../src/tensor/backend/registry.js");
    expect(await useBackend()).toBe("wasm");
    await expect(useBackend("gpu")).rejects.toThrow("the package gpu.js cannot be loaded");
  });

  it("that was lost is opened anew", async () => {
    pretend("NVIDIA H100");
    await useBackend("gpu");
    const lost = currentBackend();
    await useBackend("gpu");
    expect(currentBackend()).toBe(lost);
    vi.spyOn(lost as Required<Backend>, "failure", "get").mockReturnValue("the device is lost");
    await useBackend("gpu");
    expect(currentBackend()).not.toBe(lost);
  });

  it("that does not compute in float32 is none", async () => {
    const extensions = new Map<string, object>();
    const gl = {
      getParameter: () => "Mali-400",
      getExtension: (name: string) => extensions.get(name) ?? null,
    };
    vi.stubGlobal(
      "OffscreenCanvas",
      class {
        getContext = () => gl;
      },
    );
    await expect(probe("webgl2")).rejects.toThrow(
      "webgl2 cannot compute in float32 on Mali-400: it has no EXT_color_buffer_float",
    );
    await expect(probe("webgl")).rejects.toThrow(
      "webgl cannot compute in float32 on Mali-400: it has no OES_texture_float",
    );
    extensions.set("EXT_color_buffer_float", {});
    expect(await probe("webgl2")).toEqual({ adapter: "Mali-400", software: false });
  });

  it("that is asked for by its name is opened, or says why it cannot be", async () => {
    pretend("llvmpipe (LLVM 19.1.7, 256 bits)");
    expect(await useBackend("gpujs:webasm")).toBe("gpujs:webasm");
    await expect(useBackend("gpujs:webgl2")).rejects.toThrow("there is no webgl2 here: no canvas");
    expect(currentBackend().name).toBe("gpujs:webasm");
  });
});

describe("withBackend", () => {
  it("lasts as long as its callback, also when that throws", async () => {
    await useBackend("js");
    const outer = currentBackend();
    const inner = createJsBackend();
    expect(withBackend(inner, () => zeros([1]).backend)).toBe(inner);
    expect(() =>
      withBackend(inner, () => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(currentBackend()).toBe(outer);
    expect(memory()).toEqual(outer.memory());
  });
});
