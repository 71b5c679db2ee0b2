/** The summary of a model: its numbers against those the nets are known to have, and PyTorch's way to count. */

import { describe, expect, it, onTestFinished } from "vitest";
import {
  add,
  Conv2d,
  Dropout,
  flatten,
  Linear,
  LSTM,
  Module,
  matmul,
  memory,
  Net1,
  Net2,
  ones,
  Parameter,
  relu,
  Sequential,
  summary,
  type Tensor,
  useBackend,
} from "../../src/index.js";

describe("summary", () => {
  it("of Net #1", () => {
    const { layers, parameters, flops } = summary(new Net1(), [1, 3, 32, 32]);
    expect(parameters).toBe(402_770);
    // 2·C·kH·kW·O·H·W of each convolution, 2·in·out of the linear layer.
    expect(layers.map((layer) => layer.flops).filter((n) => n > 0)).toEqual([
      2 * 3 * 25 * 8 * 1024,
      2 * 8 * 9 * 16 * 1024,
      2 * 16 * 9 * 32 * 1024,
      2 * 32 * 9 * 64 * 1024,
      2 * 64 * 9 * 128 * 256,
      2 * 128 * 9 * 256 * 64,
      2 * 4096 * 2,
    ]);
    expect(Math.round(flops / 1e6)).toBe(126);
    expect(layers.reduce((sum, layer) => sum + layer.parameters, 0)).toBe(402_770);
    expect(layers.map(({ name, title, outShape }) => `${name} ${title} ${outShape}`).slice(6, 12)).toEqual([
      "6 Conv2d(32, 64, kernelSize=3, padding=1) 1,64,32,32",
      "7 BatchNorm2d(64, eps=0.00001, momentum=0.1) 1,64,32,32",
      " relu 1,64,32,32",
      "9 MaxPool2d(kernelSize=2) 1,64,16,16",
      "10 Conv2d(64, 128, kernelSize=3, padding=1) 1,128,16,16",
      "11 MaxPool2d(kernelSize=2) 1,128,8,8",
    ]);
    expect(layers.at(-1)).toMatchObject({ title: "logSoftmax", outShape: [1, 2] });
  });

  it("of Net #2, whose dropout does nothing here but has its rows", () => {
    const { layers, parameters, flops } = summary(new Net2(), [1, 3, 64, 64]);
    expect(parameters).toBe(1_814_866);
    expect((flops / 1e9).toFixed(2)).toBe("2.18");
    const dropped = layers.filter(({ title }) => title.startsWith("Dropout"));
    expect(dropped.map(({ outShape }) => outShape)).toEqual([
      [1, 32, 64, 64],
      [1, 32768],
    ]);
  });

  it("counts for the whole batch, groups as what they leave out, and transposed factors", () => {
    const one = summary(new Net1(), [1, 3, 32, 32]).flops;
    expect(summary(new Net1(), [5, 3, 32, 32]).flops).toBe(5 * one);
    const grouped = new Conv2d(4, 6, 3, { groups: 2, stride: 2 });
    expect(summary(grouped, [1, 4, 7, 7]).flops).toBe(2 * 6 * 9 * (9 * 2));
    class Transposed extends Module {
      readonly weight = new Parameter(ones([4, 5]));
      forward(x: Tensor): Tensor {
        return matmul(x, this.weight, { transA: true });
      }
    }
    expect(summary(new Transposed(), [4, 3]).flops).toBe(2 * 3 * 4 * 5);
  });

  it("sees through modules of one's own, and counts what is shared once", () => {
    class Residual extends Module {
      readonly conv = new Conv2d(3, 3, 3, { padding: 1 });
      readonly scale = new Parameter(ones([3, 1, 1]));
      forward(x: Tensor): Tensor {
        return add(relu(this.conv.forward(this.conv.forward(x))), x).mul(this.scale);
      }
    }
    const model = new Sequential(new Residual(), flatten, new Linear(3 * 16, 2));
    const { layers, parameters } = summary(model, [2, 3, 4, 4]);
    expect(layers.map(({ name, title, parameters }) => `${name} ${title} ${parameters}`)).toEqual([
      "0.conv Conv2d(3, 3, kernelSize=3, padding=1) 84",
      "0.conv Conv2d(3, 3, kernelSize=3, padding=1) 0",
      " relu 0",
      " add 0",
      " mul 3",
      " reshape 0",
      "2 Linear(48, 2) 98",
    ]);
    expect(parameters).toBe(84 + 3 + 98);
  });

  it("of operations before any layer, of a layer by itself, and of one that gives more than a tensor", () => {
    class Last extends Module {
      readonly rnn = new LSTM(3, 2);
      forward(x: Tensor): Tensor {
        return this.rnn.forward(relu(x))[0];
      }
    }
    const rows = (model: Module, shape: number[]) =>
      summary(model, shape).layers.map(({ title, outShape }) => [title, outShape]);
    expect(rows(new Last(), [4, 1, 3])).toEqual([
      ["relu", [4, 1, 3]],
      ["LSTM(3, 2)", [4, 1, 2]],
    ]);
    expect(rows(new Linear(3, 2), [5, 3])).toEqual([["Linear(3, 2)", [5, 2]]]);
  });

  it("counts a matrix product in batches as often as there are matrices", () => {
    class Product extends Module {
      forward(x: Tensor): Tensor {
        return matmul(x, x, { transB: true });
      }
    }
    expect(summary(new Product(), [2, 3, 4]).flops).toBe(2 * (2 * 3 * 3 * 4));
  });

  it("leaves the model and the memory as they were", () => {
    const model = new Sequential(new Conv2d(3, 4, 3), new Dropout(), flatten, new Linear(4 * 36, 2)).train();
    const live = memory().bytes;
    summary(model, [1, 3, 8, 8]);
    expect(() => summary(model, [1, 3, 9, 9])).toThrow("Linear(144, 2): expected an input [..., 144]");
    expect(memory().bytes).toBe(live);
    expect(Array.from(model.modules(), (module) => module.training)).toEqual([true, true, true, true]);
    expect(Array.from(model.modules()).some((module) => Object.hasOwn(module, "forward"))).toBe(false);
    expect(model.parameters().every(({ requiresGrad }) => requiresGrad)).toBe(true);
  });

  it("is made where the model is, though new tensors go elsewhere by now", async () => {
    const model = new Sequential(new Conv2d(3, 4, 3), flatten, new Linear(4 * 36, 2));
    const before = String(summary(model, [1, 3, 8, 8]));
    onTestFinished(async () => void (await useBackend("wasm")));
    await useBackend("wasm", { threads: 1, strict: true });
    expect(String(summary(model, [1, 3, 8, 8]))).toBe(before);
  });

  it("prints a table", () => {
    const model = new Sequential(new Conv2d(3, 4, 3), relu, flatten, new Linear(4 * 36, 2));
    const table = summary(model, [1, 3, 8, 8]);
    expect(String(table)).toBe(
      [
        "   layer                       output        parameters  FLOPs",
        "0  Conv2d(3, 4, kernelSize=3)  [1, 4, 6, 6]         112  7,776",
        "   relu                        [1, 4, 6, 6]",
        "   reshape                     [1, 144]",
        "3  Linear(144, 2)              [1, 2]               290    576",
        "   total                                            402  8,352",
      ].join("\n"),
    );
  });
});
