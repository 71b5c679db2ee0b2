/** TensorDataset: which examples come in which batch, as what, and which targets are classes. */

import { beforeEach, describe, expect, it } from "vitest";
import type { BatchOptions } from "../../src/data/passes.js";
import { TensorDataset, type TensorDatasetOptions } from "../../src/data/tensor-dataset.js";
import { memory, useBackend } from "../../src/tensor/backend/registry.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { Generator } from "../../src/tensor/random.js";
import { Tensor } from "../../src/tensor/tensor.js";
import { onEachBackend } from "../targets.js";

beforeEach(() => useBackend("js"));

type Options = TensorDatasetOptions<readonly string[] | undefined>;

/** Of every batch, without shuffling: the inputs, their shape, and the targets. */
async function batchesOf(options: Options, batchSize = 2) {
  const seen = [];
  for (const { inputs, targets } of new TensorDataset(options).batches(batchSize, { shuffle: false })) {
    const said = targets instanceof Tensor ? { shape: targets.shape, values: [...(await targets.data())] } : targets;
    seen.push({ shape: inputs.shape, inputs: [...(await inputs.data())], targets: said });
  }
  return seen;
}

const NUMBERS = [1, 2, 3, 4, 5, 6];

describe("the inputs", () => {
  onEachBackend("are the same from lists, typed arrays with a shape, and a tensor", async () => {
    const targets = Int32Array.of(2, 0, 1);
    const expected = [
      { shape: [2, 2], inputs: [1, 2, 3, 4], targets: Int32Array.of(2, 0) },
      { shape: [1, 2], inputs: [5, 6], targets: Int32Array.of(1) },
    ];
    const forms = [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      [Float32Array.of(1, 2), Float32Array.of(3, 4), Float32Array.of(5, 6)],
      { data: Float64Array.from(NUMBERS), shape: [3, 2] },
      { data: Uint8Array.from(NUMBERS), shape: [3, 2] },
      tensor(NUMBERS, [3, 2]),
    ];
    for (const inputs of forms) expect(await batchesOf({ inputs, targets })).toEqual(expected);
  });

  it("have any number of axes", async () => {
    const dataset = new TensorDataset({
      inputs: { data: new Float32Array(3 * 2 * 4 * 5), shape: [3, 2, 4, 5] },
      targets: [[0], [1], [2]],
    });
    expect([dataset.length, dataset.inputShape, dataset.classes]).toEqual([3, [2, 4, 5], undefined]);
    const shapes = Array.from(dataset.batches(2), ({ inputs }) => inputs.shape);
    expect(shapes).toEqual([
      [2, 2, 4, 5],
      [1, 2, 4, 5],
    ]);
    const series = await batchesOf({ inputs: Float32Array.from(NUMBERS), targets: new Int32Array(6) }, 4);
    expect(series.map(({ shape }) => shape)).toEqual([[4], [2]]);
  });

  it("come in a new order on each pass, their targets with them", async () => {
    const dataset = new TensorDataset({ inputs: NUMBERS.map((i) => [i]), targets: Int32Array.from(NUMBERS) });
    const generator = new Generator(3);
    const orders = [0, 1].map(() =>
      Array.from(dataset.batches(4, { generator }), ({ inputs, targets }) => {
        expect([...inputs.dataSync()]).toEqual([...(targets as Int32Array)]);
        return [...(targets as Int32Array)];
      }).flat(),
    );
    const same = new Generator(3);
    expect(orders).toEqual([0, 1].map(() => Array.from(same.permutation(6), (i) => NUMBERS[i])));
    expect(Array.from(dataset.batches(4, { start: 4, dropLast: true }))).toEqual([]);
  });

  onEachBackend("are released with their batch, and the dataset's own tensors are not", async (backend) => {
    const inputs = tensor(NUMBERS, [6, 1]);
    const dataset = new TensorDataset({ inputs, targets: inputs });
    const before = backend.memory().storages;
    for (const _ of dataset.batches(2)) expect(memory().storages).toBe(before + 2);
    for (const _ of dataset.batches(2)) break;
    expect(backend.memory().storages).toBe(before);
    expect([...(await inputs.data())]).toEqual(NUMBERS);
  });
});

