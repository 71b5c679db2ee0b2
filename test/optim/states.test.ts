/** What optimizers and schedules take as a state, and what they refuse, changing nothing. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { Adam } from "../../src/optim/adam.js";
import { clipGradNorm, clipGradValue } from "../../src/optim/clip.js";
import type { OptimizerState } from "../../src/optim/optimizer-state.js";
import { CosineAnnealingWarmRestarts } from "../../src/optim/schedules/cosine-annealing-lr.js";
import { ReduceLROnPlateau } from "../../src/optim/schedules/reduce-lr-on-plateau.js";
import { aSchedule } from "../../src/optim/schedules/schedule.js";
import { StepLR } from "../../src/optim/schedules/step-lr.js";
import { SGD } from "../../src/optim/sgd.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { Parameter } from "../../src/tensor/tensor.js";

const parameters = () => [new Parameter(ones([2])), new Parameter(ones([3]))];

function step(optimizer: Adam, own: readonly Parameter[]): void {
  optimizer.zeroGrad();
  own[0].sum().add(own[1].sum()).backward();
  optimizer.step();
}

describe("an optimizer's state", () => {
  it("of before the first step makes one that has stepped as good as new", () => {
    const [own, fresh] = [parameters(), parameters()];
    const [optimizer, other] = [new Adam(own), new Adam(fresh)];
    step(optimizer, own);
    optimizer.loadStateDict(other.stateDict());
    expect(optimizer.stateDict()).toEqual({
      lr: 1e-3,
      steps: [0, 0],
      tensors: { exp_avg: [null, null], exp_avg_sq: [null, null] },
    });
    own.forEach((p, i) => void p.copyFrom(fresh[i]));
    step(optimizer, own);
    step(other, fresh);
    own.forEach((p, i) => void expect(p.dataSync()).toEqual(fresh[i].dataSync()));
  });

  it("can be of parameters of which only some have stepped", () => {
    const own = parameters();
    const optimizer = new Adam(own);
    own[0].sum().backward();
    optimizer.step();
    const state = optimizer.stateDict();
    expect(state.steps).toEqual([1, 0]);
    expect(state.tensors.exp_avg[1]).toBeNull();
    const other = new Adam(parameters());
    other.loadStateDict(state);
    expect(other.stateDict().steps).toEqual([1, 0]);
  });

  const whole = (): OptimizerState => {
    const own = parameters();
    const optimizer = new Adam(own);
    step(optimizer, own);
    return optimizer.stateDict();
  };

  it.each<[string, (state: OptimizerState) => unknown, string]>([
    ["of fewer parameters", (s) => ({ ...s, steps: [1] }), "the state is of 1 parameters, there are 2"],
    [
      "that lacks what is remembered",
      (s) => ({ ...s, tensors: { exp_avg: s.tensors.exp_avg } }),
      'the state has no "exp_avg_sq" for each parameter',
    ],
    [
      "with a list that is too short",
      (s) => ({ ...s, tensors: { ...s.tensors, exp_avg: s.tensors.exp_avg.slice(1) } }),
      'the state has no "exp_avg" for each parameter',
    ],
    [
      "of other shapes",
      (s) => ({ ...s, tensors: { ...s.tensors, exp_avg: s.tensors.exp_avg.toReversed() } }),
      '"exp_avg" of parameter 0 has shape [3], the parameter [2]',
    ],
    [
      "with steps, but nothing remembered of them",
      (s) => ({ ...s, tensors: { ...s.tensors, exp_avg: [null, s.tensors.exp_avg[1]] } }),
      'parameter 0 has taken 1 steps, with no "exp_avg"',
    ],
    [
      "with what is remembered, but no steps",
      (s) => ({ ...s, steps: [1, 0] }),
      'parameter 1 has taken 0 steps, with a "exp_avg"',
    ],
    ["with one rate wrong of several", (s) => ({ ...s, lr: [1, -1] }), "lr must be a finite number of at least 0"],
    [
      "with tensors that are no object",
      (s) => ({ ...s, tensors: [] }),
      "tensors must be an object of lists of tensors",
    ],
    [
      "with numbers for tensors",
      (s) => ({ ...s, tensors: { ...s.tensors, exp_avg: [1, 2] } }),
      "tensors must be an object of lists of tensors",
    ],
    [
      "with a tensor for a list",
      (s) => ({ ...s, tensors: { ...s.tensors, exp_avg: zeros([2]) } }),
      "tensors must be an object of lists of tensors",
    ],
  ])("%s is refused", (_, spoil, message) => {
    const optimizer = new Adam(parameters());
    expect(() => optimizer.loadStateDict(spoil(whole()) as OptimizerState)).toThrow(message);
    expect(optimizer.stateDict().steps).toEqual([0, 0]);
  });

  it("only the first step looks for parameters that no optimizer holds", () => {
    const own = parameters();
    const optimizer = new Adam(own);
    step(optimizer, own);
    optimizer.zeroGrad();
    // A batch of which nothing counts: no gradient, no change, no error.
    expect(() => optimizer.step()).not.toThrow();
  });
});

describe("a schedule's state", () => {
  const owner = () => new SGD([new Parameter(ones([1]))], { lr: 1 });

  it.each<[string, object, string]>([
    ["lacks a number", { t: 1 }, "expected a state of t and base, got t"],
    ["has text for a number", { t: 1, base: "1" }, "StepLR.loadStateDict: base must be a finite number of at least 0"],
    ["has a rate that is none", { t: 1, base: -1 }, "StepLR.loadStateDict: base must be a finite number of at least 0"],
    ["has half a step", { t: 0.5, base: 1 }, "StepLR.loadStateDict: t must be an integer of at least 0, got 0.5"],
    ["has a number more", { t: 1, base: 1, best: 1 }, "expected a state of t and base, got t and base and best"],
    ["has nothing", {}, "expected a state of t and base, got none"],
  ])("that %s is refused", (_, state, message) => {
    const optimizer = owner();
    const schedule = new StepLR(optimizer, { stepSize: 2 });
    expect(() => schedule.loadStateDict(state as never)).toThrow(message);
    expect(schedule.stateDict()).toEqual({ t: 0, base: 1 });
  });

  it("of a plateau has numbers only", () => {
    const schedule = new ReduceLROnPlateau(owner());
    const load = (state: object) => () => schedule.loadStateDict(state as never);
    expect(load({ bad: -1 })).toThrow("ReduceLROnPlateau.loadStateDict: bad must be an integer of at least 0, got -1");
    expect(load({ bad: 0, best: "3" })).toThrow('ReduceLROnPlateau.loadStateDict: best must be a number, got "3"');
    expect(schedule.stateDict()).toEqual({ bad: 0 });
  });

  it("of a plateau has no best before there is one", () => {
    const schedule = new ReduceLROnPlateau(owner());
    expect(schedule.stateDict()).toEqual({ bad: 0 });
    schedule.step(3);
    expect(schedule.stateDict()).toEqual({ bad: 0, best: 3 });
  });

  it("is what has a step, and nothing else", () => {
    const values = [new StepLR(owner(), { stepSize: 1 }), { step() {} }, {}, { step: 1 }, null, undefined, 1];
    expect(values.map((value) => aSchedule.accepts(value))).toEqual([true, true, false, false, false, false, false]);
  });
});

describe("what is not given", () => {
  it("is as if it were left out: an option that is undefined", () => {
    const { groups } = new Adam(parameters(), { lr: undefined, eps: 1e-3 });
    expect(groups[0]).toMatchObject({ lr: 1e-3, eps: 1e-3 });
  });

  it("is left alone by clipping: a gradient", () => {
    const own = parameters();
    own[0].mul(4).sum().backward();
    clipGradValue(own, 1);
    clipGradNorm(own, 1);
    expect(own[1].grad).toBeNull();
    expect(own[0].grad!.dataSync()[0]).toBeCloseTo(Math.SQRT1_2, 5);
  });

  it.each([undefined, null])("is missed: parameters that are %s", (none) => {
    expect(() => new Adam(none as never)).toThrow(`Adam: expected a list of parameters, got ${none}`);
    expect(() => clipGradNorm(none as never, 1)).toThrow(`clipGradNorm: expected a list of parameters, got ${none}`);
  });

  it("nesterov refuses dampening", () => {
    const options = { momentum: 0.9, dampening: 0.1, nesterov: true };
    expect(() => new SGD(parameters(), options)).toThrow(
      "nesterov needs momentum > 0 and dampening 0, got 0.9 and 0.1",
    );
  });
});

describe("what just reaches a limit", () => {
  it.each(["min", "max"] as const)("is no improvement on a plateau, mode %s", (mode) => {
    const optimizer = new SGD([new Parameter(ones([1]))], { lr: 1 });
    const schedule = new ReduceLROnPlateau(optimizer, { mode, patience: 0, factor: 0.5, threshold: 0.5 });
    for (const metric of mode === "min" ? [2, 1] : [2, 3]) schedule.step(metric);
    expect(optimizer.lr).toBe(0.5);
  });

  it("warm restarts of one length are as quick after a thousand million steps", () => {
    const optimizer = new SGD([new Parameter(ones([1]))], { lr: 1 });
    const schedule = new CosineAnnealingWarmRestarts(optimizer, { t0: 4 });
    schedule.loadStateDict({ t: 4e15 + 2, base: 1 });
    expect(optimizer.lr).toBeCloseTo(0.5, 12);
  });
});
