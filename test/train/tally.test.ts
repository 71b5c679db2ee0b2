/** What a tally comes to, by hand. */

import { describe, expect, it } from "vitest";
import { BrokenLossError } from "../../src/train/pass.js";
import { Tally } from "../../src/train/tally.js";

/** Labels 0, 2, 1, −100, 2, of which 0, 2 and 2 are told. */
const SAID = [
  { output: Float32Array.of(3, 1, 2, 0, 1, 5), labels: [0, 2], count: 2, loss: 1 },
  { output: Float32Array.of(9, 1, 1, 0, 1, 0, 0, 0, 1), labels: [1, -100, 2], count: 3, loss: 6 },
];

describe("a tally", () => {
  const whole = new Tally();
  for (const said of SAID) whole.add(said);

  it("weighs the loss by the size of each batch, and leaves rows without a class out of the rest", () => {
    const precision = (1 / 2 + 0 + 1) / 3;
    const recall = (1 + 0 + 1) / 3;
    const f1 = (2 / 3 + 0 + 1) / 3;
    expect(whole.metrics()).toEqual({
      loss: (2 * 1 + 3 * 6) / 5,
      accuracy: 3 / 4,
      error: 1 / 4,
      precision: expect.closeTo(precision, 12),
      recall: expect.closeTo(recall, 12),
      f1: expect.closeTo(f1, 12),
    });
  });

  it("goes on from its state", () => {
    const first = new Tally();
    first.add(SAID[0]);
    expect(first.state()).toEqual({ classes: 3, outputs: [3, 1, 2, 0, 1, 5], labels: [0, 2], count: 2, loss: 2 });
    const resumed = new Tally(first.state());
    resumed.add(SAID[1]);
    expect(resumed.metrics()).toEqual(whole.metrics());
    expect(resumed.state()).toEqual(whole.state());
  });

  it("has the loss alone where the targets are no classes, or none of them is one", () => {
    const numbers = new Tally();
    for (const { output, count, loss } of SAID) numbers.add({ output, count, loss, labels: undefined });
    expect(numbers.metrics()).toEqual({ loss: 4 });
    expect(numbers.state()).toEqual({ classes: 0, outputs: [], labels: [], count: 5, loss: 20 });
    const ignored = new Tally({ classes: 2 });
    ignored.add({ output: Float32Array.of(1, 2), labels: [-100], count: 1, loss: 7 });
    expect(ignored.metrics()).toEqual({ loss: 7 });
  });

  it("orders two classes by their difference for the AUC, which needs both of them", () => {
    // Differences −1, 3, 1, 2: of the pairs of a 1 and a 0, three of four are in order.
    const output = Float32Array.of(1, 0, 0, 3, 1, 2, 1, 3);
    const two = new Tally();
    two.add({ output, labels: [0, 0, 0, 0], count: 4, loss: 0 });
    expect(two.metrics()).toEqual({ loss: 0, accuracy: 1 / 4, error: 3 / 4, precision: 0, recall: 0, f1: 0 });
    const both = new Tally();
    both.add({ output, labels: [0, 1, 1, 0], count: 4, loss: 0 });
    expect(both.metrics()).toMatchObject({ accuracy: 3 / 4, precision: 2 / 3, recall: 1, auc: 3 / 4 });
  });

  it("refuses NaN, with the number of the example, and outputs of other classes", () => {
    const broken = new Tally();
    broken.add(SAID[0]);
    const output = Float32Array.of(0, 0, 0, 0, 0, Number.NaN, 0, 0, 0);
    expect(() => broken.add({ ...SAID[1], output })).toThrow(
      new BrokenLossError("the model's output is NaN for example 3 of this pass"),
    );
    const output2 = Float32Array.of(1, 2, 3, 4);
    expect(() => broken.add({ output: output2, labels: [0, 1], count: 2, loss: 0 })).toThrow(
      "the model's output has 2 columns, the dataset 3 classes",
    );
    expect(() => new Tally().add({ output: output2.subarray(1), labels: [0, 1], count: 2, loss: 0 })).toThrow(
      "the model's output has 1.5 columns, the dataset 1.5 classes",
    );
    for (const label of [30, 2, -1, 0.5]) {
      expect(() => new Tally().add({ output: output2, labels: [0, label], count: 2, loss: 0 })).toThrow(
        `the target ${label} is none of the classes of the model's output, 0 to 1; targets that are no classes are a tensor`,
      );
    }
  });
});
