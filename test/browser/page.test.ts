/** The page that the tests of a project run in is what it is taken for. */

import { describe, expect, inject, it } from "vitest";
import { currentBackend } from "../../src/tensor/backend/current-backend.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import type { WasmBackend } from "../../src/tensor/backend/wasm/wasm.js";
import { ones } from "../../src/tensor/factories/filled.js";
import { matmul } from "../../src/tensor/ops/matmul.js";

const isolated = inject("targets").includes("wasm on 2 threads");

describe("the page", () => {
  it(`is ${isolated ? "" : "not "}cross-origin isolated`, () => {
    expect(crossOriginIsolated).toBe(isolated);
    expect(typeof SharedArrayBuffer).toBe(isolated ? "function" : "undefined");
  });

  it.each(["webgl", "webgl2"])("has %s, and textures of floats to draw on", (version) => {
    const gl = document.createElement("canvas").getContext(version) as WebGL2RenderingContext | null;
    const extension = version === "webgl" ? "WEBGL_color_buffer_float" : "EXT_color_buffer_float";
    expect(gl?.getSupportedExtensions()).toContain(extension);
  });

  it("has a WebGPU adapter", async () => {
    const adapter = await navigator.gpu.requestAdapter();
    expect((await adapter?.requestDevice())?.limits.maxBufferSize).toBeGreaterThanOrEqual(2 ** 28);
  });
});

it(`wasm asked for 2 threads ${isolated ? "shares the work with a worker" : "does the work on the page's own"}`, async () => {
  await useBackend("wasm", { threads: 2 });
  const backend = currentBackend() as WasmBackend;
  expect([backend.shared, backend.threads]).toEqual([isolated, isolated ? 2 : 1]);
  const x = ones([256, 256]);
  const work = () => {
    expect(matmul(x, x).dataSync()[0]).toBe(256);
    return backend.workersReady;
  };
  await expect.poll(work, { timeout: 30_000 }).toBe(isolated ? 1 : 0);
});

it.runIf(isolated)("a worker starts while the page awaits nothing but results", async () => {
  await useBackend("wasm", { threads: 2, strict: true });
  const backend = currentBackend() as WasmBackend;
  const x = ones([256, 256]);
  const end = performance.now() + 30_000;
  while (backend.workersReady === 0 && performance.now() < end) await matmul(x, x).data();
  expect(backend.workersReady).toBe(1);
});
