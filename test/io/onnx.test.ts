/** exportOnnx: what onnxruntime-web makes of the file is what the model makes; what cannot be exported is named. */

import { fromBinary } from "@bufbuild/protobuf";
import * as ort from "onnxruntime-web";
import { beforeEach, describe, expect, it } from "vitest";
import { exportOnnx, type OnnxExportOptions } from "../../src/io/onnx/export.js";
import { RULES } from "../../src/io/onnx/rules.js";
import { modelSchema, type Proto } from "../../src/io/onnx/schema.js";
import { BatchNorm2d, batchNorm } from "../../src/layers/batch-norm.js";
import { Conv2d } from "../../src/layers/conv2d.js";
import { Dropout } from "../../src/layers/dropout.js";
import { GroupNorm } from "../../src/layers/group-norm.js";
import { Linear } from "../../src/layers/linear.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import { MaxPool2d } from "../../src/layers/max-pool2d.js";
import { Module } from "../../src/layers/module.js";
import { Normalize } from "../../src/layers/normalize.js";
import { Sequential } from "../../src/layers/sequential.js";
import { Net1 } from "../../src/nets/net1.js";
import { Net2 } from "../../src/nets/net2.js";
import { Net3 } from "../../src/nets/net3.js";
import { Adam } from "../../src/optim/adam.js";
import { record } from "../../src/tensor/autograd.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { rand } from "../../src/tensor/factories/drawn.js";
import { ones, zeros } from "../../src/tensor/factories/filled.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { conv2d } from "../../src/tensor/ops/conv2d.js";
import { dropout } from "../../src/tensor/ops/dropout.js";
import { cat } from "../../src/tensor/ops/movement/cat.js";
import { indexSelect } from "../../src/tensor/ops/movement/index-select.js";
import { reshape } from "../../src/tensor/ops/movement/reshape.js";
import { slice } from "../../src/tensor/ops/movement/slice.js";
import { moments, normalize } from "../../src/tensor/ops/normalize.js";
import { add, div, leakyRelu, mul, pow, relu } from "../../src/tensor/ops/pointwise.js";
import { avgPool2d } from "../../src/tensor/ops/pooling/avg-pool2d.js";
import { maxPool2d } from "../../src/tensor/ops/pooling/max-pool2d.js";
import { max, mean } from "../../src/tensor/ops/reduce.js";
import { expand, sum } from "../../src/tensor/ops/sum.js";
import { manualSeed } from "../../src/tensor/random.js";
import { noGrad } from "../../src/tensor/scope.js";
import { Parameter, type Tensor } from "../../src/tensor/tensor.js";
import { observe } from "../../src/tensor/trace.js";
import { hashed, imagesOf, initialized } from "../nets/hashed.js";
import { onEachBackend } from "../targets.js";
import { moments as channelMoments, ONNX_CASES } from "./onnx-cases.js";

ort.env.wasm.numThreads = 1;

/** What ONNX Runtime makes of an exported file. */
async function runOnnx(file: Uint8Array, x: Tensor): Promise<{ values: Float32Array; shape: readonly number[] }> {
  const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
  try {
    const { output } = await session.run({ input: new ort.Tensor("float32", await x.data(), [...x.shape]) });
    return { values: output.data as Float32Array, shape: output.dims };
  } finally {
    await session.release();
  }
}

/** Exports the model, and compares both on the input, whose batch size the export has not seen. */
async function expectSame(model: Module, x: Tensor, options: Partial<OnnxExportOptions> = {}): Promise<Uint8Array> {
  const file = await exportOnnx(model, { inputShape: x.shape.slice(1), ...options });
  const own = inEvaluation(model, x);
  const { values, shape } = await runOnnx(file, x);
  expect(shape).toEqual(own.shape);
  const expected = await own.data();
  const worst = Math.max(0, ...expected.map((value, i) => Math.abs(value - values[i]) / Math.max(1, Math.abs(value))));
  expect(worst).toBeLessThan(1e-4);
  return file;
}

function inEvaluation(model: Module, x: Tensor): Tensor {
  model.eval();
  const y = noGrad(() => model.forward(x));
  model.train();
  return y;
}

