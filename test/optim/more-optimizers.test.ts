/** RMSprop, Adagrad, Lion, AMSGrad, groups of parameters, and schedules against PyTorch. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { Adagrad } from "../../src/optim/adagrad.js";
import { Adam } from "../../src/optim/adam.js";
import { AdamW } from "../../src/optim/adamw.js";
import { Lion } from "../../src/optim/lion.js";
import type { Optimizer } from "../../src/optim/optimizer.js";
import { RMSprop } from "../../src/optim/rmsprop.js";
import { CosineAnnealingLR, CosineAnnealingWarmRestarts } from "../../src/optim/schedules/cosine-annealing-lr.js";
import { CosineWarmupLR } from "../../src/optim/schedules/cosine-warmup-lr.js";
import { ExponentialLR } from "../../src/optim/schedules/exponential-lr.js";
import { LambdaLR } from "../../src/optim/schedules/lambda-lr.js";
import { LinearLR } from "../../src/optim/schedules/linear-lr.js";
import { MultiStepLR } from "../../src/optim/schedules/multi-step-lr.js";
import { OneCycleLR } from "../../src/optim/schedules/one-cycle-lr.js";
import { PolynomialLR } from "../../src/optim/schedules/polynomial-lr.js";
import { ReduceLROnPlateau } from "../../src/optim/schedules/reduce-lr-on-plateau.js";
import type { Schedule } from "../../src/optim/schedules/schedule.js";
import { StepLR } from "../../src/optim/schedules/step-lr.js";
import { WarmupLR } from "../../src/optim/schedules/warmup-lr.js";
import { SGD } from "../../src/optim/sgd.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { Parameter } from "../../src/tensor/tensor.js";
import { expectClose, readFixture } from "../check-op.js";
import { onEachBackend } from "../targets.js";

interface Stored {
  shape: number[];
  values: number[];
}

interface Step {
  gradients: number[][];
  after: number[][];
}

interface Named {
  kind: string;
  options: object;
}

interface Fixtures {
  optimizers: (Named & { parameters: Stored[]; steps: Step[] })[];
  groups: (Named & {
    groups: object[];
    schedule: { stepSize: number; gamma: number };
    parameters: Stored[];
    steps: Step[];
    rates: number[];
  })[];
  schedules: (Named & { rates: number[] })[];
  warmups: { then: Named; options: { steps: number; startFactor: number }; rates: number[] }[];
}

const fixtures = readFixture<Fixtures>("optim/more-optimizers");

type MakeOptimizer = new (parameters: never, options: never) => Optimizer;
const optimizers: Record<string, MakeOptimizer> = { SGD, Adam, AdamW, RMSprop, Adagrad, Lion };

type MakeSchedule = new (optimizer: Optimizer, options: never) => Schedule;
const schedules: Record<string, MakeSchedule> = {
  StepLR,
  MultiStepLR,
  ExponentialLR,
  PolynomialLR,
  LinearLR,
  CosineAnnealingLR,
  CosineAnnealingWarmRestarts,
  OneCycleLR,
};

const make = (kind: string, parameters: unknown, options: object) =>
  new optimizers[kind](parameters as never, options as never);

const parameterOf = ({ shape, values }: Stored) => new Parameter(tensor(values, shape));

/** Gives each parameter its gradient, by way of a loss, and takes a step. */
function step(optimizer: Optimizer, parameters: Parameter[], gradients: number[][]): void {
  optimizer.zeroGrad();
  parameters.forEach((p, i) => void p.mul(tensor(gradients[i], p.shape)).sum().backward());
  optimizer.step();
}

async function expectAfter(parameters: Parameter[], after: number[][], what: string): Promise<void> {
  for (const [i, p] of parameters.entries()) expectClose(await p.data(), after[i], 4e-6, `${what}, parameter ${i}`);
}

describe("ten steps on given gradients", () => {
  for (const { kind, options, parameters, steps } of fixtures.optimizers) {
    onEachBackend(`${kind} ${JSON.stringify(options)}`, async () => {
      const own = parameters.map(parameterOf);
      const optimizer = make(kind, own, options);
      for (const [i, { gradients, after }] of steps.entries()) {
        step(optimizer, own, gradients);
        await expectAfter(own, after, `step ${i + 1}`);
      }
    });

    it(`${kind} ${JSON.stringify(options)} goes on from a copy of its state exactly`, async () => {
      const own = parameters.map(parameterOf);
      const optimizer = make(kind, own, options);
      for (const { gradients } of steps.slice(0, 4)) step(optimizer, own, gradients);
      const resumed = own.map((p) => new Parameter(tensor(p.dataSync(), p.shape)));
      const other = make(kind, resumed, options);
      other.loadStateDict(optimizer.stateDict());
      for (const { gradients } of steps.slice(4)) {
        step(optimizer, own, gradients);
        step(other, resumed, gradients);
      }
      for (const [i, p] of resumed.entries()) expect(p.dataSync()).toEqual(own[i].dataSync());
    });
  }
});

