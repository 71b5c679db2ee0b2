/** Optimizers, clipping and schedules against PyTorch. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { Linear } from "../../src/layers/linear.js";
import { Module } from "../../src/layers/module.js";
import { Sequential } from "../../src/layers/sequential.js";
import { Adam } from "../../src/optim/adam.js";
import { AdamW } from "../../src/optim/adamw.js";
import { clipGradNorm, clipGradValue } from "../../src/optim/clip.js";
import type { Optimizer } from "../../src/optim/optimizer.js";
import { CosineWarmupLR } from "../../src/optim/schedules/cosine-warmup-lr.js";
import { ReduceLROnPlateau } from "../../src/optim/schedules/reduce-lr-on-plateau.js";
import { StepLR } from "../../src/optim/schedules/step-lr.js";
import { SGD } from "../../src/optim/sgd.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
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
  resumed: { options: { stepSize: number; gamma: number }; lr: number; at: number; rates: number[] }[];
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
    [() => clipGradNorm(own(), 0), "clipGradNorm: maxNorm must be a number above 0, got 0"],
    [() => clipGradValue(own(), -1), "clipGradValue: limit must be a number above 0, got -1"],
  ])("$1", (run, message) => expect(run).toThrow(message));

  it("a state of another optimizer", () => {
    const state = new SGD(own(), { momentum: 0.9 }).stateDict();
    expect(() => new Adam(own()).loadStateDict(state)).toThrow(
      'Adam.loadStateDict: the state has "momentum_buffer", which this optimizer does not know',
    );
  });
});

describe("what cannot be meant", () => {
  const own = () => new Parameter(ones([2]));

  it("a parameter listed twice", () => {
    const [a, b] = [own(), own()];
    const message = /: the parameter \[2\] at 2 is listed at 0 already, and would count twice; list each once$/;
    for (const make of [
      () => new Adam([a, b, a]),
      () => new SGD([a, b, a]),
      () => clipGradNorm([a, b, a], 1),
      () => clipGradValue([a, b, a], 1),
    ])
      expect(make).toThrow(message);
  });

  it("what is no parameter", () => {
    const named = [["weight", own()]] as unknown as Parameter[];
    expect(() => new Adam(named)).toThrow("Adam: an array of 2, listed at 0, is no parameter; pass model.parameters()");
    expect(() => new SGD(new Linear(1, 1) as never)).toThrow(
      "SGD: expected a list of parameters, got a Linear: pass model.parameters()",
    );
    expect(() => new SGD([own().mul(2)] as never)).toThrow("is the result of mul: only leaves can learn");
  });

  it("clipping what a generator gives clips all of it", async () => {
    const [a, b] = [own(), own()];
    descend(
      [a, b],
      [
        [3, 0],
        [0, 4],
      ],
    );
    const each = function* () {
      yield a;
      yield b;
    };
    expect(await clipGradNorm(each() as never, 1).item()).toBeCloseTo(5, 6);
    expect(a.grad!.dataSync()[0]).toBeCloseTo(0.6, 5);
  });

  it("a loss of parameters that no optimizer holds", () => {
    class Hiding extends Module {
      readonly seen = new Linear(2, 3);
      readonly #hidden = new Linear(3, 1, { bias: false });
      forward(x: Tensor): Tensor {
        return this.#hidden.forward(this.seen.forward(x));
      }
      freeze(): void {
        this.#hidden.weight.requiresGrad = false;
      }
    }
    const step = (model: Hiding) => {
      const optimizer = new SGD(model.parameters());
      model
        .forward(ones([1, 2]))
        .sum()
        .backward();
      optimizer.step();
    };
    expect(() => step(new Hiding())).toThrow(
      "SGD.step: the loss depends on parameters that no optimizer holds: Parameter [1, 3]. If parameters() does not list " +
        "them, they are where no module looks: in a #private field,",
    );
    const frozen = new Hiding();
    frozen.freeze();
    expect(() => step(frozen)).not.toThrow();
  });

  it("but a head may be trained alone", () => {
    const [trunk, head] = [new Linear(2, 3), new Linear(3, 1)];
    const model = new Sequential(trunk, head);
    const backward = () =>
      model
        .forward(ones([1, 2]))
        .sum()
        .backward();
    const alone = new SGD(head.parameters(), { lr: 0.1 });
    backward();
    const before = trunk.weight.dataSync();
    alone.step();
    expect(trunk.weight.dataSync()).toEqual(before);
    class Net extends Module {
      readonly trunk = new Linear(2, 3);
      readonly head = new Linear(3, 1);
      forward(x: Tensor): Tensor {
        return this.head.forward(this.trunk.forward(x));
      }
    }
    const net = new Net();
    const some = new SGD(net.parameters().slice(2));
    net
      .forward(ones([1, 2]))
      .sum()
      .backward();
    expect(() => some.step()).not.toThrow();
  });

  it("a tensor in a field that asks for a gradient and is no Parameter", () => {
    class Scaled extends Module {
      readonly linear = new Linear(2, 1);
      readonly scales = [ones([1], { requiresGrad: true })];
      forward(x: Tensor): Tensor {
        return this.linear.forward(x).mul(this.scales[0]);
      }
    }
    const step = (model: Scaled, more: Tensor[] = []) => {
      const optimizer = new SGD([...model.parameters(), ...(more as Parameter[])]);
      const x = ones([1, 2], { requiresGrad: true });
      model.forward(x).sum().backward();
      optimizer.step();
    };
    expect(() => step(new Scaled())).toThrow(
      "SGD.step: Scaled.scales.0 requires a gradient and is no Parameter, so that nothing trains or saves it: make it new " +
        "Parameter(x), or freeze it (requiresGrad = false)",
    );
    const inside = new (class extends Module {
      readonly scaled = new Scaled();
      forward(x: Tensor): Tensor {
        return this.scaled.forward(x);
      }
    })();
    expect(() => step(inside as unknown as Scaled)).toThrow("Scaled.scales.0 requires");
    const held = new Scaled();
    expect(() => step(held, held.scales)).not.toThrow();
    const frozen = new Scaled();
    frozen.scales[0].requiresGrad = false;
    expect(() => step(frozen)).not.toThrow();
  });

  it("not so a layer that was made after the optimizer", () => {
    const trunk = new Linear(2, 3);
    const optimizer = new SGD(trunk.parameters());
    const head = new Linear(3, 1);
    head
      .forward(trunk.forward(ones([1, 2])))
      .sum()
      .backward();
    expect(() => optimizer.step()).toThrow(/no optimizer holds: Parameter \[1\], Parameter \[1, 3\]\. /);
  });

  it("a tensor that would never change, and a gradient that is none", () => {
    expect(() => new SGD([zeros([2])] as never)).toThrow(
      "SGD: the tensor [2] at 0 requires no gradient, so it would never change; make it a new Parameter(x)",
    );
    expect(() => new SGD([zeros([2], { requiresGrad: true })] as never)).not.toThrow();
    const parameter = own();
    const optimizer = new SGD([parameter]);
    optimizer.zeroGrad();
    expect(() => {
      parameter.grad = 3 as never;
    }).toThrow("Tensor: grad must be a tensor, got 3");
  });

  it("names that an optimizer or a parameter does not have", () => {
    for (const Type of [SGD, Adam, AdamW]) {
      const optimizer = new Type([own()]) as unknown as Record<string, unknown>;
      expect(() => {
        optimizer.learningRate = 0.5;
      }).toThrow(`${Type.name} has no property learningRate: its rate is optimizer.lr, other options`);
      optimizer.lr = 0.5;
      expect(optimizer.lr).toBe(0.5);
    }
    class Mine extends SGD {}
    Object.assign(new Mine([own()]), { note: "mine" });
    const parameter = own() as unknown as Record<string, unknown>;
    expect(() => {
      parameter.requiresgrad = false;
    }).toThrow(TypeError);
    expect(() => {
      parameter.data = 1;
    }).toThrow("Parameter.data cannot be set: write x.copyFrom(source), and read by await x.data()");
  });

  it("but a loss may reach what another optimizer holds: generator and discriminator", () => {
    const [a, b] = [own(), own()];
    const [first] = [new SGD([a]), new SGD([b])];
    a.mul(b).sum().backward();
    expect(() => first.step()).not.toThrow();
  });

  it("a first step without any gradient", () => {
    const optimizer = new SGD([own()]);
    expect(() => optimizer.step()).toThrow("SGD.step: no parameter has a gradient. Call loss.backward() before step()");
  });

  it("a state of which part cannot be taken: nothing is", async () => {
    const [a, b] = [own(), own()];
    const optimizer = new SGD([a, b], { momentum: 0.9 });
    const state = { lr: 0.5, steps: [1, 1], tensors: { momentum_buffer: [ones([2]), ones([2])] } };
    state.tensors.momentum_buffer[1].dispose();
    expect(() => optimizer.loadStateDict(state)).toThrow("has been freed");
    expect(optimizer.stateDict()).toEqual({ lr: 1e-3, steps: [0, 0], tensors: { momentum_buffer: [null, null] } });
    expect(() => optimizer.loadStateDict({ ...optimizer.stateDict(), lr: Number.NaN })).toThrow("lr must be");
    expect(optimizer.lr).toBe(1e-3);
  });
});

describe("a resumed schedule", () => {
  const owner = () => new SGD([new Parameter(ones([1]))], { lr: 1e-3 });
  const makers = {
    StepLR: (optimizer: SGD) => new StepLR(optimizer, { stepSize: 2, gamma: 0.1 }),
    CosineWarmupLR: (optimizer: SGD) => new CosineWarmupLR(optimizer, { steps: 12, warmupSteps: 3, minLr: 1e-5 }),
    ReduceLROnPlateau: (optimizer: SGD) => new ReduceLROnPlateau(optimizer, { patience: 1, factor: 0.5 }),
  };
  const metrics = [5, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2];

  it.each(Object.entries(makers))("%s has the rates of one that was never interrupted", (_, make) => {
    for (const at of [1, 3, 5, 8]) {
      const [whole, before, after] = [owner(), owner(), owner()];
      const expected = metrics.map(
        ((schedule) => (metric: number) => {
          schedule.step(metric);
          return whole.lr;
        })(make(whole)),
      );
      const schedule = make(before);
      for (const metric of metrics.slice(0, at)) schedule.step(metric);
      // As a program does that begins again: the optimizer, then the schedule, with the state of each.
      after.loadStateDict(before.stateDict());
      const resumed = make(after);
      resumed.loadStateDict(schedule.stateDict());
      expect(after.lr).toBe(before.lr);
      const rates = metrics.slice(at).map((metric) => {
        resumed.step(metric);
        return after.lr;
      });
      expect(rates).toEqual(expected.slice(at));
    }
  });

  it.each(fixtures.resumed)("StepLR $options has PyTorch's rates", ({ options, lr, at, rates }) => {
    const [before, after] = [0, 1].map(() => new SGD([new Parameter(ones([1]))], { lr }));
    const schedule = new StepLR(before, options);
    for (let t = 0; t < at; t++) schedule.step();
    after.loadStateDict(before.stateDict());
    const resumed = new StepLR(after, options);
    resumed.loadStateDict(schedule.stateDict());
    for (const rate of rates) {
      expect(after.lr).toBeCloseTo(rate, 12);
      resumed.step();
    }
  });

  it("refuses the state of another schedule", () => {
    const state = makers.ReduceLROnPlateau(owner()).stateDict();
    expect(() => makers.StepLR(owner()).loadStateDict(state)).toThrow(
      "StepLR.loadStateDict: expected a state of t and base, got bad",
    );
    expect(() => makers.ReduceLROnPlateau(owner()).loadStateDict(makers.StepLR(owner()).stateDict())).toThrow(
      "ReduceLROnPlateau.loadStateDict: expected a state of bad, got t and base",
    );
  });

  it("ReduceLROnPlateau refuses to watch nothing", () => {
    const schedule = makers.ReduceLROnPlateau(owner());
    expect(() => (schedule.step as () => void)()).toThrow(
      "ReduceLROnPlateau.step: metric must be a number, got undefined",
    );
  });
});

describe("a schedule", () => {
  const owner = () => new SGD([new Parameter(ones([1]))], { lr: 1 });

  it("has its options from the beginning", () => {
    const schedule = new StepLR(owner(), { stepSize: 2 });
    const set = (name: string) => () => Object.assign(schedule, { [name]: 0.5 });
    for (const name of ["gamma", "lr", "last_epoch"]) {
      expect(set(name)).toThrow(
        `StepLR has no property ${name}: its options are given when it is made, and the rate is optimizer.lr`,
      );
    }
  });

  it("counts in whole steps", () => {
    expect(() => new CosineWarmupLR(owner(), { steps: 2.5 })).toThrow(
      "CosineWarmupLR: steps must be a positive integer, got 2.5",
    );
    expect(() => new CosineWarmupLR(owner(), { steps: 5, warmupSteps: 0.5 })).toThrow(
      "CosineWarmupLR: warmupSteps must be an integer of at least 0, got 0.5",
    );
    expect(() => new ReduceLROnPlateau(owner(), { patience: 1.5 })).toThrow(
      "ReduceLROnPlateau: patience must be an integer of at least 0, got 1.5",
    );
  });
});

describe("what is set later is checked like what was given:", () => {
  const optimizer = () => new Adam([new Parameter(ones([2]))]);

  it.each<[unknown]>([["0.1"], [undefined], [Number.NaN]])("a rate of %s", (lr) => {
    const it = optimizer();
    expect(() => {
      it.lr = lr as number;
    }).toThrow(/^Adam: lr must be a finite number of at least 0, got /);
    expect(it.lr).toBe(1e-3);
  });

  it.each<[name: string, value: unknown, message: string]>([
    ["weightDecay", "0.1", 'Adam: weightDecay must be a finite number of at least 0, got "0.1"'],
    ["betas", 0.9, "Adam: betas must be two numbers from 0 to below 1, got 0.9"],
    ["weight_decay", 0.1, 'Adam: unknown option "weight_decay"; did you mean "weightDecay"?'],
    ["amsgrad", true, "Adam: amsgrad decides what is remembered: make a new optimizer with it"],
    ["params", [], 'Adam: unknown option "params"'],
  ])("%s of a group", (name, value, message) => {
    const [group] = optimizer().groups;
    const before = { ...group };
    expect(() => Object.assign(group, { [name]: value })).toThrow(message);
    expect({ ...group }).toEqual(before);
  });

  it("what is right is taken by the next step", () => {
    const w = new Parameter(ones([1]));
    const optimizer = new SGD([w], { lr: 0.5 });
    optimizer.groups[0].weightDecay = 1;
    w.mul(0).sum().backward();
    optimizer.step();
    expect([...w.dataSync()]).toEqual([0.5]);
  });

  it("parameters and groups are not added to lists that nobody would look at again", () => {
    const { parameters, groups } = optimizer();
    for (const list of [parameters, groups, groups[0].params]) {
      expect(() => (list as unknown[]).push(new Parameter(ones([2])))).toThrow(TypeError);
    }
  });
});

it("a layer that replaces another after the first steps is noticed", () => {
  class Net extends Module {
    body = new Linear(2, 2);
    forward(x: Tensor): Tensor {
      return this.body.forward(x);
    }
  }
  const model = new Net();
  const optimizer = new SGD(model.parameters());
  const step = () => {
    optimizer.zeroGrad();
    model
      .forward(ones([1, 2]))
      .sum()
      .backward();
    optimizer.step();
  };
  step();
  model.body = new Linear(2, 2);
  expect(step).toThrow(
    "SGD.step: the loss depends on parameters that no optimizer holds: Parameter [2], Parameter [2, 2]",
  );
});