const opsetOf = (file: Uint8Array) => {
  const { irVersion, opsetImport } = fromBinary(modelSchema(), file) as Proto<"ModelProto">;
  return { opset: Number(opsetImport![0].version), irVersion: Number(irVersion) };
};
const graphOf = (file: Uint8Array) => (fromBinary(modelSchema(), file) as Proto<"ModelProto">).graph!;
const typesOf = (file: Uint8Array) => graphOf(file).node!.map(({ opType }) => opType);
const constantsOf = (file: Uint8Array) => graphOf(file).initializer!.map(({ name }) => name);

beforeEach(async () => {
  await useBackend("wasm", { threads: 1 });
  manualSeed(1);
});

it("what a model normalizes its inputs by goes into the file, under its names", async () => {
  const model = new Sequential(new Normalize([0.2, 0.5, 1], [0.5, 2, 0.1]), new Conv2d(3, 2, 3));
  const file = await expectSame(model, tensor(hashed(3, 2 * 3 * 25), [2, 3, 5, 5]));
  expect(constantsOf(file)).toEqual(expect.arrayContaining(["0.mean", "0.std", "1.weight", "1.bias"]));
});

describe("every operation gives the same in ONNX Runtime, for a batch of any size", () => {
  it.each(ONNX_CASES)("%s", async (_, shape, fn) => {
    const x = tensor(hashed(3, 7 * shape.reduce((a, b) => a * b, 1)), [7, ...shape]);
    await expectSame(new Sequential(fn), x);
  });

  it("is tested for each rule", () => {
    const seen = new Set<string>();
    for (const [, shape, fn] of ONNX_CASES)
      observe(
        ({ name }) => seen.add(name),
        () => fn(ones([2, ...shape])),
      );
    expect([...seen].sort()).toEqual([...RULES.keys()].sort());
  });

  it("in the lowest opset that has the operators", async () => {
    const opsets: Record<string, number> = {};
    for (const [name, shape, fn] of ONNX_CASES) {
      const { opset } = opsetOf(await exportOnnx(new Sequential(fn), { inputShape: shape }));
      if (opset > 13) opsets[name] = opset;
    }
    expect(opsets).toEqual({
      ...{ gelu: 20, "reshape with two sizes of the batch": 14, "reshape with nothing in it": 14 },
    });
  });

  it.each(ONNX_CASES)("in the newest opset: %s", async (_, shape, fn) => {
    const x = tensor(hashed(3, 7 * shape.reduce((a, b) => a * b, 1)), [7, ...shape]);
    const file = await expectSame(new Sequential(fn), x, { opset: 24 });
    expect(opsetOf(file)).toEqual({ opset: 24, irVersion: 12 });
  });

  it("also of a fixed size", async () => {
    const model = new Sequential((x) => mean(reshape(x, [2, 2, -1]), 0), relu);
    const file = await expectSame(model, tensor(hashed(3, 24), [4, 6]), { batch: 4 });
    const { input, output } = graphOf(file);
    const shapes = [input, output].map((info) =>
      info![0].type!.tensorType!.shape!.dim!.map(({ dimValue }) => dimValue),
    );
    expect(shapes).toEqual([
      [4n, 6n],
      [2n, 6n],
    ]);
    const nothing = new Sequential((x) => reshape(slice(x, 1, 0, 0), [4, 3, 0]));
    await expectSame(nothing, tensor(hashed(3, 24), [4, 2, 3]), { batch: 4 });
  });

  it("without a factor, where ONNX's mean over a window is the one that is wanted", async () => {
    const model = new Sequential((x) => avgPool2d(x, 2, { padding: 1 }));
    expect(typesOf(await expectSame(model, tensor(hashed(3, 32), [2, 1, 4, 4])))).toEqual(["AveragePool"]);
  });
});

/** A few steps of Adam: weights that differ, and moments that are not 0 and 1. */
function trained(model: Module, images: Tensor): Module {
  const optimizer = new Adam(model.parameters(), { lr: 1e-3 });
  const labels = Int32Array.from({ length: images.shape[0] }, (_, i) => i % 2);
  for (let step = 0; step < 3; step++) {
    optimizer.zeroGrad();
    nllLoss(model.forward(images), labels).backward();
    optimizer.step();
  }
  return model;
}

