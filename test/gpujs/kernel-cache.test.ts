/** Kernels are compiled once for their sizes, and no more of them are kept than the device can have. */

import { afterEach, describe, expect, vi } from "vitest";
import "../../src/tensor/methods.js";
import type { Backend } from "../../src/tensor/backend/backend.js";
import { withBackend } from "../../src/tensor/backend/current-backend.js";
import { Device, type Program } from "../../src/tensor/backend/gpujs/device.js";
import { full } from "../../src/tensor/factories/filled.js";
import { onFreshBackends } from "./modes.js";

afterEach(() => vi.restoreAllMocks());

/** The kernels that there are: a line `name rows×columns` for each. */
function watchKernels(): string[] {
  const kernels: string[] = [];
  const { compile } = Device.prototype;
  vi.spyOn(Device.prototype, "compile").mockImplementation(function (this: Device, source): Program {
    const program = compile.call(this, source);
    const line = `${source.name} ${source.rows}×${source.columns}`;
    kernels.push(line);
    const destroy = () => {
      kernels.splice(kernels.indexOf(line), 1);
      program.destroy();
    };
    return { ...program, destroy };
  });
  return kernels;
}

/** 2 + 2, `size` times: a kernel that fills and one that adds. Nothing of it stays. */
async function add(backend: Backend, size: number): Promise<void> {
  const [x, y] = withBackend(backend, () => {
    const x = full([size], 2);
    return [x, x.add(x)];
  });
  expect(await y.data()).toEqual(new Float32Array(size).fill(4));
  x.dispose();
  y.dispose();
}

describe("kernels", () => {
  onFreshBackends("are compiled once for their sizes", async (backend) => {
    const kernels = watchKernels();
    for (const size of [3, 5, 3, 5, 5, 3]) await add(backend, size);
    expect(kernels.toSorted()).toEqual(["binary 1×3", "binary 1×5", "fill 1×3", "fill 1×5"]);
  });

  onFreshBackends("are as many as the device keeps, and those used last", async (backend) => {
    vi.spyOn(Device.prototype, "keeps", "get").mockReturnValue(4);
    const kernels = watchKernels();
    for (const size of [3, 5, 3, 6, 3, 7, 3]) {
      await add(backend, size);
      expect(kernels.length).toBeLessThanOrEqual(4);
    }
    expect(kernels.toSorted()).toEqual(["binary 1×3", "binary 1×7", "fill 1×3", "fill 1×7"]);
    expect(vi.mocked(Device.prototype.compile)).toHaveBeenCalledTimes(8);
  });

  onFreshBackends("stay while a result would go with them", async (backend) => {
    vi.spyOn(Device.prototype, "keeps", "get").mockReturnValue(2);
    const kept = withBackend(backend, () => full([9], 1).add(1));
    for (const size of [3, 5, 7]) await add(backend, size);
    expect(await kept.data()).toEqual(new Float32Array(9).fill(2));
  });
});