describe("shards", () => {
  const numbers = Int32Array.from({ length: 11 }, (_, i) => i);
  const dataset = new TensorDataset({ inputs: Array.from(numbers, (i) => [i]), targets: numbers });
  const orderOf = (options: BatchOptions, batchSize = 4) =>
    Array.from(dataset.batches(batchSize, { generator: new Generator(3), ...options }), ({ inputs, targets }) => {
      expect([...inputs.dataSync()]).toEqual([...(targets as Int32Array)]);
      return [...(targets as Int32Array)];
    });

  it.each([2, 3])("of %d have each batch between them, in its order, none empty", (of) => {
    const shards = Array.from({ length: of }, (_, index) => orderOf({ shard: { index, of } }));
    const joined = shards[0].map((_, batch) => shards.flatMap((shard) => shard[batch]));
    expect(joined).toEqual(orderOf({}));
    const sizes = shards.flatMap((shard) => shard.map(({ length }) => length));
    expect(Math.min(...sizes)).toBe(1);
    expect(Math.max(...sizes)).toBe(2);
  });

  it("go on in the middle of a pass, counted in whole batches", () => {
    const shard = { index: 1, of: 2 };
    expect(orderOf({ shard, start: 4 })).toEqual(orderOf({ shard }).slice(1));
    expect(orderOf({ shard, dropLast: true })).toEqual(orderOf({ shard }).slice(0, 2));
    // As few as there are shards.
    const single = Array.from({ length: 11 }, (_, index) => orderOf({ shard: { index, of: 11 } }, 11));
    expect(single.flat(2)).toEqual(orderOf({}, 11)[0]);
    // All of them in one batch, which is full.
    expect([0, 1].flatMap((index) => orderOf({ shard: { index, of: 2 } }, 11)[0])).toEqual(orderOf({}, 11)[0]);
  });

  it.each<[BatchOptions, number, string]>([
    [{ shard: { index: 2, of: 2 } }, 4, "batches: shard 2 of 2: the first is 0, the last 1"],
    [{ shard: { index: 0, of: 5 } }, 4, "batches: a batch of 4 has not an example for each of 5 shards"],
    [
      { shard: { index: 0, of: 2 } },
      5,
      "batches: the last batch, of 1, has not an example for each of 2 shards: dropLast: true leaves it out",
    ],
  ])("%j of batches of %d are refused", (options, batchSize, message) => {
    expect(() => dataset.batches(batchSize, options)).toThrow(new RangeError(message));
    if (batchSize === 5) expect(orderOf({ ...options, dropLast: true }, 5)).toHaveLength(2);
  });
});

describe("the targets", () => {
  const inputs = [[1], [2], [3]];
  const targetsOf = async (targets: Options["targets"], classes?: readonly string[]) =>
    (await batchesOf({ inputs, targets, classes }, 3))[0].targets;

  it("are classes where their type says so, and as a list beside classes", async () => {
    for (const targets of [
      Int32Array.of(1, 0, 1),
      Uint8Array.of(1, 0, 1),
      { data: Int8Array.of(1, 0, 1), shape: [3] },
    ]) {
      expect(await targetsOf(targets)).toEqual(Int32Array.of(1, 0, 1));
    }
    expect(await targetsOf([1, 0, 1], ["a", "b"])).toEqual(Int32Array.of(1, 0, 1));
  });

  it("are a class for each place where they have a shape", async () => {
    const targets = { data: Int32Array.from(NUMBERS), shape: [3, 2] };
    expect((await batchesOf({ inputs, targets })).map((batch) => batch.targets)).toEqual([
      Int32Array.of(1, 2, 3, 4),
      Int32Array.of(5, 6),
    ]);
  });

  it("are numbers otherwise", async () => {
    const column = { shape: [3, 1], values: [1, 0, 1] };
    expect(await targetsOf([[1], [0], [1]])).toEqual(column);
    expect(await targetsOf(tensor([1, 0, 1], [3, 1]))).toEqual(column);
    expect(await targetsOf({ data: Float32Array.of(1, 0, 1), shape: [3, 1] })).toEqual(column);
    expect(await targetsOf([0.5, 1, 2])).toEqual({ shape: [3], values: [0.5, 1, 2] });
    expect(await targetsOf(Float32Array.of(1, 0, 1))).toEqual({ shape: [3], values: [1, 0, 1] });
  });

  it("beside classes, are their probabilities", async () => {
    const soft = [
      [1, 0],
      [0.25, 0.75],
      [0, 1],
    ];
    expect(await targetsOf(soft, ["a", "b"])).toEqual({ shape: [3, 2], values: soft.flat() });
  });
});

