/** GPU.js falls back to the processor without a word where a mode does not work: here that is an error. */

import * as gpujs from "gpu.js";
import { afterEach, expect, vi } from "vitest";
import "../../src/tensor/methods.js";
import { withBackend } from "../../src/tensor/backend/current-backend.js";
import { openGpuJs } from "../../src/tensor/backend/gpujs/gpujs.js";
import { full } from "../../src/tensor/factories/filled.js";
import { onEachMode } from "./modes.js";

afterEach(() => vi.restoreAllMocks());

const { GPU } = gpujs;

onEachMode("kernels that run elsewhere are told by the first read", async (mode) => {
  const other = mode === "cpu" ? "webasm" : "cpu";
  const elsewhere = new GPU({ mode: other });
  const { createKernel } = GPU.prototype;
  vi.spyOn(GPU.prototype, "createKernel").mockImplementation((...args) => createKernel.apply(elsewhere, args));
  const x = withBackend(await openGpuJs(mode), () => full([3], 1));
  await expect(x.data()).rejects.toThrow(`gpujs:${mode}: fill failed: fill ran on ${other} instead: `);
});
