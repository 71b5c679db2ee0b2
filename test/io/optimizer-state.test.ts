/** loadOptimizer: from the current backend to the optimizer's. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import "../../src/tensor/methods.js";
import { loadOptimizer, saveOptimizer } from "../../src/io/optimizer-state.js";
import { SGD } from "../../src/optim/sgd.js";
import { currentBackend } from "../../src/tensor/backend/current-backend.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { ones } from "../../src/tensor/factories/filled.js";
import { Parameter } from "../../src/tensor/tensor.js";
import { onEachBackend } from "../targets.js";

onEachBackend("a state is brought to the optimizer's backend, and nothing stays where it was read", async (backend) => {
  const folder = await mkdtemp(join(tmpdir(), "torchlet-"));
  try {
    const path = join(folder, "optimizer");
    const [trained, other] = [0, 1].map(() => new SGD([new Parameter(ones([2]))], { lr: 0.5, momentum: 0.9 }));
    trained.parameters[0].mul(3).sum().backward();
    trained.step();
    await saveOptimizer(path, trained);
    await useBackend("js");
    const before = currentBackend().memory().storages;
    await loadOptimizer(path, other);
    const { lr, steps, tensors } = other.stateDict();
    const [velocity] = tensors.momentum_buffer;
    expect([lr, steps, velocity!.backend]).toEqual([0.5, [1], backend]);
    expect([...(await velocity!.data())]).toEqual([3, 3]);
    if (backend !== currentBackend()) expect(currentBackend().memory().storages).toBe(before);
  } finally {
    await rm(folder, { recursive: true });
  }
});