describe("what does not fit is refused", () => {
  const inputs = [[1], [2], [3]];
  it.each<[string, Options, string]>([
    [
      "a list that may be classes or numbers",
      { inputs, targets: [1, 0, 1] },
      "TensorDataset: the targets [1, 0, 1] may be classes or numbers. Int32Array.from(targets) are classes; " +
        "targets.map((y) => [y]) are numbers, for a model with one output",
    ],
    [
      "another number of targets",
      { inputs, targets: new Int32Array(4) },
      "TensorDataset: 3 examples, inputs [3, 1], have 4 targets, [4]; a typed array has its shape beside it: " +
        "{ data, shape: [4, …] }",
    ],
    [
      "a label without a class",
      { inputs, targets: { data: Int32Array.of(0, 1, 1, 0, 2, 0), shape: [3, 2] }, classes: ["a", "b"] },
      "TensorDataset: the target of example 2 is 2, but the 2 classes have the labels 0 to 1. Targets that are no classes " +
        "are a Float32Array, a tensor, or nested lists",
    ],
    [
      "a negative label",
      { inputs, targets: Int32Array.of(0, -1, 1) },
      "TensorDataset: the target of example 1 is -1, but classes are counted from 0. Targets that are no classes are a " +
        "Float32Array, a tensor, or nested lists",
    ],
    [
      "several labels beside classes",
      {
        inputs,
        targets: [
          [1, 0],
          [1, 1],
          [0, 0],
        ],
        classes: ["a", "b"],
      },
      "TensorDataset: the targets of example 1 are [1, 1]; beside classes, they are the probability of each, and sum to 1. " +
        "Where an example may have several labels, leave classes out",
    ],
    [
      "less than nothing beside classes",
      { inputs: [[1]], targets: [[-0.5, 1.5]], classes: ["a", "b"] },
      "TensorDataset: the targets of example 0 are [-0.5, 1.5]; beside classes, they are the probability of each",
    ],
    [
      "a picture of probabilities beside classes",
      { inputs: [[1]], targets: { data: Float32Array.of(1, 0, 0, 1), shape: [1, 2, 2] }, classes: ["a", "b"] },
      "TensorDataset: the targets [1, 2, 2] are no probabilities of 2 classes, [N, 2]",
    ],
    [
      "numbers beside classes",
      { inputs, targets: tensor([1, 2, 3], [3, 1]), classes: ["a", "b"] },
      "TensorDataset: the targets [3, 1] are no probabilities of 2 classes, [N, 2]. Classes themselves are an Int32Array; " +
        "beside other targets, leave classes out",
    ],
    [
      "a shape that is not filled",
      { inputs: { data: new Float32Array(5), shape: [3, 2] }, targets: new Int32Array(3) },
      "TensorDataset: inputs: 5 numbers do not fill the shape [3, 2] (6)",
    ],
    [
      "one number",
      { inputs: tensor(1, []), targets: new Int32Array(1) },
      "TensorDataset: inputs: the first axis is that of the examples, and one number has none",
    ],
    [
      "ragged lists",
      { inputs: [[1], [2, 3]], targets: new Int32Array(2) },
      "TensorDataset: inputs: the lists along axis 1 have 1 and 2 elements",
    ],
    [
      "a list with what is no class",
      { inputs, targets: [0, 0.7, 1], classes: ["a", "b"] },
      "TensorDataset: the target of example 1 is 0.7; beside classes, a list has the class of each",
    ],
    [
      "a list with what is none in 32 bits",
      { inputs, targets: [0, 1, 2 ** 32], classes: ["a", "b"] },
      "TensorDataset: the target of example 2 is 4294967296",
    ],
    [
      "classes by their names",
      { inputs, targets: ["cat", "dog"] as unknown as number[], classes: ["cat", "dog"] },
      'the targets are names, as "cat", and a class is a number: with the names as classes, targets.map((name) =>',
    ],
  ])("%s", (_, options, message) => expect(() => new TensorDataset(options)).toThrow(message));
  it("other libraries' names, with ours", () => {
    expect(() => new TensorDataset({ x: inputs } as unknown as Options)).toThrow('did you mean "inputs"?');
    expect(() => new TensorDataset({ inputs, labels: [1] } as unknown as Options)).toThrow('did you mean "targets"?');
  });

  it("options of another dataset", () => {
    const dataset = new TensorDataset({ inputs, targets: new Int32Array(3) });
    expect(() => dataset.batches(2, { augment: { flip: 0.5 } } as object)).toThrow("augment changes images");
    expect(() => new TensorDataset({ inputs } as unknown as Options)).toThrow('the option "targets" is missing');
  });
});