describe.each([
  ["Net1", 32, 2, () => new Net1()],
  ["Net2", 64, 2, () => new Net2()],
  ["Net3", 64, 6, () => new Net3()],
] as const)("%s", (_, size, norms, make) => {
  const images = () => tensor(imagesOf(1, 4, size), [4, 3, size, size]);

  it("untrained", async () => void (await expectSame(initialized(make()), images())));

  it("trained, with batch norms as they are and folded", async () => {
    const model = trained(initialized(make()), images());
    const file = await expectSame(model, images());
    const used = Object.keys(model.stateDict()).filter((name) => !name.endsWith("num_batches_tracked"));
    expect(constantsOf(file)).toEqual(expect.arrayContaining(used));
    expect(typesOf(file).filter((type) => type === "BatchNormalization")).toHaveLength(norms);
    expect(typesOf(file)).not.toContain("Dropout");
    const folded = await expectSame(model, images(), { foldBatchNorm: true });
    expect(typesOf(folded)).not.toContain("BatchNormalization");
    expect(constantsOf(folded).filter((name) => name!.endsWith(".folded"))).toHaveLength(2 * norms);
  });
});

describe("the file", () => {
  class Head extends Module {
    readonly conv = new Conv2d(2, 3, 3, { bias: false });
    readonly norm = new BatchNorm2d(3);
    readonly drop = new Dropout(0.4);
    readonly linear = new Linear(3, 2);

    forward(x: Tensor): Tensor {
      relu(relu(x)); // Read by nobody, the inner one by nothing that is read.
      const features = this.drop.forward(relu(this.norm.forward(this.conv.forward(x))));
      return this.linear.forward(mean(features, [2, 3])).add(tensor([0.5, 1]));
    }
  }
  const input = () => tensor(hashed(5, 7 * 2 * 5 * 5), [7, 2, 5, 5]);

  it("names its constants as the state dict does, and has nothing that nobody reads", async () => {
    const file = await expectSame(new Head(), input());
    expect(constantsOf(file)).toEqual([
      ...["conv.weight", "norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"],
      ...["2x3", "constant", "linear.weight", "linear.bias", "constant_1"],
    ]);
    expect(typesOf(file)).toEqual(
      ["Conv", "BatchNormalization", "Relu", "ReduceSum", "Div", "Gemm", "Add", "Add"], //
    );
  });

  it("folds a batch norm into a convolution without a bias, and one only that nobody else reads", async () => {
    expect(typesOf(await expectSame(new Head(), input(), { foldBatchNorm: true }))).not.toContain("BatchNormalization");
    const [conv, norm] = [new Conv2d(2, 3, 3), new BatchNorm2d(3, { eps: 0.5 })];
    const shared = new Sequential(conv, (y) => add(norm.eval().forward(y), y));
    expect(typesOf(await expectSame(shared, input(), { foldBatchNorm: true }))).toContain("BatchNormalization");
    const atTheEnd = new Sequential(conv, norm, new MaxPool2d(2));
    expect(typesOf(await expectSame(atTheEnd, input(), { foldBatchNorm: true }))).toEqual(["Conv", "MaxPool"]);
  });

  it.each<[what: string, module: () => Module]>([
    ["by which the input is normalized", () => new Sequential(new BatchNorm2d(2), new Conv2d(2, 3, 3))],
    ["behind something else than a convolution", () => new Sequential(new Conv2d(2, 3, 3), relu, new BatchNorm2d(3))],
    [
      "behind filters that are computed",
      () => {
        const [{ weight, bias }, norm] = [new Conv2d(2, 3, 3), new BatchNorm2d(3)];
        return new Sequential((x) => norm.eval().forward(conv2d(x, weight.mul(2), { bias: bias! })));
      },
    ],
    [
      "whose weights are computed",
      () => {
        const { weight, ...given } = channelMoments(3);
        return new Sequential(new Conv2d(2, 3, 3), (x) => batchNorm(x, { ...given, weight: weight!.add(1) }));
      },
    ],
  ])("leaves a batch norm as it is %s", async (_, make) => {
    const model = make();
    expect(typesOf(await expectSame(model, input(), { foldBatchNorm: true }))).toContain("BatchNormalization");
  });

  it("folds the batch norms behind one convolution that runs twice, each into its own run of it", async () => {
    const conv = new Conv2d(2, 2, 3, { groups: 2 });
    const norms = [0, 1].map((seed) => {
      const norm = new BatchNorm2d(2);
      norm.buffers()[0].copyFrom(tensor(hashed(seed, 2)));
      return norm.eval();
    });
    const file = await expectSame(new Sequential(conv, norms[0], conv, norms[1]), input(), { foldBatchNorm: true });
    expect(typesOf(file)).toEqual(["Conv", "Conv"]);
    expect(constantsOf(file)).toEqual(["0.weight.folded", "1.bias.folded", "0.weight.folded_1", "3.bias.folded"]);
  });

  it("does not fold what each image, or each batch, is normalized by itself", async () => {
    for (const norm of [new GroupNorm(2, 4), (y: Tensor) => normalize(y, moments(y))]) {
      const model = new Sequential(new Conv2d(2, 4, 3), norm);
      expect(typesOf(await expectSame(model, input(), { foldBatchNorm: true }))).toContain("ReduceMean");
    }
  });

  it("folds nothing else that reads a convolution's result and four constants", async () => {
    const constants = [1, 2, 3, 4].map((n) => ones([n, 3, 3, 3]));
    const model = new Sequential(new Conv2d(2, 3, 3), (y) => cat([y, ...constants], 0));
    expect(typesOf(await exportOnnx(model, { inputShape: [2, 5, 5], foldBatchNorm: true }))).toEqual([
      "Conv",
      "Concat",
    ]);
  });

  it("says how the output's sizes depend on the batch's", async () => {
    const sizesOf = async (fn: (x: Tensor) => Tensor) => {
      const { output } = graphOf(await exportOnnx(new Sequential(fn), { inputShape: [3] }));
      const dims = output![0].type!.tensorType!.shape!.dim!;
      return dims.map(({ dimParam, dimValue }) => dimParam || dimValue);
    };
    expect(await sizesOf((x) => reshape(x, [-1]))).toEqual(["3*batch"]);
    expect(await sizesOf((x) => cat([x, ones([1, 3])], 0))).toEqual(["batch+1", 3n]);
    expect(await sizesOf((x) => slice(x, 0, 1))).toEqual(["batch-1", 3n]);
    expect(await sizesOf((x) => slice(reshape(x, [-1]), 0, 2))).toEqual(["3*batch-2"]);
  });

  it("has parameters that are called as its input and its output are", async () => {
    class Scale extends Module {
      readonly input = new Parameter(tensor([2, 3]));
      readonly output = new Parameter(tensor([4, 5]));

      forward(x: Tensor): Tensor {
        return x.mul(this.input).add(this.output);
      }
    }
    const file = await expectSame(new Scale(), tensor(hashed(5, 14), [7, 2]));
    expect(constantsOf(file)).toEqual(["input_1", "output_1"]);
  });

  it("has a list of integers once, however many nodes read it", async () => {
    const model = new Sequential((x) => sum(sum(x, 1).relu(), 1));
    expect(constantsOf(await exportOnnx(model, { inputShape: [3, 4] }))).toEqual(["1"]);
  });

  it("uses a shared parameter once", async () => {
    const linear = new Linear(4, 4);
    const file = await expectSame(new Sequential(linear, relu, linear), tensor(hashed(5, 28), [7, 4]));
    expect(constantsOf(file)).toEqual(["0.weight", "0.bias"]);
  });

  it("says for whom it is: opset, metadata, shapes", async () => {
    const metadata = { classes: '["covered","bare"]', scaling: "1/255" };
    const file = await exportOnnx(new Head(), { inputShape: [2, 5, 5], metadata });
    const model = fromBinary(modelSchema(), file) as Proto<"ModelProto">;
    expect(model).toMatchObject({
      irVersion: 7n,
      producerName: "torchlet",
      opsetImport: [{ domain: "", version: 13n }],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    });
    const dims = model.graph!.input![0].type!.tensorType!.shape!.dim!;
    expect(dims.map(({ dimParam, dimValue }) => dimParam || dimValue)).toEqual(["batch", 2n, 5n, 5n]);
  });

  onEachBackend(
    "comes from every backend, leaves modes and draws as they are and frees what it made",
    async (backend) => {
      const model = new Head();
      const x = input();
      model.drop.eval();
      const before = backend.memory().storages;
      const file = await exportOnnx(model, { inputShape: [2, 5, 5] });
      expect(backend.memory().storages).toBe(before);
      const drawn = await rand([1]).data();
      manualSeed(1);
      expect(drawn).toEqual(await rand([1]).data());
      expect([model.training, model.norm.training, model.drop.training]).toEqual([true, true, false]);
      const { values } = await runOnnx(file, x);
      const expected = await inEvaluation(model, x).data();
      expect(Math.max(...values.map((value, i) => Math.abs(value - expected[i])))).toBeLessThan(1e-4);
    },
  );
});

