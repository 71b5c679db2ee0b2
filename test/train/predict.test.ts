/** predict: the outputs of every example, in order, and the likeliest classes. */

import { beforeEach, describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { TensorDataset } from "../../src/data/tensor-dataset.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Dropout } from "../../src/layers/dropout.js";
import { Linear } from "../../src/layers/linear.js";
import { Normalize } from "../../src/layers/normalize.js";
import { Sequential } from "../../src/layers/sequential.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { predict } from "../../src/train/predict.js";
import { onEachBackend } from "../targets.js";
import { classifier, dataset } from "./tiny-data.js";

beforeEach(() => useBackend("js"));

/** Its inputs, as they are. */
const same = () => new Sequential((x: Tensor) => x.mul(1));
const ROWS = [
  [0, 2, 1],
  [3, 3, -1],
  [-2, -3, -1],
  [0.5, 0.25, 0.75],
];

describe("the outputs", () => {
  onEachBackend("are those of every example, whatever the batches", async () => {
    const expected = { data: Float32Array.from(ROWS.flat()), shape: [4, 3] };
    const set = new TensorDataset({ inputs: ROWS, targets: new Int32Array(4) });
    for (const batchSize of [1, 3, 4, undefined]) {
      expect(await predict(same(), set, { batchSize })).toEqual(expected);
      expect(await predict(same(), tensor(ROWS), { batchSize })).toEqual(expected);
    }
    const batches = [ROWS.slice(0, 1), ROWS.slice(1)].map((rows) => ({
      inputs: tensor(rows),
      targets: new Int32Array(rows.length),
    }));
    expect(await predict(same(), batches)).toEqual(expected);
    expect(await predict(same(), () => batches)).toEqual(expected);
  });

  it("may have any shape", async () => {
    const model = new Sequential((x: Tensor) => x.reshape([-1, 3, 1]));
    expect((await predict(model, tensor(ROWS), { batchSize: 3 })).shape).toEqual([4, 3, 1]);
    const flat = new Sequential((x: Tensor) => x.sum(1));
    expect(await predict(flat, tensor(ROWS))).toEqual({ data: Float32Array.of(3, 5, -6, 1.5), shape: [4] });
  });

  onEachBackend("are made in evaluation mode, and leave nothing behind", async (backend) => {
    const model = new Sequential(new BatchNorm2d(3), new Dropout(0.5), classifier());
    const data = dataset([0, 1, 1, 0, 1]);
    const first = await predict(model, data, { batchSize: 2 });
    const before = backend.memory().storages;
    expect(await predict(model, data, { batchSize: 2 })).toEqual(first);
    expect(backend.memory().storages).toBe(before);
    expect(model.modules().every(({ training }) => training)).toBe(true);
  });

  it("have what the model's front does to its inputs", async () => {
    const model = new Sequential(new Normalize([1, 2, 3], [1, 2, 4]));
    expect((await predict(model, tensor([[1, 4, 5]]))).data).toEqual(Float32Array.of(0, 1, 0.5));
  });
});

describe("the likeliest classes", () => {
  const classes = ["a", "b", "c"];
  const set = new TensorDataset({ inputs: ROWS, targets: [0, 0, 0, 0], classes });
  const softmax = (row: number[]) => {
    const weights = row.map(Math.exp);
    return weights.map((w) => w / weights.reduce((sum, weight) => sum + weight, 0));
  };

  it("come with their names and probabilities, of logits and of log-probabilities", async () => {
    const logSoftmax = new Sequential((x: Tensor) => x.logSoftmax(1));
    for (const model of [same(), logSoftmax]) {
      const { top, shape } = await predict(model, set, { topK: 2, batchSize: 3 });
      expect(shape).toEqual([4, 3]);
      expect(top.map((row) => row.map(({ name }) => name))).toEqual([
        ["b", "c"],
        ["a", "b"],
        ["c", "a"],
        ["c", "a"],
      ]);
      for (const [i, row] of top.entries()) {
        for (const { label, probability } of row) expect(probability).toBeCloseTo(softmax(ROWS[i])[label], 6);
      }
    }
  });

  it("are told by scores of any size, the lower of equal ones first", async () => {
    const { top } = await predict(same(), tensor([[1000, 1001, 1000]]), { topK: 3 });
    const [large, small] = [Math.E / (Math.E + 2), 1 / (Math.E + 2)];
    const expected = [1, 0, 2].map((label) => ({
      label,
      probability: expect.closeTo(label === 1 ? large : small, 12),
    }));
    expect(top).toEqual([expected]);
  });

  it("have no names where the data has none", async () => {
    const { top } = await predict(same(), tensor(ROWS), { topK: 1 });
    expect(top[0]).toEqual([{ label: 1, probability: expect.closeTo(softmax(ROWS[0])[1], 6) }]);
  });

  it("of probabilities are these", async () => {
    const { top } = await predict(new Sequential((x: Tensor) => x.softmax(1)), set, { topK: 3 });
    for (const [i, row] of top.entries()) {
      for (const { label, probability } of row) expect(probability).toBeCloseTo(softmax(ROWS[i])[label], 6);
    }
  });
});

describe("errors", () => {
  it.each<[string, () => Promise<unknown>, string]>([
    [
      "more classes than there are",
      () => predict(same(), tensor(ROWS), { topK: 4 }),
      "predict: topK must be an integer from 1 to 3, got 4",
    ],
    [
      "classes of what is no list of scores",
      () => predict(new Sequential((x: Tensor) => x.sum(1)), tensor(ROWS), { topK: 1 }),
      "predict: topK is for outputs [N, classes], and the model's are [4]",
    ],
    [
      "one example without its axis",
      () => predict(same(), tensor([1, 2])),
      "predict: the first axis is that of the examples, and [2] is no [N, …]",
    ],
    [
      "what is no tensor",
      () => predict(new Sequential(((x: Tensor) => [x]) as never), tensor(ROWS)),
      "predict: what the model returns must be a tensor, got an array of 1",
    ],
    [
      "outputs that are not of each example",
      () => predict(new Sequential((x: Tensor) => x.mean(0)), tensor(ROWS)),
      "predict: the model makes [3] of batch 0, of 4 examples: it has nothing for each of them",
    ],
    [
      "outputs of several shapes",
      () =>
        predict(
          same(),
          [1, 2].map((width) => ({ inputs: tensor([ROWS[0].slice(0, width)]), targets: [0] })),
        ),
      "predict: the outputs of batch 1 are [1, 2], those before it [N, 1]: call predict for each shape",
    ],
    ...[ROWS, [ROWS], ROWS[0], Float32Array.from(ROWS[0])].map((lists): [string, () => Promise<unknown>, string] => [
      `numbers: ${JSON.stringify(lists)}`,
      () => predict(same(), lists as unknown as Tensor),
      "; tensor(data, [N, …]) makes one of numbers",
    ]),
    [
      "a dataset without a length",
      () => predict(same(), { length: 1.5, batches: () => [] } as never),
      "; its length must be a whole number, and is 1.5",
    ],
    ["nothing", () => predict(same(), dataset([])), "predict: the dataset is empty"],
    [
      "NaN that is in the data",
      () => predict(same(), tensor([...ROWS, [1, Number.NaN, 2]]), { batchSize: 3 }),
      "predict: what the model says to example 4 is NaN: its inputs have NaN in them",
    ],
    [
      "NaN that the model makes",
      () => predict(new Sequential((x: Tensor) => x.sub(100).log()), tensor(ROWS)),
      "predict: what the model says to example 0 is NaN: detectAnomaly(() => model.forward(x)) names the operation",
    ],
    [
      "NaN that the model makes of an example beside those with infinity in them",
      () => predict(new Sequential((x: Tensor) => x.log()), tensor([[Infinity], [-1], [Infinity]])),
      "predict: what the model says to example 1 is NaN: detectAnomaly(() => model.forward(x)) names",
    ],
    [
      "NaN of the model's own",
      () => {
        const model = new Sequential(new Linear(3, 2));
        model.parameters()[1].copyFrom(tensor([0, Number.NaN]));
        return predict(model, tensor(ROWS));
      },
      "predict: what the model says to example 0 is NaN: there is NaN or infinity in the model's 0.bias",
    ],
  ])("%s", (_, run, message) => expect(run()).rejects.toThrow(message));

  it("end it between two batches where that is asked for", async () => {
    const controller = new AbortController();
    let calls = 0;
    const model = new Sequential((x: Tensor) => {
      if (++calls === 2) controller.abort(new Error("enough"));
      return x.mul(1);
    });
    await expect(predict(model, tensor(ROWS), { batchSize: 1, signal: controller.signal })).rejects.toThrow("enough");
    expect(calls).toBe(2);
  });
});