describe("groups of parameters", () => {
  for (const { kind, options, groups, schedule, parameters, steps, rates } of fixtures.groups) {
    const withGroups = (own: Parameter[]) => [
      { params: own.slice(0, 2), ...groups[0] },
      { params: own.slice(2), ...groups[1] },
    ];

    onEachBackend(`${kind} ${JSON.stringify(groups)} under a StepLR`, async () => {
      const own = parameters.map(parameterOf);
      const optimizer = make(kind, withGroups(own), options);
      const scheduled = new StepLR(optimizer, schedule);
      for (const [i, { gradients, after }] of steps.entries()) {
        step(optimizer, own, gradients);
        scheduled.step();
        await expectAfter(own, after, `step ${i + 1}`);
      }
      expectClose(
        optimizer.groups.map(({ lr }) => lr),
        rates,
        1e-9,
        "rates",
      );
    });

    it(`${kind} ${JSON.stringify(groups)} goes on from its state and its schedule's`, () => {
      const own = parameters.map(parameterOf);
      const optimizer = make(kind, withGroups(own), options);
      const scheduled = new StepLR(optimizer, schedule);
      for (const { gradients } of steps.slice(0, 4)) {
        step(optimizer, own, gradients);
        scheduled.step();
      }
      const resumed = own.map((p) => new Parameter(tensor(p.dataSync(), p.shape)));
      const other = make(kind, withGroups(resumed), options);
      const state = JSON.parse(JSON.stringify(scheduled.stateDict()));
      other.loadStateDict(optimizer.stateDict());
      const goingOn = new StepLR(other, schedule);
      goingOn.loadStateDict(state);
      for (const { gradients } of steps.slice(4)) {
        step(optimizer, own, gradients);
        step(other, resumed, gradients);
        for (const each of [scheduled, goingOn]) each.step();
      }
      expect(other.groups.map(({ lr }) => lr)).toEqual(optimizer.groups.map(({ lr }) => lr));
      for (const [i, p] of resumed.entries()) expect(p.dataSync()).toEqual(own[i].dataSync());
    });
  }

  const own = () => new Parameter(ones([2]));

  it("have every option with its value, and each its own rate", () => {
    const optimizer = new Adam([{ params: [own()], lr: 0.1 }, { params: [own()] }], { eps: 1e-6 });
    expect(optimizer.groups.map(({ params, ...options }) => options)).toEqual([
      { lr: 0.1, betas: [0.9, 0.999], eps: 1e-6, weightDecay: 0, amsgrad: false },
      { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-6, weightDecay: 0, amsgrad: false },
    ]);
    expect(optimizer.lr).toBe(0.1);
    expect(() => {
      optimizer.lr = 1;
    }).toThrow("Adam: there are 2 groups, each with a rate of its own: set optimizer.groups[i].lr");
  });

  it("fall on a plateau together, none below the least", () => {
    const optimizer = new SGD([
      { params: [own()], lr: 1 },
      { params: [own()], lr: 0.1 },
    ]);
    const schedule = new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5, minLr: 0.08 });
    for (const loss of [1, 1, 1]) schedule.step(loss);
    expect(optimizer.groups.map(({ lr }) => lr)).toEqual([0.25, 0.08]);
  });

  it.each<[string, () => unknown, string]>([
    [
      "an option that there is not",
      () => new SGD([{ params: [own()], learningRate: 1 } as never]),
      'SGD: group 0: unknown option "learningRate"',
    ],
    [
      "an option out of its range",
      () => new SGD([{ params: [own()] }, { params: [own()], lr: -1 }]),
      "SGD: group 1: lr must be a finite number of at least 0, got -1",
    ],
    ["no parameters", () => new Adam([{ params: [own()] }, { params: [] }]), "Adam: group 1 has no parameters"],
    [
      "a parameter among groups",
      () => new Adam([{ params: [own()] }, own()] as never),
      "Adam: group 1 is a parameter, others are groups; put it into one: { params: [parameter] }",
    ],
    [
      "a parameter in two groups",
      () => {
        const p = own();
        return new Adam([{ params: [p] }, { params: [p] }]);
      },
      "Adam: the parameter [2] at 1 is listed at 0 already, and would count twice",
    ],
    [
      "nesterov without momentum in one group",
      () => new SGD([{ params: [own()] }, { params: [own()], momentum: 0 }], { momentum: 0.9, nesterov: true }),
      "SGD: nesterov needs momentum > 0 and dampening 0, got 0 and 0",
    ],
    [
      "a state of another number of groups",
      () => {
        const [a, b] = [own(), own()];
        const state = new SGD([a, b]).stateDict();
        new SGD([{ params: [a] }, { params: [b] }]).loadStateDict(state);
      },
      "SGD.loadStateDict: the state is of 1 groups of parameters, there are 2",
    ],
  ])("refuse %s", (_, run, message) => expect(run).toThrow(message));
});