describe("parts", () => {
  const valuesOf = (dataset: TensorDataset<readonly string[] | undefined>) =>
    Array.from(dataset.batches(100, { shuffle: false }), ({ inputs }) => [...inputs.dataSync()]).flat();
  const twenty = Float32Array.from({ length: 20 }, (_, i) => i);
  const labels = Uint8Array.from({ length: 20 }, (_, i) => Number(i >= 15));
  const inputs = { data: twenty, shape: [20, 1] };

  onEachBackend("are the examples that are asked for, in that order", async () => {
    for (const form of [inputs, tensor(twenty, [20, 1])]) {
      const part = new TensorDataset({ inputs: form, targets: labels, classes: ["a", "b"] }).subset([19, 3, 3]);
      expect(part.classes).toEqual(["a", "b"]);
      for (const batch of part.batches(3, { shuffle: false })) {
        expect([...(await batch.inputs.data())]).toEqual([19, 3, 3]);
        expect(batch.targets).toEqual(Int32Array.of(1, 0, 0));
      }
    }
  });

  it("by chance have every example once, of each class its share, the same from the same seed", () => {
    const dataset = new TensorDataset({ inputs, targets: labels });
    const [rest, share] = dataset.split(0.2);
    expect([...valuesOf(rest), ...valuesOf(share)].toSorted((a, b) => a - b)).toEqual([...twenty]);
    expect(valuesOf(share).filter((i) => i < 15)).toHaveLength(3);
    expect(valuesOf(share).filter((i) => i >= 15)).toHaveLength(1);
    expect(valuesOf(dataset.split(0.2, { seed: 0 })[1])).toEqual(valuesOf(share));
    expect(valuesOf(dataset.split(0.2, { seed: 1 })[1])).not.toEqual(valuesOf(share));
  });

  it("of numbers are drawn from all", () => {
    const [rest, share] = new TensorDataset({ inputs, targets: inputs }).split(0.25, { seed: 3 });
    expect([rest.length, share.length]).toEqual([15, 5]);
    expect([...valuesOf(rest), ...valuesOf(share)].toSorted((a, b) => a - b)).toEqual([...twenty]);
  });

  it("by chance have at least one of a class and not all; of a class with one example, none", () => {
    const lengths = (dataset: TensorDataset<readonly string[] | undefined>, fraction: number) =>
      dataset.split(fraction).map(({ length }) => length);
    const byClass = new TensorDataset({ inputs, targets: labels });
    expect(lengths(byClass, 0.001)).toEqual([18, 2]);
    expect(lengths(new TensorDataset({ inputs: [[1], [2]], targets: [[3], [4]] }), 0.001)).toEqual([1, 1]);
    expect(lengths(byClass, 0.999)).toEqual([2, 18]);
    const numbers = new TensorDataset({ inputs, targets: inputs });
    expect(lengths(numbers, 0.001)).toEqual([19, 1]);
    expect(lengths(numbers, 0.999)).toEqual([1, 19]);
    const single = new TensorDataset({
      inputs: { data: twenty.slice(0, 4), shape: [4, 1] },
      targets: Int32Array.of(1, 0, 0, 0),
    });
    for (const seed of [0, 1, 2]) {
      const [rest, share] = single.split(0.5, { seed }).map(valuesOf);
      expect([rest.length, share.length, rest[0]]).toEqual([2, 2, 0]);
    }
  });

  it("that cannot be are refused", () => {
    const dataset = new TensorDataset({ inputs, targets: labels });
    for (const index of [20, -1, 0.5]) {
      expect(() => dataset.subset([index])).toThrow(new RangeError(`subset: no example ${index}; there are 20`));
    }
    expect(() => dataset.split(1)).toThrow(new RangeError("split: fraction must be a number between 0 and 1, got 1"));
    expect(() => dataset.split(0.5, { sed: 1 } as object)).toThrow('split: unknown option "sed"');
    expect(() => dataset.subset([1]).split(0.5)).toThrow("split: there are 1 examples; two or more can be split");
  });
});
