/** Optimizers, clipping and schedules against PyTorch. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { Adam, AdamW } from "../../src/optim/adam.js";
import { clipGradNorm, clipGradValue } from "../../src/optim/clip.js";
import type { Optimizer } from "../../src/optim/optimizer.js";
import { CosineWarmupLR, ReduceLROnPlateau, StepLR } from "../../src/optim/schedules.js";
import { SGD } from "../../src/optim/sgd.js";
import { Parameter, tensor, zeros } from "../../src/tensor/tensor.js";
import { expectClose, readFixture } from "../check-op.js";
import { onEachBackend } from "../targets.js";

interface Stored {
  shape: number[];
  values: number[];
}

interface Fixtures {
  optimizers: {
    kind: "SGD" | "Adam" | "AdamW";
    options: object;
    parameters: Stored[];
    steps: { gradients: number[][]; after: number[][] }[];
  }[];
  clipping: { kind: "norm" | "value"; limit: number; gradients: Stored[]; after: number[][]; norm: number | null }[];
  schedules: {
    kind: "StepLR" | "ReduceLROnPlateau" | "CosineWarmupLR";
    options: object;
    measures?: number[];
    rates: number[];
  }[];
}

const fixtures = readFixture<Fixtures>("ops/optimizers");
const kinds = { SGD, Adam, AdamW };

const parameterOf = ({ shape, values }: Stored) => new Parameter(tensor(values, shape));

/** Gives each parameter its gradient, by way of a loss. */
function descend(parameters: Parameter[], gradients: number[][]): void {
  parameters.forEach((p, i) => void p.mul(tensor(gradients[i], p.shape)).sum().backward());
}

describe("ten steps on given gradients", () => {
  for (const { kind, options, parameters, steps } of fixtures.optimizers) {
    onEachBackend(`${kind} ${JSON.stringify(options)}`, async () => {
      const own = parameters.map(parameterOf);
      const optimizer = new kinds[kind](own, options);
      for (const [step, { gradients, after }] of steps.entries()) {
        optimizer.zeroGrad();
        descend(own, gradients);
        optimizer.step();
        for (const [i, p] of own.entries()) {
          expectClose(await p.data(), after[i], 2e-6, `step ${step + 1}, parameter ${i}`);
        }
      }
    });
  }
});

describe("an optimizer's state", () => {
  for (const { kind, options, parameters, steps } of fixtures.optimizers.filter(
    ({ options }) => "weightDecay" in options,
  )) {
    onEachBackend(`${kind} goes on from a copy of it exactly: ${JSON.stringify(options)}`, async () => {
      const run = (count: number, from: number, own: Parameter[], optimizer: Optimizer) => {
        for (const { gradients } of steps.slice(from, from + count)) {
          optimizer.zeroGrad();
          descend(own, gradients);
          optimizer.step();
        }
      };
      const own = parameters.map(parameterOf);
      const optimizer = new kinds[kind](own, options);
      run(4, 0, own, optimizer);
      const resumed = await Promise.all(own.map(async (p) => new Parameter(tensor(await p.data(), p.shape))));
      const other = new kinds[kind](resumed, { ...options, lr: 1 });
      other.loadStateDict(optimizer.stateDict());
      run(3, 4, own, optimizer);
      run(3, 4, resumed, other);
      for (const [i, p] of resumed.entries()) expect(await p.data()).toEqual(await own[i].data());
    });
  }
});

describe("parameters without a gradient", () => {
  it("stay as they are", () => {
    const [a, b] = [new Parameter(tensor([1])), new Parameter(tensor([1]))];
    const optimizer = new Adam([a, b], { weightDecay: 1 });
    descend([a], [[1]]);
    optimizer.step();
    expect(b.dataSync()[0]).toBe(1);
    expect(a.dataSync()[0]).toBeLessThan(1);
  });
});

describe("clipping", () => {
  for (const { kind, limit, gradients, after, norm } of fixtures.clipping) {
    onEachBackend(`by ${kind}, ${limit}`, async () => {
      const own = gradients.map(({ shape }) => new Parameter(zeros(shape)));
      descend(
        own,
        gradients.map(({ values }) => values),
      );
      if (kind === "norm") expectClose(await clipGradNorm(own, limit).data(), [norm!], 1e-6, "norm");
      else clipGradValue(own, limit);
      for (const [i, p] of own.entries()) expectClose(await p.grad!.data(), after[i], 2e-6, `gradient ${i}`);
    });
  }
});

describe("schedules", () => {
  const optimizer = (lr = 0.1) => new SGD([new Parameter(zeros([1]))], { lr });

  it.each(fixtures.schedules)("$kind $options", ({ kind, options, measures, rates }) => {
    const owner = optimizer();
    const schedules = { StepLR, ReduceLROnPlateau, CosineWarmupLR };
    const schedule = new schedules[kind](owner, options as never);
    rates.forEach((rate, epoch) => {
      expect(owner.lr, `epoch ${epoch}`).toBeCloseTo(rate, 8);
      schedule.step(measures?.[epoch] ?? Number.NaN);
    });
  });

  it("CosineWarmupLR rises linearly, falls by half a cosine, and stays down", () => {
    const owner = optimizer(1);
    const schedule = new CosineWarmupLR(owner, { steps: 8, warmupSteps: 4, minLr: 0.2 });
    const seen = Array.from({ length: 10 }, () => {
      const { lr } = owner;
      schedule.step();
      return lr;
    });
    const half = Math.SQRT1_2;
    const expected = [0.25, 0.5, 0.75, 1, 1, 0.6 + 0.4 * half, 0.6, 0.6 - 0.4 * half, 0.2, 0.2];
    expectClose(seen, expected, 1e-12, "rates");
  });

  it("ReduceLROnPlateau looks for larger metrics with mode max, and stops at minLr", () => {
    const owner = optimizer(1);
    const schedule = new ReduceLROnPlateau(owner, { mode: "max", patience: 0, factor: 0.5, minLr: 0.3 });
    const seen = [0.5, 0.6, 0.6, 0.7, 0.1, 0.1].map((metric) => {
      schedule.step(metric);
      return owner.lr;
    });
    expect(seen).toEqual([1, 1, 0.5, 0.5, 0.3, 0.3]);
  });
});

describe("errors", () => {
  const own = () => [new Parameter(zeros([1]))];
  it.each([
    [() => new Adam([]), "Adam: there are no parameters to optimize"],
    [() => new Adam(own(), { lr: -1 }), "Adam: lr must be a finite number of at least 0, got -1"],
    [() => new SGD(own(), { lr: Infinity }), "SGD: lr must be a finite number of at least 0, got Infinity"],
    [() => new SGD(own(), { nesterov: true }), "SGD: nesterov needs momentum > 0 and dampening 0, got 0 and 0"],
    [() => clipGradNorm(own(), 1), "clipGradNorm: no parameter has a gradient; call backward() first"],
    [() => clipGradNorm(own(), 0), "clipGradNorm: maxNorm must be positive, got 0"],
    [() => clipGradValue(own(), -1), "clipGradValue: limit must be positive, got -1"],
  ])("$1", (run, message) => expect(run).toThrow(message));

  it("a state of another optimizer", () => {
    const state = new SGD(own(), { momentum: 0.9 }).stateDict();
    expect(() => new Adam(own()).loadStateDict(state)).toThrow(
      'Adam.loadStateDict: the state has "momentum_buffer", which this optimizer does not know',
    );
  });
});
