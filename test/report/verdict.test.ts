/** The verdicts on a run and on two: sentences for made-up numbers. */

import { describe, expect, it } from "vitest";
import { betterInWords } from "../../src/report/better.js";
import { confusions } from "../../src/report/confusions.js";
import { percent } from "../../src/report/format.js";
import { Predictions } from "../../src/report/predictions.js";
import { confusionInWords, qualityInWords, trainingInWords } from "../../src/report/verdict.js";
import type { EpochLine } from "../../src/run/run-json.js";

/** Photographs [class, called as], so many of each. */
function called(classes: string[], counts: readonly [is: number, called: number, n: number][]): Predictions {
  const photographs = counts.flatMap(([is, k, n]) => Array.from({ length: n }, () => [is, k]));
  return new Predictions(
    classes,
    Int32Array.from(photographs, ([is]) => is),
    photographs.map(([, k]) => classes.map((_, j) => Number(j === k))),
  );
}

const show = (share: number) => percent(share);
const accuracy = (value: number, low: number, high: number) => ({
  name: "accuracy",
  show,
  value,
  interval: { low, high },
});

describe("how good a run is", () => {
  const predictions = called(
    ["Bag", "Coat", "R&D"],
    [
      [0, 0, 6],
      [1, 1, 1],
      [1, 2, 2],
      [2, 1, 1],
    ],
  );

  it("is told with an interval, and beside what always guessing the biggest class would get", () => {
    const trained = { net: "net1", counts: [30, 40, 30], predictions, accuracy: accuracy(0.7, 0.5, 0.9) };
    expect(qualityInWords(trained)).toBe(
      "net1, trained on 100 photographs to tell 3 classes apart, calls 70.00\u00a0% of 10 test photographs right " +
        "(95 % interval 50.00\u00a0% to 90.00\u00a0%); always guessing “Coat”, the biggest class, would get 30.00\u00a0%.",
    );
  });

  it("is no better than chance where the interval holds what guessing gets", () => {
    const trained = { net: "net2", counts: [50, 40, 30], predictions, accuracy: accuracy(0.7, 0.5, 0.9) };
    expect(qualityInWords(trained)).toContain(
      ", no better than chance: always guessing “Bag”, the biggest class, would get 60.00\u00a0%.",
    );
  });

  it("names both of two classes", () => {
    const two = called(["no", "yes"], [[1, 1, 1]]);
    const trained = { net: "net1", counts: [1, 1], predictions: two, accuracy: accuracy(1, 1, 1) };
    expect(qualityInWords(trained)).toContain(
      "trained on 2 photographs to tell “no” from “yes”, calls 100.00\u00a0% of 1 test photograph right",
    );
  });
});

describe("what is confused most", () => {
  it("is the pair that occurs most often; of equals that which is more of its class", () => {
    const predictions = called(
      ["a", "b", "c"],
      [
        [0, 0, 8],
        [0, 1, 2],
        [1, 0, 2],
        [1, 1, 2],
        [2, 0, 1],
      ],
    );
    expect(confusions(predictions)).toEqual([
      { is: 1, called: 0, count: 2, of: 4 },
      { is: 0, called: 1, count: 2, of: 10 },
      { is: 2, called: 0, count: 1, of: 1 },
    ]);
    expect(confusionInWords(predictions)).toBe("Most often it takes “b” for “a”: 2 of 4 photographs (50.00\u00a0%).");
  });

  it("is nothing where there is no mistake, or where mistakes are spread", () => {
    expect(confusionInWords(called(["a", "b"], [[0, 0, 3]]))).toBe("It makes no mistake.");
    const spread = called(
      ["a", "b", "c"],
      [
        [0, 1, 1],
        [1, 2, 1],
      ],
    );
    expect(confusionInWords(spread)).toMatch(/^Its mistakes are spread/);
  });
});

