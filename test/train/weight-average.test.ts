/** WeightAverage against PyTorch's AveragedModel. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { BatchNorm1d } from "../../src/layers/batch-norm1d.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import type { StateDict } from "../../src/layers/state-dict.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { WeightAverage } from "../../src/train/weight-average.js";
import { expectClose, readFixture } from "../check-op.js";
import { onEachBackend } from "../targets.js";

interface Case {
  decay: number | null;
  start: Record<string, { shape: number[]; values: number[] }>;
  updates: { own: Record<string, number[]>; after: Record<string, number[]> }[];
}

const { averages } = readFixture<{ averages: Case[] }>("optim/more-optimizers");

const net = () => new Sequential(new Linear(3, 4), new BatchNorm1d(4), new Linear(4, 2));

function load(model: Sequential, { start }: Case, values: Record<string, number[]>): void {
  const state: StateDict = {};
  for (const [name, { shape }] of Object.entries(start)) state[name] = tensor(values[name], shape);
  model.loadStateDict(state);
}

const averageOf = (model: Sequential, { decay }: Case) => new WeightAverage(model, decay === null ? {} : { decay });

async function expectState(state: StateDict, expected: Record<string, number[]>): Promise<void> {
  for (const [name, values] of Object.entries(expected)) {
    expectClose(await state[name].data(), values, 1e-6, name);
  }
}

describe.each(averages)("decay $decay", (of) => {
  onEachBackend("the averages are PyTorch's, update by update", async () => {
    const model = net();
    const average = averageOf(model, of);
    for (const { own, after } of of.updates) {
      load(model, of, own);
      average.update();
      await expectState(average.stateDict(), after);
    }
  });

  it("goes on from its state", async () => {
    const model = net();
    const average = averageOf(model, of);
    for (const { own } of of.updates.slice(0, 2)) {
      load(model, of, own);
      average.update();
    }
    const resumed = averageOf(model, of);
    resumed.loadStateDict(average.stateDict());
    expect(resumed.updates).toBe(2);
    for (const { own } of of.updates.slice(2)) {
      load(model, of, own);
      resumed.update();
    }
    await expectState(resumed.stateDict(), of.updates[3].after);
  });
});

describe("use", () => {
  const [of] = averages;

  function averaged() {
    const model = net();
    const average = new WeightAverage(model, { decay: 0.5 });
    for (const { own } of of.updates.slice(0, 2)) {
      load(model, of, own);
      average.update();
    }
    const [first, second] = of.updates.map(({ own }) => own["0.bias"]);
    return { model, average, own: second, mean: first.map((value, i) => (value + second[i]) / 2) };
  }

  const biasOf = (model: Sequential) => [...model.stateDict()["0.bias"].dataSync()];

  it("has the averages in the model meanwhile, and the model's own weights afterwards", async () => {
    const { model, average, own, mean } = averaged();
    expectClose(
      average.use(() => biasOf(model)),
      mean,
      1e-6,
      "meanwhile",
    );
    expectClose(biasOf(model), own, 1e-6, "afterwards");
    const later = average.use(async () => {
      await null;
      return biasOf(model);
    });
    expectClose(await later, mean, 1e-6, "meanwhile, awaited");
    expectClose(biasOf(model), own, 1e-6, "afterwards, awaited");
  });

  it("puts them back when what ran failed", async () => {
    const { model, average, own } = averaged();
    const fail = () => {
      throw new Error("no");
    };
    expect(() => average.use(fail)).toThrow("no");
    await expect(average.use(async () => fail())).rejects.toThrow("no");
    expectClose(biasOf(model), own, 1e-6, "afterwards");
  });

  it("needs an update first", () => {
    expect(() => new WeightAverage(net()).use(() => 1)).toThrow(
      "there is no average yet; call update() after each step",
    );
  });
});

it.each<[string, (average: WeightAverage) => unknown, string]>([
  [
    "the state of a module",
    (average) => average.loadStateDict(net().stateDict()),
    'has "0.weight", which is nothing of',
  ],
  ["no state", (average) => average.loadStateDict({}), 'the state lacks "module.0.weight"'],
  [
    "another shape",
    (average) => average.loadStateDict({ ...average.stateDict(), "module.0.bias": tensor([1]) }),
    '"module.0.bias" has shape [1], expected [4]',
  ],
])("refuses %s", (_, run, message) => expect(() => run(new WeightAverage(net()))).toThrow(message));
