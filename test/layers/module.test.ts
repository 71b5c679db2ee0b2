/** Module: names and order of its state, modes, printing, and loading all or nothing. */

import { beforeEach, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { ConvTranspose2d } from "../../src/layers/conv-transpose2d.js";
import { Conv1d } from "../../src/layers/conv1d.js";
import { Conv2d } from "../../src/layers/conv2d.js";
import { Dropout } from "../../src/layers/dropout.js";
import { Embedding } from "../../src/layers/embedding.js";
import { GroupNorm } from "../../src/layers/group-norm.js";
import { GRU } from "../../src/layers/gru.js";
import { Identity } from "../../src/layers/identity.js";
import { LayerNorm } from "../../src/layers/layer-norm.js";
import { Linear } from "../../src/layers/linear.js";
import { frozen } from "../../src/layers/look-inside.js";
import { LSTM } from "../../src/layers/lstm.js";
import { type AnyModule, Module } from "../../src/layers/module.js";
import { MultiheadAttention } from "../../src/layers/multihead-attention.js";
import { PReLU } from "../../src/layers/prelu.js";
import { Sequential } from "../../src/layers/sequential.js";
import type { StateDict } from "../../src/layers/state-dict.js";
import { summary } from "../../src/layers/summary.js";
import { TransformerEncoderLayer } from "../../src/layers/transformer-encoder-layer.js";
import { Net1 } from "../../src/nets/net1.js";
import { ArgumentError } from "../../src/tensor/arguments.js";
import { withBackend } from "../../src/tensor/backend/current-backend.js";
import { createJsBackend } from "../../src/tensor/backend/js/js.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { full, ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { indexSelect } from "../../src/tensor/ops/movement/index-select.js";
import { relu } from "../../src/tensor/ops/pointwise.js";
import { manualSeed } from "../../src/tensor/random.js";
import { noGrad } from "../../src/tensor/scope.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import { onEachBackend } from "../targets.js";

/** A child before the module's own parameter and buffer, to see that the own ones still come first. */
class Scaled extends Module {
  readonly body = new Sequential(new Linear(3, 2), relu, new Dropout(0.1), new Linear(2, 1, { bias: false }));
  readonly scale = new Parameter(ones([1]));
  readonly calls = this.registerBuffer("calls", zeros([]));
  /** Not learned, not registered: no part of the state. */
  readonly offset = full([1], 5);

  forward(x: Tensor): Tensor {
    return this.body.forward(x).mul(this.scale);
  }
}

const SHAPES = {
  scale: [1],
  calls: [],
  "body.0.weight": [2, 3],
  "body.0.bias": [2],
  "body.3.weight": [1, 2],
};

const names = (entries: Iterable<readonly [string, unknown]>) => Array.from(entries, ([name]) => name);
const numbersOf = (model: Module) =>
  Promise.all(
    Object.entries(model.stateDict()).map(async ([name, value]) => [name, [...(await value.data())]] as const),
  );

beforeEach(async () => {
  await useBackend("js");
  manualSeed(1);
});

describe("what belongs to a module", () => {
  it("is found by itself: its own parameters, then buffers, then those of the children, in PyTorch's names", () => {
    const model = new Scaled();
    expect(names(model.namedParameters())).toEqual(["scale", "body.0.weight", "body.0.bias", "body.3.weight"]);
    expect(names(model.namedBuffers())).toEqual(["calls"]);
    expect(names(model.children())).toEqual(["body"]);
    expect(Object.entries(model.stateDict()).map(([name, { shape }]) => [name, shape])).toEqual(Object.entries(SHAPES));
    expect(model.parameters()).toEqual(Array.from(model.namedParameters(), ([, parameter]) => parameter));
    expect(model.buffers()).toEqual([model.calls]);
    expect(model.parameterCount()).toBe(1 + 6 + 2 + 2);
  });

  it("counts once where it is shared, but is saved under each of its names", () => {
    const shared = new Linear(2, 2);
    const model = new Sequential(shared, relu, shared);
    expect(names(model.namedParameters())).toEqual(["0.weight", "0.bias"]);
    expect([model.parameters().length, model.parameterCount()]).toEqual([2, 6]);
    expect(Object.keys(model.stateDict())).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
  });

  it("outlives the scope it was made in", async () => {
    const model = noGrad(() => new Scaled());
    const norm = noGrad(() => new BatchNorm2d(2));
    expect(names(await numbersOf(model))).toEqual(Object.keys(SHAPES));
    expect((await numbersOf(norm))[2]).toEqual(["running_mean", [0, 0]]);
  });

  it("has its mode set all the way down, and gives itself back", () => {
    const model = new Scaled();
    const modes = () => [...model.modules()];
    expect(modes()).toEqual([model, model.body, ...Array.from(model.body.children(), ([, child]) => child)]);
    expect(modes().every(({ training }) => training)).toBe(true);
    expect(model.eval()).toBe(model);
    expect(modes().some(({ training }) => training)).toBe(false);
    expect(model.train()).toBe(model);
    expect(modes().every(({ training }) => training)).toBe(true);
  });

  it("has its mode set by assigning it, too", () => {
    const model = new Scaled();
    model.training = false;
    expect(model.modules().some(({ training }) => training)).toBe(false);
    expect(() => {
      model.training = "yes" as never;
    }).toThrow('Scaled: training must be true or false, got "yes"');
  });

  it("goes back to the modes that its parts had, one by one", () => {
    const model = new Scaled();
    model.body.eval();
    (model.body.layers[2] as Dropout).train();
    const before = model.modules().map(({ training }) => training);
    const restore = model.modes();
    model.train();
    restore();
    expect(model.modules().map(({ training }) => training)).toEqual(before);
    expect(before).toEqual([true, false, false, true, false]);
  });
});

describe("names that there are not", () => {
  const set = (module: object, name: string, value: unknown) => () => Object.assign(module, { [name]: value });

  it("are refused by this library's layers, which would not look at them", () => {
    for (const [layer, name] of [
      [new Conv2d(1, 1, 1), "stride"],
      [new BatchNorm2d(1), "momentum"],
      [new BatchNorm2d(1), "running_mean"],
      [new Dropout(0.5), "training_"],
      [new Sequential(relu), "0"],
      [new LSTM(1, 1), "hiddenSize"],
      [new GRU(1, 1), "batchFirst"],
      [new GRU(1, 1, { bias: false }), "bias_ih_l0"],
    ] as const) {
      const who = layer.constructor.name;
      expect(set(layer, name, 1), `${who}.${name}`).toThrow(new RegExp(`^${who} has no property ${name}: `));
    }
  });

  it("are a model's own business, but for what is a slip", () => {
    const model = new Scaled();
    expect(set(model, "note", "mine")).not.toThrow();
    expect(set(new (class extends Linear {})(1, 1), "note", "mine")).not.toThrow();
    for (const name of ["traning", "Training"]) {
      expect(set(model, name, false)).toThrow(`Scaled has no property ${name}: write model.train() or model.eval()`);
    }
  });
});

describe("the parameters of this library's layers", () => {
  it.each<[name: string, layer: AnyModule, parameter: string]>([
    ["Linear", new Linear(2, 2), "weight"],
    ["a bias that there is not", new Linear(2, 2, { bias: false }), "bias"],
    ["Conv1d", new Conv1d(1, 1, 1), "weight"],
    ["Conv2d", new Conv2d(1, 1, 1), "weight"],
    ["ConvTranspose2d", new ConvTranspose2d(1, 1, 1), "weight"],
    ["BatchNorm2d", new BatchNorm2d(2), "weight"],
    ["GroupNorm", new GroupNorm(1, 2), "weight"],
    ["LayerNorm", new LayerNorm([2]), "weight"],
    ["Embedding", new Embedding(2, 2), "weight"],
    ["PReLU", new PReLU(), "weight"],
    ["LSTM", new LSTM(1, 1), "weight_ih_l0"],
    ["GRU", new GRU(1, 1), "bias_hh_l0"],
    ["MultiheadAttention", new MultiheadAttention(2, 1), "in_proj_weight"],
  ])("are parameters: %s", (_, layer, name) => {
    const before = (layer as unknown as Record<string, unknown>)[name];
    expect(() => Object.assign(layer, { [name]: ones([2]) })).toThrow(`${name} must be a Parameter, got a Tensor [2]`);
    expect((layer as unknown as Record<string, unknown>)[name]).toBe(before);
    const next = new Parameter(ones([2]));
    Object.assign(layer, { [name]: next });
    expect(layer.parameters()).toContain(next);
  });
});

describe("the modules in this library's layers", () => {
  const layer = () => new TransformerEncoderLayer(2, 1, { dimFeedforward: 2 });
  const parts = layer().children().concat(new MultiheadAttention(2, 1).children());

  it.each(names(parts))("are modules: %s", (name) => {
    const owner: AnyModule = name === "out_proj" ? new MultiheadAttention(2, 1) : layer();
    const set = (value: unknown) => () => Object.assign(owner, { [name]: value });
    for (const wrong of [(x: Tensor) => x, ones([2]), null, Linear]) {
      expect(set(wrong)).toThrow(`${owner.constructor.name}: ${name} must be a module, got `);
    }
    const next = new Identity();
    set(next)();
    expect(new Map(owner.children()).get(name)).toBe(next);
  });
});

describe("what a class has under a name of Module's", () => {
  const made = (members: object): Scaled => {
    const model = new Scaled();
    // As a class's own fields are: defined, not set.
    for (const [name, value] of Object.entries(members))
      Object.defineProperty(model, name, { value, enumerable: true });
    return model;
  };
  const methods = Object.getOwnPropertyNames(Module.prototype).filter(
    (name) => name !== "constructor" && typeof (new Scaled() as never)[name] === "function",
  );
  /** What is called before anybody can look: JavaScript says that they are no functions. */
  const called = ["parameters", "namedParameters", "stateDict"];

  it.each(methods.filter((name) => !called.includes(name)))("is refused where it is no method: %s", (name) => {
    for (const use of [(model: Module) => model.parameters(), (model: Module) => model.stateDict()]) {
      const message = `Scaled.${name} hides what every module has by that name: give yours another one`;
      expect(() => use(made({ [name]: 12 }))).toThrow(new ArgumentError(message));
    }
  });

  it("is refused where it hides the mode", () => {
    expect(() => made({ training: true }).parameters()).toThrow("Scaled.training hides what every module has");
  });

  it("may be a function, and a title of its own", () => {
    expect(made({ describe: () => "mine", title: "Mine" }).parameters()).toHaveLength(4);
  });

  it("is refused where train sets no mode, in the model or in a part of it", () => {
    class Trained extends Scaled {
      override train(): this {
        return this;
      }
    }
    class Whole extends Module {
      readonly part = new Trained();
      forward(x: Tensor): Tensor {
        return this.part.forward(x);
      }
    }
    const message =
      "Trained.train stands in the place of the train(mode) that eval(), fit and predict call: " +
      "call super.train(mode) in it, or give it another name";
    for (const use of [() => new Trained().eval(), () => new Whole().eval(), () => new Whole().train()]) {
      expect(use).toThrow(new ArgumentError(message));
    }
    expect(() => frozen(new Trained(), () => {})).toThrow(message);
    class Learning extends Scaled {
      // @ts-expect-error TypeScript sees it, JavaScript does not
      override async train(data: unknown): Promise<never> {
        throw new TypeError(`${data} is not iterable`);
      }
    }
    expect(() => new Learning().eval()).toThrow("Learning.train stands in the place of");
  });

  it("is refused where no forward is there", () => {
    // @ts-expect-error TypeScript sees it, JavaScript does not
    class Called extends Module {
      call(x: Tensor): Tensor {
        return x;
      }
    }
    const make = () => new Sequential(new Called());
    expect(make).toThrow(
      "Sequential: layer 0 must be a module or a function, got a Called; it has no method forward(x)",
    );
  });

  it("is refused where a buffer is no tensor", () => {
    class Counting extends Scaled {
      override readonly calls = this.registerBuffer("calls", 0 as never);
    }
    expect(() => new Counting()).toThrow("registerBuffer: value must be a tensor, got 0; tensor(…) makes one of it");
  });

  it("is refused where a model is to be frozen, which its parameters are", () => {
    const message = "write for (const p of model.parameters()) p.requiresGrad = false";
    for (const model of [new Scaled(), new Linear(1, 1)]) {
      for (const name of ["requiresGrad", "requires_grad"]) {
        expect(() => Object.assign(model, { [name]: false })).toThrow(message);
      }
      expect(() => (model as unknown as { requires_grad_: unknown }).requires_grad_).toThrow(message);
    }
  });

  it("may be a train that keeps a part as it is", () => {
    class Half extends Scaled {
      override train(mode = true): this {
        super.train(mode);
        this.body.eval();
        return this;
      }
    }
    const model = new Half().eval().train();
    expect([model.training, model.body.training]).toEqual([true, false]);
  });

  it("may be an eval: predict and evaluate do not call it", () => {
    class Measured extends Scaled {
      override eval(): never {
        throw new Error("not this");
      }
    }
    expect(frozen(new Measured(), () => "done")).toBe("done");
  });
});

describe("parts in lists, maps and objects", () => {
  class Deep extends Module {
    readonly layers = [new Linear(2, 3), relu, [new BatchNorm2d(3)], new Linear(3, 2, { bias: false })];
    readonly heads = { left: new Linear(2, 1, { bias: false }), size: 3 };
    readonly byName = new Map([["a", new Dropout(0.5)]]);
    readonly scales = [new Parameter(ones([1])), new Parameter(ones([2]))];
    readonly offset = new Parameter(ones([3]));

    forward(x: Tensor): Tensor {
      return x;
    }
  }

  it("are found, under PyTorch's names", () => {
    const model = new Deep();
    const all = [
      ...["offset", "scales.0", "scales.1", "layers.0.weight", "layers.0.bias", "layers.2.0.weight"],
      ...["layers.2.0.bias", "layers.3.weight", "heads.left.weight"],
    ];
    expect(names(model.namedParameters())).toEqual(all);
    expect(names(model.namedBuffers())).toEqual(
      ["running_mean", "running_var", "num_batches_tracked"].map((name) => `layers.2.0.${name}`),
    );
    expect(names(model.children())).toEqual(["layers.0", "layers.2.0", "layers.3", "heads.left", "byName.a"]);
    model.eval();
    expect(model.modules().map(({ training }) => training)).toEqual(Array(6).fill(false));
    const parameters = model.parameters();
    for (const parameter of parameters) parameter.grad = zeros(parameter.shape);
    model.zeroGrad();
    expect(parameters.every(({ grad }) => grad === null)).toBe(true);
    const lines = `${model}`.split("\n");
    expect(lines.slice(0, 2)).toEqual([
      "Deep(  offset [3]  scales.0 [1]  scales.1 [2]",
      "  (layers.0): Linear(2, 3)  weight [3, 2]  bias [3]",
    ]);
  });

  it("are found in a subclass of Sequential, beside its layers", () => {
    class Headed extends Sequential {
      readonly head = new Linear(3, 2, { bias: false });
    }
    const model = new Headed(new Linear(2, 3, { bias: false }), relu);
    expect(names(model.namedParameters())).toEqual(["0.weight", "head.weight"]);
    expect(`${model}`.split("\n")[3]).toBe("  (head): Linear(3, 2, bias=false)  weight [2, 3]");
  });

  it("may be walked again: names come as arrays", () => {
    const model = new Deep();
    for (const list of [model.namedParameters(), model.namedBuffers(), model.namedModules(), model.children()]) {
      expect([...list]).toEqual([...list]);
      expect(list.length).toBeGreaterThan(0);
    }
  });
});

describe("a child that points to its parent", () => {
  class Child extends Module {
    readonly own = new Linear(1, 1, { bias: false });
    parent: Module | undefined;
    readonly siblings: Module[] = [];
    forward(x: Tensor): Tensor {
      return this.own.forward(x);
    }
  }
  class Parent extends Module {
    readonly child = new Child();
    forward(x: Tensor): Tensor {
      return this.child.forward(x);
    }
  }

  it("changes nothing in what the parent has", async () => {
    const [plain, model] = [new Parent(), new Parent()];
    model.child.parent = model;
    model.child.siblings.push(model.child);
    expect(Object.keys(model.stateDict())).toEqual(Object.keys(plain.stateDict()));
    expect(names(model.namedModules())).toEqual(["", "child", "child.own"]);
    expect(`${model}`).toBe(`${plain}`);
    model.loadStateDict(plain.stateDict());
    expect(await numbersOf(model)).toEqual(await numbersOf(plain));
    model.eval();
    expect(model.modules().map(({ training }) => training)).toEqual([false, false, false]);
    expect(model.train().child.own.training).toBe(true);
    expect(summary(model, [1, 1]).layers.map(({ name }) => name)).toEqual(["child.own"]);
  });
});

describe("forward", () => {
  it("takes and gives what the module says: integers, several tensors", () => {
    class Lookup extends Module<[ids: Int32Array]> {
      readonly table = new Parameter(tensor([1, 2, 3, 4], [2, 2]));
      forward(ids: Int32Array): Tensor {
        return indexSelect(this.table, 0, ids);
      }
    }
    class Mixed extends Module<[a: Tensor, b: Tensor, c: Tensor], Tensor[]> {
      forward(a: Tensor, b: Tensor, c: Tensor): Tensor[] {
        return [a.add(b), c];
      }
    }
    class Both extends Module<[ids: Int32Array]> {
      readonly lookup = new Lookup();
      readonly mixed = new Mixed();
      forward(ids: Int32Array): Tensor {
        const x = this.lookup.forward(ids);
        const [sum, last] = this.mixed.forward(x, x, x);
        return sum.mul(last);
      }
    }
    expect(names(new Both().namedParameters())).toEqual(["lookup.table"]);
    expect([...new Both().forward(Int32Array.of(1, 0)).dataSync()]).toEqual([18, 32, 2, 8]);
    const chain = new Sequential(new Lookup(), new Linear(2, 1), relu);
    const whole: Module<[Int32Array]> = chain;
    expect(whole.forward(Int32Array.of(1, 1, 0)).shape).toEqual([3, 1]);
    // @ts-expect-error a module that takes integers takes no tensor
    const ofTensors: Module = chain;
    expect(ofTensors).toBe(chain);
  });
});

describe("zeroGrad", () => {
  onEachBackend("frees every gradient, and what is left of the graph", (backend) => {
    const model = new Scaled();
    const x = ones([4, 3]);
    const before = backend.memory().storages;
    const loss = model.forward(x).sum();
    loss.backward();
    expect(model.parameters().every(({ grad }) => grad)).toBe(true);
    loss.dispose();
    model.zeroGrad();
    expect(model.parameters().map(({ grad }) => grad)).toEqual([null, null, null, null]);
    // Where the device is not the host, small values of a walked graph stay for a while.
    expect(backend.memory().storages).toBeLessThanOrEqual(before + (backend.readSync ? 0 : 2));
  });
});

describe("a printed model", () => {
  it("shows its layers, functions, options and the shapes of its parameters", () => {
    class Head extends Module {
      readonly norm = new BatchNorm2d(2);
      readonly body = new Sequential(new Conv2d(2, 4, [3, 1], { padding: 1, groups: 2, bias: false }), relu);
      forward(x: Tensor): Tensor {
        return this.body.forward(this.norm.forward(x));
      }
    }
    const model = new Sequential(new Conv2d(3, 2, 5), new Head(), new Dropout(0.25), (x) => x.mul(2));
    expect(`${model}`).toBe(
      [
        "Sequential(",
        "  (0): Conv2d(3, 2, kernelSize=5)  weight [2, 3, 5, 5]  bias [2]",
        "  (1): Head(",
        "    (norm): BatchNorm2d(2, eps=0.00001, momentum=0.1)  weight [2]  bias [2]",
        "    (body): Sequential(",
        "      (0): Conv2d(2, 4, kernelSize=[3,1], padding=1, groups=2, bias=false)  weight [4, 1, 3, 1]",
        "      (1): relu",
        "    )",
        "  )",
        "  (2): Dropout(0.25)",
        "  (3): (x) => x.mul(2)",
        ")",
        "168 parameters",
      ].join("\n"),
    );
    expect(`${new Linear(3, 2)}`).toBe("Linear(3, 2)  weight [2, 3]  bias [2]\n8 parameters");
  });

  it("says how many parameters Net #1 has", () => {
    const lines = `${new Net1()}`.split("\n");
    expect(lines[0]).toBe("Net1(");
    expect(lines.at(-1)).toBe("402,770 parameters");
  });
});

describe("stateDict and loadStateDict", () => {
  it("make another model the same, and stay apart from it", async () => {
    const [model, other] = [new Scaled(), new Scaled()];
    expect(await numbersOf(other)).not.toEqual(await numbersOf(model));
    other.loadStateDict(model.stateDict());
    expect(await numbersOf(other)).toEqual(await numbersOf(model));
    other.scale.copyFrom(tensor([9]));
    expect(await model.scale.item()).toBe(1);
  });

  it("share the numbers: a state shows what the module holds now", async () => {
    const model = new Scaled();
    const { scale } = model.stateDict();
    model.scale.copyFrom(tensor([9]));
    expect(await scale.item()).toBe(9);
    expect([scale.requiresGrad, scale.node]).toEqual([false, null]);
  });

  it("take nothing but the numbers, and leave the given state alive", async () => {
    const model = new Scaled();
    const state = { ...new Scaled().stateDict(), scale: tensor([3]) };
    const parameters = model.parameters();
    const before = memory().storages;
    model.loadStateDict(state);
    expect(memory().storages).toBe(before);
    expect(model.parameters()).toEqual(parameters);
    expect([await state.scale.item(), await model.scale.item()]).toEqual([3, 3]);
  });

  onEachBackend("overwrite NaN", async () => {
    const [model, broken] = [new BatchNorm2d(3), new BatchNorm2d(3)];
    for (const value of Object.values(broken.stateDict())) value.copyFrom(full(value.shape, Number.NaN));
    broken.loadStateDict(model.stateDict());
    expect(await numbersOf(broken)).toEqual(await numbersOf(model));
  });

  onEachBackend("come from another backend", async (backend) => {
    const model = new Scaled();
    await useBackend("js");
    const elsewhere = new Scaled();
    model.loadStateDict(elsewhere.stateDict());
    expect(await numbersOf(model)).toEqual(await numbersOf(elsewhere));
    expect(model.scale.backend).toBe(backend);
  });

  /** The full state of a fresh module, with some of it changed; `undefined` takes a name out. */
  const stateWith = (changes: Record<string, Tensor | undefined>) => {
    const entries = Object.entries({ ...new Scaled().stateDict(), ...changes });
    return Object.fromEntries(entries.filter(([, value]) => value)) as StateDict;
  };
  const wrong = {
    scale: undefined,
    "body.0.bias": undefined,
    extra: zeros([4]),
    "body.1.weight": zeros([2, 2]),
    "body.0.weight": zeros([3, 2]),
    "body.3.weight": zeros([2]),
  };

  it.each([
    [
      "everything at once",
      wrong,
      {},
      [
        "missing     scale [1]",
        "missing     body.0.bias [2]",
        "unexpected  extra [4]",
        "unexpected  body.1.weight [2, 2]",
        "misshapen   body.0.weight [3, 2], expected [2, 3]",
        "misshapen   body.3.weight [2], expected [1, 2]",
      ],
    ],
    ["a missing buffer", { calls: undefined }, {}, ["missing     calls []"]],
    ["as many numbers in another shape", { calls: zeros([1]) }, {}, ["misshapen   calls [1], expected []"]],
    [
      "wrong shapes even when not strict",
      wrong,
      { strict: false },
      [
        "misshapen   body.0.weight [3, 2], expected [2, 3]",
        "misshapen   body.3.weight [2], expected [1, 2]\n" +
          "To keep the model's own (a new head), take them out of the state first: " +
          'delete state["body.0.weight"]; delete state["body.3.weight"]',
      ],
    ],
  ])("refuse %s, and change nothing", async (_, changes, options, lines) => {
    const model = new Scaled();
    const before = await numbersOf(model);
    expect(() => model.loadStateDict(stateWith(changes), options)).toThrow(
      new Error(`loadStateDict: the state does not fit Scaled:\n  ${lines.join("\n  ")}`),
    );
    expect(await numbersOf(model)).toEqual(before);
  });

  it("take what is there when not strict", async () => {
    const model = new Scaled();
    const before = new Map(await numbersOf(model));
    const result = model.loadStateDict({ "body.0.bias": tensor([7, 8]), extra: zeros([4]) }, { strict: false });
    expect(await numbersOf(model)).toEqual([...before.set("body.0.bias", [7, 8])]);
    expect(result).toEqual({
      missing: ["scale", "calls", "body.0.weight", "body.3.weight"],
      unexpected: ["extra"],
    });
    expect(model.loadStateDict(model.stateDict())).toEqual({ missing: [], unexpected: [] });
  });

  it("refuse a state of which nothing matches, strict or not", () => {
    const state = { "module.body.0.bias": tensor([7, 8]) };
    expect(() => new Scaled().loadStateDict(state, { strict: false })).toThrow(
      "loadStateDict: the state has nothing of Scaled: its names are module.body.0.bias; " +
        "expected scale, calls, body.0.weight, … (5)",
    );
    expect(() => new Scaled().loadStateDict({}, { strict: false })).toThrow("its names are none");
    const three = { a: zeros([1]), b: zeros([1]), c: zeros([1]) };
    expect(() => new Scaled().loadStateDict(three, { strict: false })).toThrow("its names are a, b, c; expected scale");
  });

  it("take nothing for a model that has nothing", () => {
    expect(new Dropout(0.1).loadStateDict({}, { strict: false })).toEqual({ missing: [], unexpected: [] });
  });

  it("refuse names that all have something in front, and say how it is taken off", () => {
    const wrapped = Object.fromEntries(
      Object.entries(new Scaled().stateDict()).map(([name, value]) => [`module.${name}`, value]),
    );
    for (const strict of [true, false]) {
      expect(() => new Scaled().loadStateDict(wrapped, { strict })).toThrow(
        'loadStateDict: the state has every name of Scaled, with "module." in front: take that off first, ' +
          'Object.fromEntries(Object.entries(state).map(([name, value]) => [name.replace("module.", ""), value]))',
      );
    }
  });

  it("speak of names in front only where those of all are there, and nothing besides but in a checkpoint", () => {
    const named = (prefix: string) =>
      Object.fromEntries(Object.entries(new Scaled().stateDict()).map(([name, value]) => [prefix + name, value]));
    const load = (state: StateDict) => () => new Scaled().loadStateDict(state, { strict: false });
    expect(load({ ...named("module."), other: zeros([1]) })).toThrow("the state has nothing of Scaled");
    const { "module.body.3.weight": _, ...short } = named("module.");
    expect(load(short)).toThrow("the state has nothing of Scaled");
    const checkpoint = { "optimizer.step": zeros([1]), ...named("model.") };
    expect(load(checkpoint)).toThrow(
      'with "model." in front: a checkpoint has such names, and loadWeights(path, model)',
    );
  });

  it("refuse a module", () => {
    expect(() => new Scaled().loadStateDict(new Scaled() as never)).toThrow(/; its stateDict\(\) is one$/);
  });

  it("refuse what a file gives with its tensors", () => {
    const file = { tensors: new Scaled().stateDict(), metadata: {} };
    expect(() => new Scaled().loadStateDict(file as never)).toThrow(
      "got an object { tensors, metadata }; its tensors are one: what loadSafetensors returns has both",
    );
    for (const [name, value] of Object.entries(file)) {
      expect(() => new Scaled().loadStateDict({ [name]: value } as never)).toThrow(new RegExp(`{ ${name} }$`));
    }
  });

  it("refuse a released tensor, and one that cannot be fetched, and change nothing", async () => {
    const model = new Scaled();
    const before = await numbersOf(model);
    const released = zeros([1, 2]);
    released.dispose();
    expect(() => model.loadStateDict(stateWith({ "body.3.weight": released }))).toThrow("has been freed");
    const device = Object.defineProperty(createJsBackend(), "readSync", { value: undefined });
    const elsewhere = withBackend(device, () => zeros([1, 2]));
    expect(() => model.loadStateDict(stateWith({ "body.3.weight": elsewhere }))).toThrow(
      '"body.3.weight" is on js, which cannot be read at once; bring it to js first: await tensor.to("js")',
    );
    expect(await numbersOf(model)).toEqual(before);
  });
});