describe("schedules", () => {
  const owner = (lr = 0.1) => new SGD([new Parameter(zeros([1]))], { lr });

  const follow = (optimizer: Optimizer, schedule: Schedule, count: number) =>
    Array.from({ length: count }, () => {
      const { lr } = optimizer;
      schedule.step(Number.NaN);
      return lr;
    });

  it.each(fixtures.schedules)("$kind $options", ({ kind, options, rates }) => {
    const optimizer = owner();
    const schedule = new schedules[kind](optimizer, options as never);
    expectClose(follow(optimizer, schedule, rates.length), rates, 1e-8, "rates");
  });

  const warm = (optimizer: Optimizer, then: Named, options: { steps: number; startFactor: number }) =>
    new WarmupLR(new schedules[then.kind](optimizer, then.options as never), options);

  it.each(fixtures.warmups)("WarmupLR $options before $then", ({ then, options, rates }) => {
    const optimizer = owner();
    const schedule = warm(optimizer, then, options);
    expectClose(follow(optimizer, schedule, rates.length), rates, 1e-8, "rates");
  });

  it.each(fixtures.warmups)("WarmupLR before $then goes on from its state", ({ then, options, rates }) => {
    for (let at = 1; at < rates.length; at++) {
      const [before, after] = [owner(), owner()];
      const schedule = warm(before, then, options);
      follow(before, schedule, at);
      after.loadStateDict(before.stateDict());
      const resumed = warm(after, then, options);
      resumed.loadStateDict(JSON.parse(JSON.stringify(schedule.stateDict())));
      expect(follow(after, resumed, rates.length - at)).toEqual(follow(before, schedule, rates.length - at));
    }
  });

  it("a warm-up before a plateau leaves the plateau's watching to the plateau", () => {
    const optimizer = owner(1);
    const plateau = new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5 });
    const schedule = new WarmupLR(plateau, { steps: 2, startFactor: 0 });
    const seen = [9, 9, 5, 5, 4].map((loss) => {
      const { lr } = optimizer;
      schedule.step(loss);
      return lr;
    });
    expect([...seen, optimizer.lr]).toEqual([0, 0.5, 1, 1, 0.5, 0.5]);
  });

  it("LambdaLR multiplies the first rate", () => {
    const optimizer = owner(1);
    expect(follow(optimizer, new LambdaLR(optimizer, (t) => 1 / (1 + t)), 4)).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
  });

  it("OneCycleLR stays at its end, and takes cycles of one and two steps", () => {
    const optimizer = owner();
    const long = follow(optimizer, new OneCycleLR(optimizer, { maxLr: 1, totalSteps: 4 }), 8);
    expectClose(long.slice(3), Array(5).fill(1 / 25 / 1e4), 1e-12, "the end");
    for (const totalSteps of [1, 2]) {
      const rates = follow(optimizer, new OneCycleLR(optimizer, { maxLr: 1, totalSteps }), 3);
      expect(rates.every(Number.isFinite), rates.join(" ")).toBe(true);
    }
  });
});

describe("the lowest rate of a schedule", () => {
  const owner = () => new SGD([new Parameter(tensor([1]))], { lr: 0.1 });
  const makers: Record<string, (optimizer: Optimizer, minLr: number) => Schedule> = {
    CosineAnnealingLR: (optimizer, minLr) => new CosineAnnealingLR(optimizer, { tMax: 3, minLr }),
    CosineAnnealingWarmRestarts: (optimizer, minLr) => new CosineAnnealingWarmRestarts(optimizer, { t0: 3, minLr }),
    CosineWarmupLR: (optimizer, minLr) => new CosineWarmupLR(optimizer, { steps: 3, minLr }),
    ReduceLROnPlateau: (optimizer, minLr) => new ReduceLROnPlateau(optimizer, { minLr }),
  };

  it.each(Object.entries(makers))("is not above the first: %s", (name, make) => {
    expect(() => make(owner(), 0.2)).toThrow(
      new RangeError(`${name}: minLr 0.2 is above the rate that it begins with, 0.1; write minLr: 0.001`),
    );
    expect(() => make(owner(), 0.1)).not.toThrow();
  });

  const goesOn = () => {
    const optimizer = owner();
    optimizer.zeroGrad();
    optimizer.parameters[0].sum().backward();
    optimizer.step();
    optimizer.lr = 0.01;
    return optimizer;
  };

  it.each(Object.entries(makers))("may be above that of an optimizer that goes on: %s", (_, make) => {
    const schedule = make(owner(), 0.02);
    const resumed = make(goesOn(), 0.02);
    expect(() => resumed.loadStateDict(schedule.stateDict())).not.toThrow();
    expect(() => resumed.step(1)).not.toThrow();
  });

  it.each(Object.entries(makers))("is nothing that a rate rises to, whatever it begins with: %s", (name, make) => {
    const optimizer = goesOn();
    const schedule = make(optimizer, 0.02);
    if (name === "ReduceLROnPlateau") {
      for (let i = 0; i < 20; i++) schedule.step(1);
    } else {
      const message = `${name}: minLr 0.02 is above the rate that it begins with, 0.01; write minLr: 0.0001`;
      expect(() => schedule.step(1)).toThrow(new RangeError(message));
      const other = make(goesOn(), 0);
      expect(() => schedule.loadStateDict(other.stateDict())).toThrow(`${name}.loadStateDict: minLr 0.02 is above`);
    }
    expect(optimizer.lr).toBe(0.01);
  });
});