describe("how training ended", () => {
  const epochsOf = (...losses: [train: number, test: number][]) =>
    losses.map(([train, test], i) => ({
      epoch: i + 1,
      train: { loss: train },
      test: { loss: test },
    })) as unknown as EpochLine[];
  const ended = (epochs: EpochLine[], best: number) => trainingInWords(epochs, epochs[best - 1], "accuracy");

  it("is not known of a single epoch, nor of a best one near the end", () => {
    expect(ended(epochsOf([1, 1]), 1)).toMatch(/^One epoch is too few/);
    expect(ended(epochsOf([2, 2], [1, 1], [0.9, 1]), 2)).toBe(
      "Its best epoch by accuracy is 2 of 3, too near the end to tell whether it had stopped improving.",
    );
  });

  it("was still improving when the last epoch is the best", () => {
    expect(ended(epochsOf([2, 2], [1, 1]), 2)).toBe(
      "It was still improving: its best epoch, 2, is the last one; more may help.",
    );
  });

  it("overfitted when the loss falls on the training photographs and rises on the others", () => {
    const worse: [number, number][] = [
      [0.9, 1.1],
      [0.7, 1.3],
      [0.5, 1.5],
    ];
    expect(ended(epochsOf([2, 2], [1, 1], ...worse), 2)).toBe(
      "It overfitted: from epoch 2 to 5 the loss fell on the training photographs (1.0000 to 0.5000) and rose on the test " +
        "photographs (1.0000 to 1.5000); its best epoch is 2.",
    );
    // Where there are validation photographs, it is theirs that rises.
    const validated = epochsOf([2, 2], [1, 1], ...worse).map(({ test, ...line }) => ({ ...line, validation: test }));
    expect(ended(validated, 2)).toContain("and rose on the validation photographs (1.0000 to 1.5000)");
    // Both rise: that is no overfitting. Nor does one epoch make it.
    expect(ended(epochsOf([2, 2], [1, 1], [1.5, 1.5], [1.5, 1.5], [1.5, 1.5]), 2)).not.toContain("overfitted");
    expect(ended(epochsOf([2, 2], [1, 1], [0.5, 1.5]), 2)).not.toContain("overfitted");
  });

  it("had stopped improving after several epochs without a better one", () => {
    expect(ended(epochsOf([2, 2], [1, 1], [1, 1], [1, 1], [1, 1]), 2)).toBe(
      "It had stopped improving: by accuracy, none of the 3 epochs after its best, 2, was better.",
    );
  });
});

describe("which of two is better", () => {
  const outcome = (first: number, second: number, [onlyFirst, onlySecond, pValue]: [number, number, number]) => ({
    differences: [
      {
        name: "accuracy",
        show,
        first: accuracy(first, 0, 1),
        second: accuracy(second, 0, 1),
        difference: second - first,
        interval: { low: -0.001, high: 0.021 },
      },
    ],
    test: { onlyFirst, onlySecond, pValue },
  });
  const told = (of: ReturnType<typeof outcome>) => betterInWords(of, ["one", "two"], 1000);

  it("is the one that calls more right, where chance would not often do so", () => {
    expect(told(outcome(0.9, 0.91, [10, 20, 0.01]))).toBe(
      "two is better than one: of the 1,000 photographs that both were tested on one calls 90.00\u00a0% right, two " +
        "91.00\u00a0%. The difference of +1.00 percentage points (95 % interval −0.10 to +2.10) is more than chance (p = 0.0100).",
    );
    expect(told(outcome(0.91, 0.9, [20, 10, 0.01]))).toMatch(/^one is better than two: /);
  });

  it("cannot be told where chance may well have done it, and is neither where they never differ", () => {
    expect(told(outcome(0.9, 0.91, [10, 20, 0.2]))).toMatch(
      /^It cannot be told which is better: .* may well be chance \(p = 0.2000\)\.$/,
    );
    expect(told(outcome(0.9, 0.9, [0, 0, 1]))).toMatch(/^one and two are equally good: /);
  });
});
