/** What the GPU.js backends say where the packages they need are not installed. */

import { expect, it, vi } from "vitest";
import { useBackend } from "../../src/tensor/backend/registry.js";

vi.mock("webgpu", () => {
  throw new Error("Cannot find package 'webgpu'");
});
vi.mock("gpu.js", () => {
  throw new Error("Cannot find package 'gpu.js'");
});

it("WebGPU in Node says what to install", async () => {
  const message = "WebGPU in Node needs it, 0.4 or newer: npm install webgpu";
  await expect(useBackend("gpujs:webgpu")).rejects.toThrow(message);
  await expect(useBackend("gpu")).rejects.toThrow(message);
});

it("every mode says what to install", async () => {
  const message = "the gpujs backends need it: npm install gpu.js";
  await expect(useBackend("gpujs:cpu")).rejects.toThrow(message);
});

it("auto takes wasm, and says nothing", async () => {
  expect(await useBackend("auto")).toBe("wasm");
});