describe("the opset", () => {
  const inputShape = [3, 4];

  it.each([
    [13, 7],
    [14, 7],
    [15, 8],
    [18, 8],
    [19, 9],
    [20, 9],
    [21, 10],
    [22, 10],
    [23, 11],
  ])("%i has the file format %i, and all that is exported", async (opset, irVersion) => {
    const model = new Sequential((x) => div(max(x, 1, { keepdim: true }).reshape([-1, 2, 2]), 3), relu);
    const file = await expectSame(model, tensor(hashed(3, 84), [7, 3, 4]), { opset });
    expect(opsetOf(file)).toEqual({ opset, irVersion });
  });

  it("is high enough for each operator: the maximum beside a gelu has the form of that opset", async () => {
    const file = await expectSame(new Sequential((x) => max(x.gelu(), 1)), tensor(hashed(3, 84), [7, 3, 4]));
    expect(opsetOf(file)).toEqual({ opset: 20, irVersion: 9 });
  });

  it("that is too low is an error, which names the operator", async () => {
    const refusal = (opset: number, fn: (x: Tensor) => Tensor) =>
      exportOnnx(new Sequential(fn), { inputShape, opset }).catch((error: Error) => error.message);
    expect(await refusal(17, (x) => x.gelu())).toBe(
      "exportOnnx: Sequential with an input [N, 3, 4]: ONNX has Gelu from opset 20 on, and opset is 17; without the " +
        "option, it is the lowest that will do",
    );
    expect(
      await refusal(13, (x) => x.sum(1).matmul(x.sum(1), { transB: true }).reshape([x.shape[0], 1, x.shape[0]])),
    ).toContain("ONNX has Reshape.allowzero from opset 14 on, and opset is 13");
  });

  it.each([12, 25, 13.5])("%d is none that can be written", async (opset) => {
    await expect(exportOnnx(new Sequential(relu), { inputShape, opset })).rejects.toThrow(
      new RangeError(`exportOnnx: opset must be an integer from 13 to 24, got ${opset}`),
    );
  });
});

