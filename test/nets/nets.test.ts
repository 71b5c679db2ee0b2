/** The nets against PyTorch: losses, gradients, batch norm's moments and Adam's state over several steps. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import type { Module } from "../../src/layers/module.js";
import { nets } from "../../src/nets/named.js";
import { Net1 } from "../../src/nets/net1.js";
import { Net2 } from "../../src/nets/net2.js";
import { Net3 } from "../../src/nets/net3.js";
import { Adam } from "../../src/optim/adam.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { ones } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { noGrad } from "../../src/tensor/scope.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { expectClose, readFixture } from "../check-op.js";
import { hashed, imagesOf, initialized } from "./hashed.js";

interface Summary {
  norm: number;
  projection: number;
  first: number[];
  last: number[];
}

type Summaries = Record<string, Summary>;

interface Fixture {
  seed: number;
  size: number;
  batch: number;
  losses: number[];
  firstStep: { gradients: Summaries; buffers: Summaries };
  trained: {
    buffers: Summaries;
    adam: Record<string, Record<"exp_avg" | "exp_avg_sq", Summary>>;
    evaluation: number[];
  };
}

// Made by scripts/fixtures/make_net_fixtures.py, which also prints how far PyTorch's float32 is off.
const fixtures = readFixture<Record<NetName, Fixture>>("nets/nets");
const makers = {
  Net1: () => new Net1(),
  Net2: () => new Net2({ dropout: 0 }),
  Net3: () => new Net3({ dropout: 0 }),
};
type NetName = keyof typeof makers;

const PROJECTION_SEED = 100;

/** Everything within `tolerance` of the tensor's norm. */
function expectSummary(actual: Tensor, expected: Summary, tolerance: number, what: string): void {
  const values = Float64Array.from(actual.dataSync());
  const weights = hashed(PROJECTION_SEED, values.length);
  // A bias before a batch norm has no gradient but rounding errors.
  const margin = tolerance * (expected.norm > 1e-9 ? expected.norm : 1);
  const near = (a: number, e: number, part: string) =>
    expect(Math.abs(a - e), `${what}, ${part}: ${a}, expected ${e}`).toBeLessThanOrEqual(margin);
  near(Math.sqrt(values.reduce((sum, v) => sum + v * v, 0)), expected.norm, "norm");
  near(
    values.reduce((sum, v, i) => sum + v * weights[i], 0),
    expected.projection,
    "projection",
  );
  expected.first.forEach((e, i) => void near(values[i], e, `element ${i}`));
  expected.last.forEach((e, i) => void near(values.at(i - expected.last.length)!, e, `element ${i} of the last`));
}

function expectAll(actual: Iterable<[string, Tensor]>, expected: Summaries, tolerance: number, what: string): void {
  const own = new Map(actual);
  expect([...own.keys()]).toEqual(expect.arrayContaining(Object.keys(expected)));
  for (const [name, summary] of Object.entries(expected)) {
    expectSummary(own.get(name)!, summary, tolerance, `${what} ${name}`);
  }
}

function prepare(name: NetName): { model: Module; images: Tensor; labels: Int32Array; fixture: Fixture } {
  const fixture = fixtures[name];
  const model = initialized(makers[name]());
  const { size, batch } = fixture;
  const images = tensor(imagesOf(fixture.seed, batch, size), [batch, 3, size, size]);
  return { model, images, labels: Int32Array.from({ length: batch }, (_, i) => i % 2), fixture };
}

describe("structure", () => {
  it.each([
    ["Net1", 402_770],
    ["Net2", 1_814_866],
    ["Net3", 393_858],
  ] as const)("%s has %d parameters under PyTorch's names", (name, count) => {
    const model = makers[name]();
    expect(model.parameterCount()).toBe(count);
    expect(Array.from(model.namedParameters(), ([name]) => name)).toEqual(
      Object.keys(fixtures[name].firstStep.gradients),
    );
  });
});

it.each(Object.entries(nets))("%s has as many parameters as it is said to have", (_, { build, size, parameters }) => {
  expect(build({ classes: 2, size }).parameterCount()).toBe(parameters);
});

describe("options", () => {
  it.each([
    ["Net1", 8, 256, 3],
    ["Net1", 45, 256, 5],
    ["Net2", 16, 512, 10],
    ["Net3", 45, 128, 3],
  ] as const)("%s for photographs of %d pixels and other numbers of classes", async (name, size, channels, classes) => {
    const model = new { Net1, Net2, Net3 }[name]({ size, classes });
    const [weight] = model.parameters().slice(-2);
    // The first two look at every pixel that is left, the third at their mean.
    const pixels = name === "Net3" ? 1 : Math.floor(size / 8) ** 2;
    expect(weight.shape).toEqual([classes, channels * pixels]);
    const output = noGrad(() => model.eval().forward(ones([2, 3, size, size])));
    expect(output.shape).toEqual([2, classes]);
    const sums = (await output.data()).reduce((sum, value) => sum + Math.exp(value), 0);
    expect(sums).toBeCloseTo(2, 5);
  });

  it("that leave nothing after the pools are refused", () => {
    expect(() => new Net1({ size: 7 })).toThrow(new RangeError("Net1: size must be an integer of at least 8, got 7"));
    expect(() => new Net2({ size: 64.5 })).toThrow("Net2: size must be an integer of at least 8, got 64.5");
    expect(() => new Net3({ size: 4 })).toThrow("Net3: size must be an integer of at least 8, got 4");
  });
});

/**
 * Relative to a tensor's norm. What several steps have made differs more: Adam turns a tiny gradient whose sign is a
 * rounding error into a whole step.
 */
const TOLERANCE = 1e-4;
const STATE_TOLERANCE = 1e-2;

describe.each(["Net1", "Net2", "Net3"] as const)("%s", (name) => {
  it("trains as PyTorch does", async () => {
    // Fused multiplication and addition moves the winner of a max-pool window where two are all but equal. So do tiles of
    // eight points, which Net #2 takes: after the last step, a second moment is off by 1.1 % of its norm.
    await useBackend("wasm", { threads: 2, strict: true, eightPoints: "never" });
    const { model, images, labels, fixture } = prepare(name);
    const optimizer = new Adam(model.parameters(), { lr: 1e-3, weightDecay: 1e-3 });
    const losses: number[] = [];
    for (const step of fixture.losses.keys()) {
      optimizer.zeroGrad();
      const loss = nllLoss(model.forward(images), labels);
      loss.backward();
      if (step === 0) {
        const gradients = Array.from(model.namedParameters(), ([name, p]): [string, Tensor] => [name, p.grad!]);
        expectAll(gradients, fixture.firstStep.gradients, TOLERANCE, "gradient of");
        expectAll(model.namedBuffers(), fixture.firstStep.buffers, 1e-5, "after a step,");
      }
      optimizer.step();
      losses.push(await loss.item());
    }
    expectClose(losses, fixture.losses, TOLERANCE, "losses");
    const { buffers, adam, evaluation } = fixture.trained;
    expectAll(model.namedBuffers(), buffers, STATE_TOLERANCE, "trained,");
    const { tensors } = optimizer.stateDict();
    Object.entries(adam).forEach(([parameter, state], i) => {
      for (const key of ["exp_avg", "exp_avg_sq"] as const) {
        expectSummary(tensors[key][i]!, state[key], STATE_TOLERANCE, `${key} of ${parameter}`);
      }
    });
    model.eval();
    const outputs = noGrad(() => model.forward(images));
    expectClose(await outputs.data(), evaluation, STATE_TOLERANCE, "evaluation");
  });
});
