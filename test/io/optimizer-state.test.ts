/** saveOptimizer and loadOptimizer: what they bring back, and what they refuse. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { FileError } from "../../src/file-error.js";
import { loadOptimizer, saveOptimizer } from "../../src/io/optimizer-state.js";
import { loadSafetensors, saveSafetensors } from "../../src/io/safetensors/file.js";
import { Linear } from "../../src/layers/linear.js";
import type { StateDict } from "../../src/layers/state-dict.js";
import { Adam } from "../../src/optim/adam.js";
import { SGD } from "../../src/optim/sgd.js";
import { currentBackend } from "../../src/tensor/backend/current-backend.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { ones } from "../../src/tensor/factories/filled.js";
import { Parameter } from "../../src/tensor/tensor.js";
import { onEachBackend } from "../targets.js";

let path: string;

beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), "torchlet-")), "optimizer.safetensors");
});
afterAll(() => rm(join(path, ".."), { recursive: true }));

onEachBackend("a state is brought to the optimizer's backend, and nothing stays where it was read", async (backend) => {
  const [trained, other] = [0, 1].map(() => new SGD([new Parameter(ones([2]))], { lr: 0.5, momentum: 0.9 }));
  trained.parameters[0].mul(3).sum().backward();
  trained.step();
  const { storages } = backend.memory();
  await saveOptimizer(path, trained);
  expect(backend.memory().storages).toBeLessThanOrEqual(storages);
  await useBackend("js");
  const before = currentBackend().memory().storages;
  await loadOptimizer(path, other);
  if (backend !== currentBackend()) expect(currentBackend().memory().storages).toBeLessThanOrEqual(before);
  expect(backend.memory().storages, "with the other's velocity").toBeLessThanOrEqual(storages + 1);
  const { lr, steps, tensors } = other.stateDict();
  const [velocity] = tensors.momentum_buffer;
  expect([lr, steps, velocity!.backend]).toEqual([0.5, [1], backend]);
  expect([...(await velocity!.data())]).toEqual([3, 3]);
  trained.loadStateDict({ lr: 0.5, steps: [0], tensors: { momentum_buffer: [null] } });
  expect(backend.memory().storages, "without the first's").toBeLessThanOrEqual(storages);
});

it("each parameter has its own, by its number, and none where it took no step", async () => {
  const optimizer = () =>
    new SGD(
      Array.from({ length: 12 }, () => new Parameter(ones([1]))),
      { lr: 0, momentum: 0.9 },
    );
  const trained = optimizer();
  const steps = Array.from({ length: 12 }, (_, i) => (i === 5 ? 0 : 1));
  for (const [i, parameter] of trained.parameters.entries()) if (steps[i]) parameter.mul(i).sum().backward();
  trained.step();
  await saveOptimizer(path, trained);
  const names = steps.flatMap((step, i) => (step ? [`momentum_buffer.${i}`] : []));
  expect(Object.keys((await loadSafetensors(path)).tensors).sort()).toEqual(names.sort());
  const other = optimizer();
  await loadOptimizer(path, other);
  const state = other.stateDict();
  expect([state.lr, state.steps]).toEqual([0, steps]);
  const velocities = await Promise.all(state.tensors.momentum_buffer.map((velocity) => velocity?.item() ?? null));
  expect(velocities).toEqual(steps.map((step, i) => (step ? i : null)));
});

describe("loadOptimizer", () => {
  const noState = "its metadata has no lr and steps: this is no optimizer's state";
  const metadata = { lr: "0.1", steps: "[1,1]" };

  it.each<[what: string, tensors: StateDict, metadata: Record<string, string>, reason: string]>([
    ["a net's file", { "0.weight": ones([2]) }, {}, noState],
    ["no learning rate", {}, { steps: "[0,0]" }, noState],
    ["no steps", {}, { lr: "0.1" }, noState],
    ["steps that are no list", {}, { lr: "0.1", steps: "2" }, noState],
    [
      "steps that are none",
      {},
      { lr: "0.1", steps: "[1,-1]" },
      "Adam.loadStateDict: steps must be a list of integers, got [1, -1]; element 1 is -1",
    ],
    [
      "a rate that is none",
      {},
      { lr: "[-0.1]", steps: "[0,0]" },
      "Adam.loadStateDict: lr must be a finite number of at least 0, or a list of them, got [-0.1]",
    ],
    [
      "another optimizer's",
      { "momentum_buffer.0": ones([2, 2]), "momentum_buffer.1": ones([2]) },
      metadata,
      'Adam.loadStateDict: the state has "momentum_buffer", which this optimizer does not know',
    ],
    ["a tensor of no parameter", { "exp_avg.2": ones([2]) }, metadata, '"exp_avg.2" belongs to none of 2 parameters'],
    ["a name without a number", { exp_avg: ones([2]) }, metadata, '"exp_avg" belongs to none of 2 parameters'],
    ["a number with a rest", { "exp_avg.1x": ones([2]) }, metadata, '"exp_avg.1x" belongs to none of 2 parameters'],
    [
      "other parameters",
      { "exp_avg.0": ones([3]) },
      metadata,
      'Adam.loadStateDict: "exp_avg" of parameter 0 has shape [3], the parameter [2, 2]',
    ],
    [
      "plain SGD's, which has no tensors",
      {},
      { lr: "0.1", steps: "[5,5]" },
      'Adam.loadStateDict: parameter 0 has taken 5 steps, with no "exp_avg"',
    ],
    [
      "tensors of a parameter that took no step",
      { "exp_avg.0": ones([2, 2]) },
      { lr: "0.1", steps: "[0,0]" },
      'Adam.loadStateDict: parameter 0 has taken 0 steps, with a "exp_avg"',
    ],
    ["a smaller net", {}, { lr: "0.1", steps: "[0]" }, "Adam.loadStateDict: the state is of 1 parameters, there are 2"],
  ])("refuses %s, naming the file", async (_, tensors, metadata, reason) => {
    await saveSafetensors(path, tensors, metadata);
    const optimizer = new Adam(new Linear(2, 2).parameters());
    const { storages } = currentBackend().memory();
    await expect(loadOptimizer(path, optimizer)).rejects.toThrow(new FileError(path, reason));
    expect(optimizer.lr).toBe(1e-3);
    expect(currentBackend().memory().storages).toBeLessThanOrEqual(storages);
  });
});
