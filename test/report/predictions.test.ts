/** What is told of a model's output, and the figures and differences that come of it. */

import { describe, expect, it } from "vitest";
import { differencesOf, figuresOf } from "../../src/report/figures.js";
import { Predictions } from "../../src/report/predictions.js";
import { Generator } from "../../src/tensor/random.js";

/** Logits; their probabilities are 1/4, 3/4; 4/5, 1/5; 1/2, 1/2; almost 0, almost 1. */
const logits = [
  [0, Math.log(3)],
  [Math.log(4) + 7, 7],
  [2, 2],
  [-40, 40],
];
const predictions = new Predictions(["no", "yes"], Int32Array.of(1, 1, 0, 0), logits);

describe("predictions", () => {
  it("are the softmax of the output, be it logits or log-probabilities", () => {
    const again = new Predictions(
      ["no", "yes"],
      predictions.labels,
      logits.map((_, i) => [0, 1].map((k) => Math.log(predictions.probability(i, k)))),
    );
    for (const { probabilities } of [predictions, again].map((p) => ({ probabilities: p.probabilities(1) }))) {
      for (const [i, p] of [0.75, 0.2, 0.5, 1].entries()) expect(probabilities[i]).toBeCloseTo(p, 12);
    }
    expect([...predictions.predicted]).toEqual([1, 0, 0, 1]);
    for (const i of logits.keys()) {
      expect(predictions.distribution(i)).toEqual([0, 1].map((k) => predictions.probability(i, k)));
    }
  });

  it("are ordered by log-odds, also where the probability is 1 when it is rounded", () => {
    const scores = predictions.scores(1);
    for (const [i, score] of [Math.log(3), -Math.log(4), 0, 80].entries()) expect(scores[i]).toBeCloseTo(score, 12);
    const three = new Predictions(["a", "b", "c"], Int32Array.of(0), [[Math.log(2), Math.log(5), Math.log(3)]]);
    expect(three.scores(1)[0]).toBeCloseTo(0, 12);
  });

  it("mistakes are in the order of the confidence that is shown, highest first", () => {
    expect(predictions.mistakes()).toEqual([3, 1]);
    // By the distance between the two classes, the second would come first: 0.50 − 0.00 against 0.54 − 0.46.
    const three = new Predictions(
      ["a", "b", "c"],
      Int32Array.of(0, 0),
      [
        [0.46, 0.54, 1e-9],
        [1e-9, 0.5, 0.4999],
      ].map((row) => row.map(Math.log)),
    );
    expect(three.mistakes()).toEqual([0, 1]);
    expect(three.mistakes().map((i) => three.confidence(i))).toEqual([expect.closeTo(0.54, 6), expect.closeTo(0.5, 3)]);
  });

  it("mistakes are in order also where the confidence is 1 when it is rounded", () => {
    const sure = new Predictions(["a", "b"], Int32Array.of(0, 0), [
      [0, 50],
      [0, 80],
    ]);
    expect(sure.mistakes()).toEqual([1, 0]);
  });

  it("rank the class of each photograph: equal outputs in the order of the classes", () => {
    const ranked = new Predictions(["a", "b", "c"], Int32Array.of(0, 2, 1), [
      [3, 2, 1],
      [3, 2, 1],
      [1, 1, 0],
    ]);
    expect([0, 1, 2].map((i) => ranked.rank(i))).toEqual([0, 2, 1]);
  });

  it("can be had of some photographs", () => {
    const some = predictions.of([3, 0]);
    expect([...some.labels, ...some.predicted]).toEqual([0, 1, 1, 1]);
    expect(some.probability(1, 1)).toBeCloseTo(0.75, 12);
    expect([predictions.canRank, predictions.of([0, 1]).canRank]).toEqual([true, false]);
  });
});

describe("figures", () => {
  it("with what scikit-learn's definitions give for these four", () => {
    const figures = figuresOf(predictions, new Generator(1));
    expect(figures.map(({ name, value }) => [name, value])).toEqual([
      ["accuracy", 0.5],
      ["F1", 0.5],
      // Of the four pairs of a 1 and a 0, only (3/4, 1/2) is in order.
      ["AUC", 0.25],
    ]);
    for (const { value, interval } of figures) {
      expect(interval.low).toBeLessThanOrEqual(value);
      expect(interval.high).toBeGreaterThanOrEqual(value);
    }
  });

  it("of several classes: the mean F1, and no area", () => {
    const three = new Predictions(["a", "b", "c"], Int32Array.of(0, 1, 2), [
      [1, 0, 0],
      [0, 1, 0],
      [0, 1, 0],
    ]);
    const figures = figuresOf(three, new Generator(1));
    expect(figures.map(({ name }) => name)).toEqual(["accuracy", "macro F1"]);
    expect(figures[1].value).toBeCloseTo((1 + 2 / 3) / 3, 12);
  });

  it("of more than three classes: how often the right one is among the three likeliest", () => {
    const four = new Predictions(["a", "b", "c", "d"], Int32Array.of(0, 1, 2, 3), [
      [9, 1, 1, 1],
      [9, 8, 1, 1],
      [9, 8, 7, 1],
      [9, 8, 7, 1],
    ]);
    const figures = figuresOf(four, new Generator(1));
    expect(figures.map(({ name }) => name)).toEqual(["accuracy", "top-3 accuracy", "macro F1"]);
    expect(figures[1].value).toBe(0.75);
  });

  it("a model does not differ from itself, and a difference is second minus first", () => {
    for (const { difference, interval } of differencesOf(predictions, predictions, new Generator(1))) {
      expect([difference, interval.low, interval.high]).toEqual([0, 0, 0]);
    }
    const right = new Predictions(
      ["no", "yes"],
      predictions.labels,
      Array.from(predictions.labels, (label) => [-label, label]),
    );
    const [accuracy] = differencesOf(predictions, right, new Generator(1));
    expect([accuracy.first.value, accuracy.second.value, accuracy.difference]).toEqual([0.5, 1, 0.5]);
    // 2 of 4 gain 1, the others nothing: of 1,000 samples of 4, a sixteenth gains on none, and one on all.
    expect(accuracy.interval).toEqual({ low: 0, high: 1 });
  });
});
