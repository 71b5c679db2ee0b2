/** Metrics of regression, of several labels, and of the likeliest classes, against scikit-learn. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type MultilabelReport, multilabelReport } from "../../src/metrics/multilabel.js";
import { meanAbsoluteError, r2Score, rootMeanSquaredError } from "../../src/metrics/regression.js";
import { topKAccuracy } from "../../src/metrics/top-k.js";

/** Made by scripts/fixtures/make_metrics_fixtures.py. */
function fixture<T>(name: string): ({ name: string } & T)[] {
  return JSON.parse(readFileSync(`test/fixtures/metrics/${name}.json`, "utf8"));
}

describe("regression", () => {
  it.each(
    fixture<{
      predictions: number[];
      targets: number[];
      meanAbsoluteError: number;
      rootMeanSquaredError: number;
      r2Score: number;
    }>("regression"),
  )("$name", ({ predictions, targets, ...expected }) => {
    expect(meanAbsoluteError(predictions, targets)).toBeCloseTo(expected.meanAbsoluteError, 12);
    expect(rootMeanSquaredError(predictions, targets)).toBeCloseTo(expected.rootMeanSquaredError, 12);
    expect(r2Score(predictions, targets)).toBeCloseTo(expected.r2Score, 12);
  });

  it("is 0 or 1 for targets that are all the same, whatever rounding makes of their mean", () => {
    const targets = [0.1, 0.1, 0.1];
    expect([r2Score([0, 0, 0], targets), r2Score(targets, targets)]).toEqual([0, 1]);
  });

  it("says what does not fit", () => {
    expect(() => r2Score([1], [1, 2])).toThrow(new RangeError("r2Score: 1 predictions for 2 targets"));
    expect(() => meanAbsoluteError([], [])).toThrow("meanAbsoluteError: there is nothing to measure");
    expect(() => rootMeanSquaredError([1], null as unknown as number[])).toThrow("targets must be a list of numbers");
  });
});

describe("several labels", () => {
  it.each(
    fixture<
      Omit<MultilabelReport, "labels"> & {
        scores: number[];
        targets: number[];
        labels: number;
        threshold: number;
        precision: number[];
        recall: number[];
        f1: number[];
        support: number[];
      }
    >("multilabel"),
  )("$name", ({ scores, targets, labels, threshold, ...expected }) => {
    const report = multilabelReport(scores, targets, labels, { threshold });
    for (const [label, own] of report.labels.entries()) {
      expect(own.support).toBe(expected.support[label]);
      for (const score of ["precision", "recall", "f1"] as const) {
        expect(own[score], `${score} of ${label}`).toBeCloseTo(expected[score][label], 12);
      }
    }
    expect(report.labels).toHaveLength(labels);
    for (const score of ["microF1", "macroF1", "hammingLoss", "meanAveragePrecision"] as const) {
      expect(report[score], score).toBeCloseTo(expected[score], 12);
    }
  });

  it("are called by logits above 0, where no threshold is given", () => {
    const [{ scores, targets, labels, threshold }] = fixture<{
      scores: number[];
      targets: number[];
      labels: number;
      threshold: number;
    }>("multilabel");
    expect(multilabelReport(scores, targets, labels)).toEqual(multilabelReport(scores, targets, labels, { threshold }));
    expect(multilabelReport([0, 1], [0, 1], 1).hammingLoss).toBe(0);
  });

  it("says what does not fit", () => {
    expect(() => multilabelReport([1, 2, 3], [1, 0, 1], 2)).toThrow("3 targets are not 2 for each example");
    expect(() => multilabelReport([1, 2, 3, 4], [1, 0, 0, 2], 2)).toThrow(
      "multilabelReport: the target 2 of example 1 and label 1 is neither 0 nor 1",
    );
    expect(() => multilabelReport([1], [1], 1, { threshold: Number.NaN })).toThrow(
      "multilabelReport: threshold must be a number, got NaN",
    );
    expect(() => multilabelReport([1], [1, 0], 2)).toThrow("1 predictions for 2 targets");
  });
});

describe("top-k accuracy", () => {
  it.each(fixture<{ scores: number[]; labels: number[]; accuracies: number[] }>("top-k"))(
    "$name",
    ({ scores, labels, accuracies }) => {
      for (const [i, accuracy] of accuracies.entries()) {
        expect(topKAccuracy(scores, labels, i + 1)).toBeCloseTo(accuracy, 12);
      }
      expect(topKAccuracy(scores, labels, accuracies.length + 1)).toBe(1);
    },
  );

  it("counts the lower of two classes with one score as the likelier", () => {
    expect(topKAccuracy([1, 1, 0, 1, 1, 0], [0, 1], 1)).toBe(0.5);
    expect(topKAccuracy([1, 1, 0, 1, 1, 0], [0, 1], 2)).toBe(1);
  });

  it("says what does not fit", () => {
    expect(() => topKAccuracy([1, 2, 3], [0, 1], 1)).toThrow("3 scores are not as many for each of 2 labels");
    expect(() => topKAccuracy([1, 2], [2], 1)).toThrow("topKAccuracy: label 2 at 0 is none of the classes 0 to 1");
    expect(() => topKAccuracy([1, 2], [-1], 1)).toThrow("topKAccuracy: label -1 at 0 is none of the classes 0 to 1");
    expect(() => topKAccuracy([1, 2], [0.5], 1)).toThrow("topKAccuracy: label 0.5 at 0 is none of the classes 0 to 1");
    expect(() => topKAccuracy([1, 2], [0], 3)).toThrow("topKAccuracy: k must be an integer from 1 to 2, got 3");
    expect(() => topKAccuracy([], [], 1)).toThrow("there is nothing to measure");
  });
});