describe("the numbers", () => {
  onEachBackend("are those of the moment of the call", async () => {
    const model = new Sequential(new Linear(2, 2));
    const expected = await exportOnnx(model, { inputShape: [2] });
    const exporting = exportOnnx(model, { inputShape: [2] });
    for (const parameter of model.parameters()) parameter.copyFrom(zeros(parameter.shape));
    expect(await exporting).toEqual(expected);
    expect(await exportOnnx(model, { inputShape: [2] })).not.toEqual(expected);
  });
});

describe("what cannot be exported is named", () => {
  const own = (x: Tensor) =>
    record("swirl", [x], x.shape, x.backend.upload(new Float32Array(x.size)), () => [() => zeros(x.shape)], []);
  const anew = (name: string, shape: string) =>
    `${name} reads a tensor ${shape} that forward makes anew, from the input's values, the batch's size or at random; ` +
    "only constants can be exported";

  it.each<[what: string, fn: (x: Tensor) => Tensor, reason: string]>([
    ["an operation of the user's", own, "swirl cannot be exported: ONNX export has no rule for this operation"],
    [
      "a dropout that drops",
      (x) => dropout(x, 0.5),
      "dropoutMask cannot be exported: ONNX export has no rule for this operation",
    ],
    ["the moments of another tensor", (x) => normalize(x, moments(x.neg())), anew("normalize", "[3]")],
    ["random numbers", (x) => add(x, rand([3])), anew("add", "[3]")],
    ["a number made of the batch's size", (x) => mean(x, 0), anew("div", "[]")],
    [
      "a table as long as the batch",
      (x) =>
        add(
          x,
          tensor(
            Float32Array.from({ length: x.shape[0] }, (_, i) => i),
            [x.shape[0], 1],
          ),
        ),
      anew("add", "[2, 1]"),
    ],
    ["numbers read in forward", (x) => mul(x, x.dataSync()[0]), anew("mul", "[]")],
    [
      "a way that depends on the numbers",
      (x) => (x.shape[0] > 2 ? relu(x) : x.neg()),
      "neg is not the same in every run of forward",
    ],
    [
      "a longer way for a larger batch",
      (x) => (x.shape[0] > 2 ? relu(x).neg() : relu(x)),
      "the output is not the same in every run of forward",
    ],
    [
      "a shorter way for a larger batch",
      (x) => (x.shape[0] > 2 ? relu(x) : relu(x).neg()),
      "neg is not the same in every run of forward",
    ],
    [
      "as many indices as images",
      (x) =>
        indexSelect(
          x,
          0,
          Array.from({ length: x.shape[0] }, () => 0),
        ),
      "indexSelect is not the same in every run of forward",
    ],
    [
      "a size that is the batch's square",
      (x) => expand(sum(x), [x.shape[0] ** 2]),
      "expand is not the same in every run of forward",
    ],
    [
      "an exponent that depends on the batch's size",
      (x) => pow(x, x.shape[0] + 1),
      "pow cannot be exported: a number it is given depends on the batch's size",
    ],
    [
      "a slope that depends on the batch's size",
      (x) => leakyRelu(x, x.shape[0] / 10),
      "leakyRelu is not the same in every run of forward",
    ],
    [
      "a choice that depends on the batch's size",
      (x) => x.matmul(ones([3, 3]), { transB: x.shape[0] > 2 }),
      "matmul is not the same in every run of forward",
    ],
    [
      "a window of the batch's size",
      (x) => maxPool2d(reshape(x, [1, 1, -1, 3]), [x.shape[0], 1]),
      "maxPool2d cannot be exported: a number it is given depends on the batch's size",
    ],
    [
      "a stride of the batch's size",
      (x) => conv2d(reshape(x, [1, 1, -1, 3]), ones([1, 1, 1, 1]), { stride: [x.shape[0], 1] }),
      "conv2d cannot be exported: ONNX's Conv has the same strides for every batch",
    ],
  ])("%s", async (_, fn, reason) => {
    const model = new Sequential(fn);
    const before = memory().storages;
    await expect(exportOnnx(model, { inputShape: [3] })).rejects.toThrow(
      new Error(`exportOnnx: Sequential with an input [N, 3]: ${reason}`),
    );
    expect([memory().storages, model.training]).toEqual([before, true]);
  });

  it("an input that does not fit", async () => {
    await expect(exportOnnx(new Sequential(new Linear(4, 2)), { inputShape: [3] })).rejects.toThrow(
      /^exportOnnx: Sequential with an input \[N, 3\]: Linear\(4, 2\): expected an input \[..., 4\]/,
    );
    const half = new Sequential(new Linear(3, 2), new Linear(4, 2));
    const before = memory().storages;
    const refused = exportOnnx(half, { inputShape: [3] });
    await expect(refused).rejects.toThrow("Linear(4, 2): expected an input");
    await expect(refused, "with the stack of what forward threw").rejects.toHaveProperty("cause.name", "ShapeError");
    expect(memory().storages).toBe(before);
    await expect(exportOnnx(new Sequential(relu), { inputShape: [3], batch: 0 })).rejects.toThrow(
      new RangeError("exportOnnx: batch must be a positive integer, got 0"),
    );
  });
});
