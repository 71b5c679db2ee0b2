/** Memory: programs that nobody wrote with memory in mind need no more of it in their last steps than in their first. */

import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { Conv2d } from "../../src/layers/conv2d.js";
import { Linear } from "../../src/layers/linear.js";
import { crossEntropy } from "../../src/layers/losses/cross-entropy.js";
import { mseLoss } from "../../src/layers/losses/mse-loss.js";
import { Module } from "../../src/layers/module.js";
import { Sequential } from "../../src/layers/sequential.js";
import { Adam } from "../../src/optim/adam.js";
import { SGD } from "../../src/optim/sgd.js";
import { PutAside } from "../../src/tensor/aside.js";
import type { Backend } from "../../src/tensor/backend/backend.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { rand } from "../../src/tensor/factories/drawn.js";
import { zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { cat } from "../../src/tensor/ops/movement/cat.js";
import { relu } from "../../src/tensor/ops/pointwise.js";
import { noGrad, scope } from "../../src/tensor/scope.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../check-op.js";
import { onEachBackend } from "../targets.js";

const MiB = 2 ** 20;

/** What a program may hold: the budget of passing results, with as much again for what is in use. */
const LIMIT = 192 * MiB;

const LABELS = Int32Array.from({ length: 32 }, (_, i) => i % 4);

/** Wide enough that a few hundred steps, kept, would be more than the limit. */
const WIDTH = 2048;

function wideNet(): Sequential {
  return new Sequential(new Linear(8, WIDTH), relu, new Linear(WIDTH, 4));
}

/** One step of a program; made anew for each test. */
type Program = () => () => unknown;

const programs: Record<string, Program> = {
  "inputs prepared with sub and div in front of each step": () => {
    const model = new Sequential(new Linear(WIDTH, 4));
    const optimizer = new SGD(model.parameters(), { lr: 0.01 });
    const raw = rand([32, WIDTH]);
    return () => {
      optimizer.zeroGrad();
      crossEntropy(model.forward(raw.sub(0.45).div(0.22)), LABELS).backward();
      optimizer.step();
    };
  },
  "zeroGrad() after the forward pass, inputs uploaded in each step": () => {
    const model = new Sequential(new Linear(WIDTH, 4));
    const optimizer = new SGD(model.parameters(), { lr: 0.01 });
    const values = new Float32Array(32 * WIDTH).fill(0.5);
    return () => {
      const loss = crossEntropy(model.forward(tensor(values, [32, WIDTH]).mul(2)), LABELS);
      optimizer.zeroGrad();
      loss.backward();
      optimizer.step();
    };
  },
  "prediction without noGrad": () => {
    const [model, x] = [wideNet(), rand([32, 8])];
    return () => model.forward(x).dataSync();
  },
  "prediction without noGrad, awaited": () => {
    const [model, x] = [wideNet(), rand([32, 8])];
    return () => model.forward(x).data();
  },
  "prediction by a model that needs no gradient": () => {
    const [model, x] = [wideNet(), rand([32, 8])];
    for (const parameter of model.parameters()) parameter.requiresGrad = false;
    return () =>
      scope(() => model.forward(x))
        .add(1)
        .dataSync();
  },
  "a second head that no loss reads": () => {
    const [body, head, ignored] = [new Sequential(new Linear(8, WIDTH), relu), new Linear(WIDTH, 4), wideNet()];
    const optimizer = new SGD([...body.parameters(), ...head.parameters()], { lr: 0.01 });
    const x = rand([32, 8]);
    return () => {
      optimizer.zeroGrad();
      const features = body.forward(x);
      ignored.forward(features.slice(1, 0, 8));
      crossEntropy(head.forward(features), LABELS).backward();
      optimizer.step();
    };
  },
  "a frozen backbone with residual blocks": () => {
    class Block extends Module {
      readonly inner = new Conv2d(8, 8, 3, { padding: 1 });
      forward(x: Tensor): Tensor {
        return this.inner.forward(x).relu().add(x);
      }
    }
    const backbone = new Sequential(new Conv2d(3, 8, 3, { padding: 1 }), new Block(), new Block());
    for (const parameter of backbone.parameters()) parameter.requiresGrad = false;
    const head = new Linear(8, 4);
    const optimizer = new Adam(head.parameters(), { lr: 0.01 });
    const x = rand([32, 3, 16, 16]);
    return () => {
      optimizer.zeroGrad();
      crossEntropy(head.forward(backbone.forward(x).mean([2, 3])), LABELS).backward();
      optimizer.step();
    };
  },
  "a teacher whose answers are detached": () => {
    const [teacher, student, x] = [wideNet(), wideNet(), rand([32, 8])];
    const optimizer = new SGD(student.parameters(), { lr: 0.01 });
    return () => {
      const target = teacher.forward(x).detach();
      optimizer.zeroGrad();
      mseLoss(student.forward(x), target).backward();
      optimizer.step();
    };
  },
  "generator and discriminator": () => {
    const generator = new Sequential(new Linear(4, WIDTH), relu, new Linear(WIDTH, 8));
    const judge = new Sequential(new Linear(8, WIDTH), relu, new Linear(WIDTH, 1));
    const optimizers = [new SGD(judge.parameters(), { lr: 0.01 }), new SGD(generator.parameters(), { lr: 0.01 })];
    return () => {
      const real = rand([32, 8]).sub(0.5).div(0.5);
      const fake = generator.forward(rand([32, 4]));
      optimizers[0].zeroGrad();
      judge.forward(real).mean().neg().add(judge.forward(fake.detach()).mean()).backward();
      optimizers[0].step();
      optimizers[1].zeroGrad();
      judge.forward(fake).mean().neg().backward();
      optimizers[1].step();
    };
  },
  "two losses of two forward passes, walked one after the other": () => {
    const [model, x] = [wideNet(), rand([32, 8])];
    const optimizer = new SGD(model.parameters(), { lr: 0.01 });
    return () => {
      optimizer.zeroGrad();
      const losses = [model.forward(x), model.forward(x.mul(2))].map((logits) => crossEntropy(logits, LABELS));
      for (const loss of losses) loss.backward();
      optimizer.step();
    };
  },
  "gradients accumulated over eight passes": () => {
    const [model, x] = [wideNet(), rand([32, 8])];
    const optimizer = new SGD(model.parameters(), { lr: 0.01 });
    return () => {
      for (let i = 0; i < 8; i++)
        crossEntropy(model.forward(x.mul(i)), LABELS)
          .div(8)
          .backward();
      optimizer.step();
      optimizer.zeroGrad();
    };
  },
  "a new model and its optimizer in every step": () => {
    const x = rand([32, 8]);
    return () => {
      const model = wideNet();
      const optimizer = new Adam(model.parameters());
      crossEntropy(model.forward(x), LABELS).backward();
      optimizer.step();
    };
  },
  "a state that is replaced in every step": () => {
    let state = rand([32, WIDTH]);
    return () => {
      state = state.mul(0.9).add(0.1);
      return state.sum().dataSync();
    };
  },
};

/** Bytes at most over the last steps of a program. */
async function peakOf(backend: Backend, step: () => unknown, steps: number): Promise<number> {
  let peak = 0;
  for (let i = 0; i < steps; i++) {
    await step();
    if (i > steps / 2) peak = Math.max(peak, backend.memory().bytes);
  }
  return peak;
}

// Twice as many as would reach the limit if one hidden layer were kept in each.
const STEPS = 750;

describe(`memory stays flat over ${STEPS} steps:`, () => {
  for (const [name, program] of Object.entries(programs)) {
    it(name, async () => {
      await useBackend("wasm", { threads: 1 });
      const step = program();
      expect(await peakOf(zeros([1]).backend, step, STEPS)).toBeLessThan(LIMIT);
    });
  }
});

describe("a step that makes more than the budget, and of which nothing is needed for a gradient,", () => {
  /** 24 results of 8 MiB one after the other, and what came in is added to each third: residual blocks. */
  function backbone(x: Tensor): Tensor {
    let y = x;
    for (let i = 0; i < 8; i++) y = y.mul(0.5).relu().add(x);
    return y;
  }
  const features = () => rand([1024, 2048]);

  it("does not hold it until its end, in a loop of training", async () => {
    // A memory of its own, whose size tells what was ever needed.
    await useBackend("wasm", { threads: 1, winograd: "never" });
    const [x, w] = [features(), new Parameter(tensor([1]))];
    const { backend } = x;
    const optimizer = new SGD([w], { lr: 0.01 });
    for (let i = 0; i < 12; i++) {
      optimizer.zeroGrad();
      w.mul(backbone(x).mean()).sum().backward();
      optimizer.step();
    }
    expect(backend.memory().reserved).toBeLessThan(160 * MiB);
  });

  it("nor in one of prediction, where each result has a graph", async () => {
    await useBackend("wasm", { threads: 1, depthwise: "never" });
    // 96 MiB in each pass.
    const [model, x] = [new Sequential(new Linear(8, 2 * WIDTH), relu, new Linear(2 * WIDTH, 4)), rand([2048, 8])];
    for (let i = 0; i < 10; i++) model.forward(x).dataSync();
    expect(x.backend.memory().reserved).toBeLessThan(192 * MiB);
  });

  it("and what is needed after all, far back in the same step, is as it was", async () => {
    await useBackend("wasm", { threads: 1 });
    const w = new Parameter(tensor([2]));
    const layers = Array.from({ length: 30 }, (_, i) => features().mul(0).add(i));
    const first = layers.map((x) => x.slice(0, 0, 1).mean());
    const sum = layers.reduce((total, x) => total.add(x.mul(w).mean()), tensor(0));
    sum.backward();
    expect(first.map((x) => x.dataSync()[0])).toEqual(layers.map((_, i) => i));
    expect(w.grad!.dataSync()[0]).toBeCloseTo((29 * 30) / 2, 3);
  });
});

describe("a loop inside of one scope:", () => {
  const block = (x: Tensor) => x.mul(2).add(1).relu().add(x);

  it("an evaluation that reads each batch needs no more in the end than in the beginning", async () => {
    await useBackend("wasm", { threads: 1 });
    const x = rand([32, WIDTH]);
    const { backend } = x;
    const before = backend.memory().bytes;
    let peak = 0;
    noGrad(() => {
      for (let i = 0; i < 1000; i++) {
        block(x).sum().dataSync();
        peak = Math.max(peak, backend.memory().bytes - before);
      }
    });
    expect(peak).toBeLessThan(LIMIT);
  });

  it("one that reads nothing until it is over gets by with the memory there is", async () => {
    await useBackend("wasm", { threads: 1 });
    const x = rand([4 * MiB]);
    // Four results of 16 MiB in each of 80 rounds: more than the 4 GiB that there are.
    const sums = noGrad(() => Array.from({ length: 80 }, () => block(x).sum()));
    expect(sums[0].dataSync()).toEqual(sums[79].dataSync());
  });
});

describe("without any steps,", () => {
  it("results that are made and dropped need no more than half as much again as the limit", async () => {
    await useBackend("wasm", { threads: 1 });
    const { backend } = zeros([1]);
    const before = backend.memory().bytes;
    let peak = 0;
    for (let i = 0; i < 800; i++) {
      zeros([MiB / 4]).add(1);
      peak = Math.max(peak, backend.memory().bytes - before);
    }
    expect(peak).toBeLessThan(1.5 * LIMIT);
  });

  it("but where there are steps, a large model that is used in all of them stays where it is", async () => {
    await useBackend("wasm", { threads: 1 });
    const model = Array.from({ length: 5 }, () => zeros([16 * MiB]).keep());
    const w = tensor([1], [1], { requiresGrad: true });
    for (let step = 0; step < 80; step++) {
      for (const part of model) part.reshape([-1]).dispose();
      for (let i = 0; i < 100; i++) w.detach().dispose();
      w.zeroGrad();
      w.sum().backward();
      expect(model.filter(({ life }) => life.aside)).toEqual([]);
    }
    for (const part of model) part.dispose();
  });
});

describe("on every backend, memory stays flat:", () => {
  onEachBackend("prediction without noGrad", async (backend) => {
    const [model, x] = [new Sequential(new Linear(2, 65_536), relu, new Linear(65_536, 1)), rand([16, 2])];
    const step = () => model.forward(x).data();
    // 8 MiB a step.
    expect(await peakOf(backend, step, 36)).toBeLessThan(LIMIT);
  });

  onEachBackend("inputs prepared in every step", async (backend) => {
    const model = new Linear(65_536, 1);
    const raw = rand([16, 65_536]);
    const step = () => {
      model.zeroGrad();
      const loss = model.forward(raw.sub(0.5).div(0.5)).mean();
      loss.backward();
      return loss.item();
    };
    expect(await peakOf(backend, step, 36)).toBeLessThan(LIMIT);
  });
});

describe("what a program holds on to stays:", () => {
  it("batches that were prepared before the loop, and used once an epoch", async () => {
    await useBackend("wasm", { threads: 1 });
    const model = new Linear(2 * WIDTH, 4);
    const optimizer = new SGD(model.parameters(), { lr: 0.01 });
    const raw = rand([32, 2 * WIDTH]);
    const batches = Array.from({ length: 500 }, (_, i) => raw.sub(i).div(2));
    for (let epoch = 0; epoch < 3; epoch++) {
      for (const x of batches) {
        optimizer.zeroGrad();
        crossEntropy(model.forward(x.mul(2)), LABELS).backward();
        optimizer.step();
      }
    }
    expect(batches[0].dataSync().length).toBe(64 * WIDTH);
  });

  it("the only tensor of its kind, however long it waits", async () => {
    await useBackend("wasm", { threads: 1 });
    const raw = rand([64, WIDTH]);
    const prepared = raw.div(2);
    const step = programs["inputs prepared with sub and div in front of each step"]();
    for (let i = 0; i < 1000; i++) step();
    expect(raw.div(2).sub(prepared).sum().dataSync()[0]).toBe(0);
  });

  it("features in a list, made with and without a graph", async () => {
    await useBackend("wasm", { threads: 1 });
    const [model, x] = [wideNet(), rand([32, 8])];
    const body = new Sequential(new Linear(8, WIDTH), relu);
    const features: Tensor[] = [];
    for (let i = 0; i < 300; i++) {
      features.push(
        body.forward(x),
        noGrad(() => body.forward(x)),
      );
      model.forward(x).dataSync();
    }
    expect(cat(features).shape).toEqual([600 * 32, WIDTH]);
  });

  it("losses in a list, walked but not read", async () => {
    await useBackend("wasm", { threads: 1 });
    const step = programs["inputs prepared with sub and div in front of each step"]();
    const x = tensor([1], [1], { requiresGrad: true });
    const losses: Tensor[] = [];
    for (let i = 0; i < 1000; i++) {
      const loss = x.mul(i).sum();
      loss.backward();
      losses.push(loss);
      step();
    }
    expect(losses[1].dataSync()[0]).toBe(1);
  });

  it("states of a rollout, read once and used in another order when it is over", async () => {
    await useBackend("wasm", { threads: 1 });
    const policy = new Linear(WIDTH, 4);
    const optimizer = new SGD(policy.parameters(), { lr: 1e-5 });
    let state = rand([64, WIDTH]);
    for (let rollout = 0; rollout < 2; rollout++) {
      const states: Tensor[] = [];
      for (let i = 0; i < 600; i++) {
        await noGrad(() => policy.forward(state)).data();
        states.push(state);
        state = state.mul(0.9).add(0.05);
      }
      for (let i = 0; i < 600; i++) {
        optimizer.zeroGrad();
        policy
          .forward(states[(i * 131) % 600])
          .square()
          .mean()
          .backward();
        optimizer.step();
      }
    }
    expect(policy.parameters()[0].dataSync().every(Number.isFinite)).toBe(true);
  });

  it("a list of prepared items, each of them read, and samples of a trajectory", async () => {
    await useBackend("wasm", { threads: 1 });
    const raw = rand([64, WIDTH]);
    const [items, samples, expected]: [Tensor[], Tensor[], number[]] = [[], [], []];
    let position = rand([64, WIDTH]);
    for (let i = 0; i < 600; i++) {
      const item = raw.sub(i / 600).div(0.22);
      expected.push((await item.data())[0]);
      items.push(item);
      for (let k = 0; k < 5; k++) position = position.mul(0.99).add(0.001);
      samples.push(position);
      position.slice(0, 0, 1).dataSync();
    }
    expect(items.map((item) => item.slice(0, 0, 1).dataSync()[0])).toEqual(expected);
    expect(cat(samples.map((sample) => sample.slice(0, 0, 1))).shape).toEqual([600, WIDTH]);
  });

  it("an episode that is read step by step before its one backward pass", async () => {
    await useBackend("wasm", { threads: 1 });
    const policy = new Sequential(new Linear(8, WIDTH), relu, new Linear(WIDTH, 4));
    const optimizer = new SGD(policy.parameters(), { lr: 0.01 });
    const x = rand([32, 8]);
    for (let episode = 0; episode < 5; episode++) {
      const scores: Tensor[] = [];
      for (let i = 0; i < 150; i++) {
        const score = policy.forward(x);
        await score.data();
        scores.push(score);
      }
      optimizer.zeroGrad();
      cat(scores).mean().backward();
      optimizer.step();
    }
    expect(policy.parameters()[0].dataSync().every(Number.isFinite)).toBe(true);
  });

  it("predictions in a list, of graphs that were walked, and what was kept of one", async () => {
    await useBackend("wasm", { threads: 1 });
    const [model, x] = [wideNet(), rand([32, 8])];
    const optimizer = new SGD(model.parameters(), { lr: 0.01 });
    const [predictions, expected]: [Tensor[], number[]] = [[], []];
    const hidden = model.forward(x).expand([1024, 32, 4]).exp().keep();
    for (let i = 0; i < 500; i++) {
      optimizer.zeroGrad();
      const logits = model.forward(x);
      crossEntropy(i === 0 ? logits.add(hidden.mean(0)) : logits, LABELS).backward();
      optimizer.step();
      predictions.push(logits);
      expected.push(logits.dataSync()[0]);
    }
    expect(predictions.map((logits) => logits.dataSync()[0])).toEqual(expected);
    expect(hidden.mean().dataSync()[0]).toBeGreaterThan(0);
  });

  it("whatever keep() was called on, until dispose()", async () => {
    await useBackend("wasm", { threads: 1 });
    const kept: Tensor[] = [];
    scope(() => void kept.push(rand([4]).keep()));
    for (let i = 0; i < 400; i++) kept.push(rand([32, WIDTH]).add(1).keep());
    const step = programs["prediction without noGrad"]();
    for (let i = 0; i < 1000; i++) step();
    for (const tensor of kept) expect(tensor.sum().dataSync()[0]).toBeGreaterThan(0);
    const before = kept[0].backend.memory().bytes;
    for (const tensor of kept) tensor.dispose();
    expect(kept[0].backend.memory().bytes).toBeLessThan(before - 400 * 32 * WIDTH * 4 + 1);
  });
});

/** So much that nobody holds on to that whatever else is idle is put aside. */
function fillTheBudget(): void {
  const step = programs["prediction without noGrad"]();
  for (let i = 0; i < 1000; i++) step();
}

describe("what nobody has used for long", () => {
  it("is the collector's, and comes back when it is used", async () => {
    await useBackend("wasm", { threads: 1 });
    const x = rand([64, WIDTH]);
    const [doubled, expected] = [x.mul(2), x.dataSync().map((value) => 2 * value)];
    const { backend } = x;
    const before = backend.memory().storages;
    fillTheBudget();
    expect(backend.memory().storages).toBeLessThan(before + 200);
    expect(doubled.dataSync()).toEqual(expected);
    expect(doubled.sub(x.mul(2)).sum().dataSync()[0]).toBe(0);
  });

  it("has its graph still", async () => {
    await useBackend("wasm", { threads: 1 });
    const w = tensor([3], [1], { requiresGrad: true });
    const early = rand([64, WIDTH]).mul(w).sigmoid().square().sum();
    const [value] = early.dataSync();
    fillTheBudget();
    early.backward();
    const slope = w.grad!.dataSync()[0];
    expect(early.dataSync()[0]).toBe(value);
    expect(slope).toBeGreaterThan(0);
    expect(Number.isFinite(slope)).toBe(true);
  });

  it("is given back by dispose(), however many tensors share the numbers", async () => {
    await useBackend("wasm", { threads: 1 });
    const x = rand([64, WIDTH]);
    const views = [x, x.reshape([-1]), x.detach(), x.reshape([WIDTH, 64])];
    const kept = x.detach().keep();
    fillTheBudget();
    const { backend } = x;
    expect(kept.sum().dataSync()[0]).toBeGreaterThan(0);
    expect(views[3].sum().dataSync()).toEqual(kept.sum().dataSync());
    const before = backend.memory().bytes;
    for (const view of views) view.dispose();
    expect(backend.memory().bytes).toBe(before);
    kept.dispose();
    expect(backend.memory().bytes).toBe(before - 4 * 64 * WIDTH);
    expect(() => views[1].sum()).toThrow(/has been freed: dispose\(\) was called on it/);
  });

  it("lives until dispose(), if it is kept then", async () => {
    await useBackend("wasm", { threads: 1 });
    const x = rand([64, WIDTH]);
    fillTheBudget();
    const { backend } = x;
    x.keep().sum().dataSync();
    fillTheBudget();
    const before = backend.memory().bytes;
    x.dispose();
    expect(backend.memory().bytes).toBe(before - 4 * 64 * WIDTH);
  });

  onEachBackend("is read, computed with and changed like anything else", async (backend) => {
    const w = tensor([2], [1], { requiresGrad: true });
    const x = rand([16, WIDTH]);
    const [early, copied] = [x.mul(w).exp(), zeros([16, WIDTH])];
    const expected = await early.data();
    const held = backend.memory().storages;
    // Two MiB each: three times the limit, if all were held.
    for (let i = 0; i < 90; i++)
      await zeros([512 * 1024])
        .add(1)
        .mul(i)
        .data();
    expect(backend.memory().bytes).toBeLessThan(LIMIT);
    expect(backend.memory().storages).toBeLessThan(held + 90);
    copied.copyFrom(early);
    expect(await copied.data()).toEqual(expected);
    early.sum().backward();
    const slope = x.mul(early).sum();
    expectClose(await w.grad!.data(), await slope.data(), 0.1, "the gradient");
  });

  it("goes aside before an allocation fails, and the failure says how much is in use", async () => {
    await useBackend("wasm", { threads: 1 });
    expect(() => zeros([2 ** 30])).toThrow(
      /^wasm: cannot allocate 4.00 GiB: .* in use by \d+ blocks, and no free piece is larger/,
    );
  });
});

describe("what is aside is counted", () => {
  it("and refused beyond a limit, with what it is and what to write", () => {
    const aside = new PutAside(16 * MiB);
    aside.check(0);
    const held = Array.from({ length: 20 }, () => new Float32Array(MiB / 4));
    const tensors = held.map(({ length }) => ({ origin: "relu", shape: [length], size: length }));
    for (const tensor of tensors) aside.add(tensor, 3);
    aside.add({ origin: "mul", shape: [600, 500], size: 300_000 }, 5);
    expect(() => aside.check(10)).toThrow(
      /^the program holds on to 0.0 GiB .* Put aside: 20 × relu \[262144\], 20 MiB, the oldest made 7 steps ago; 1 × mul/,
    );
    expect(held.length).toBe(20);
  });

  it("but the arrays of the program's own are not", () => {
    const held = Array.from({ length: 20 }, () => new Float32Array(MiB / 4));
    const aside = new PutAside(16 * MiB);
    aside.check(0);
    expect(held.length).toBe(20);
  });
});

describe("a graph that was let go", () => {
  it("says so, and what to write", async () => {
    await useBackend("wasm", { threads: 1 });
    const x = tensor([1, 2], [2], { requiresGrad: true });
    const kept: Tensor[] = [];
    scope(() => void kept.push(x.exp().sum().keep()));
    expect(() => kept[0].backward()).toThrow(
      "backward: this graph has been let go (at exp): the scope that it was made in is over. " +
        "Call backward() inside, or return the loss from there.",
    );
  });
});
