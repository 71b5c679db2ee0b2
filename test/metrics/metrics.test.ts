/** Metrics against scikit-learn. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  accuracy,
  classificationReport,
  confusionMatrix,
  errorRate,
  f1,
  precision,
  recall,
} from "../../src/metrics/classification.js";
import { mcnemar } from "../../src/metrics/mcnemar.js";
import { auc, rocCurve } from "../../src/metrics/roc.js";
import { zeros } from "../../src/tensor/factories/filled.js";

interface ClassificationCase {
  name: string;
  labels: number[];
  predictions: number[];
  accuracy: number;
  confusionMatrix: number[][];
  precision: number;
  recall: number;
  f1: number;
}

interface RocCase {
  name: string;
  labels: number[];
  scores: number[];
  fpr: number[];
  tpr: number[];
  thresholds: number[];
  auc: number;
}

interface Fixture {
  classification: ClassificationCase[];
  roc: RocCase[];
  threeClasses: { labels: number[]; predictions: number[]; confusionMatrix: number[][] };
}

// Made by scripts/fixtures/make_data_fixtures.py.
const fixture: Fixture = JSON.parse(readFileSync("test/fixtures/data/metrics.json", "utf8"));

describe("classification metrics", () => {
  it.each(fixture.classification)("$name", ({ labels, predictions, ...expected }) => {
    expect(accuracy(predictions, labels)).toBeCloseTo(expected.accuracy, 12);
    expect(errorRate(predictions, labels)).toBeCloseTo(1 - expected.accuracy, 12);
    expect(confusionMatrix(predictions, labels)).toEqual(expected.confusionMatrix);
    expect(precision(predictions, labels)).toBeCloseTo(expected.precision, 12);
    expect(recall(predictions, labels)).toBeCloseTo(expected.recall, 12);
    expect(f1(predictions, labels)).toBeCloseTo(expected.f1, 12);
  });

  it("counts three classes", () => {
    const { labels, predictions, confusionMatrix: expected } = fixture.threeClasses;
    expect(confusionMatrix(Int32Array.from(predictions), Int32Array.from(labels), 3)).toEqual(expected);
  });

  it("reports any number of classes, each by its own counts", () => {
    const { classes, macroF1, weightedF1 } = classificationReport([99_999, 1, 1], [99_999, 1, 0], 100_000);
    expect(classes[99_999]).toEqual({ precision: 1, recall: 1, f1: 1, support: 1 });
    expect(classes[1]).toEqual({ precision: 0.5, recall: 1, f1: 2 / 3, support: 1 });
    expect(classes[0]).toEqual({ precision: 0, recall: 0, f1: 0, support: 1 });
    expect(macroF1).toBeCloseTo(5 / 3 / 100_000, 15);
    expect(weightedF1).toBeCloseTo(5 / 9, 12);
    expect(() => classificationReport([2], [0])).toThrow("classificationReport: 2 at 0 is none of the classes 0 to 1");
  });

  it("takes classes, not scores", () => {
    const advice = "and classes are whole numbers; make classes of scores first, as by score > 0.5 ? 1 : 0";
    expect(() => accuracy([0, 0.8], [0, 1])).toThrow(new RangeError(`accuracy: the prediction at 1 is 0.8, ${advice}`));
    expect(() => errorRate([0, 1], [0.5, 1])).toThrow(new RangeError(`accuracy: the label at 0 is 0.5, ${advice}`));
    expect(() => accuracy(Float32Array.of(Number.NaN), [0])).toThrow("accuracy: the prediction at 0 is NaN");
    expect(() => accuracy(["1"] as never, [1])).toThrow('accuracy: the prediction at 0 is "1"');
    expect(() => mcnemar([0, 1], [0.1, 0.9], [0, 1])).toThrow(`mcnemar: the prediction at 0 is 0.1, ${advice}`);
    expect(accuracy(Float32Array.of(1, 0), [1, 1])).toBe(0.5);
  });

  it("says what does not fit", () => {
    expect(() => accuracy([0, 1], [1])).toThrow(new RangeError("accuracy: 2 predictions for 1 labels"));
    expect(() => f1([], [])).toThrow(
      new RangeError("confusionMatrix: there is nothing to measure, the lists are empty"),
    );
    expect(() => precision([0, 2], [0, 1])).toThrow(
      new RangeError("confusionMatrix: 2 at 1 is none of the classes 0 to 1"),
    );
    expect(() => precision([0, 1], [-1, 1])).toThrow(
      new RangeError("confusionMatrix: -1 at 0 is none of the classes 0 to 1"),
    );
    expect(() => precision([0, 0.5], [0, 1])).toThrow(
      new RangeError("confusionMatrix: 0.5 at 1 is none of the classes 0 to 1"),
    );
    expect(() => accuracy(zeros([2]) as never, [0, 1])).toThrow("; await its data() first");
  });
});

describe("ROC", () => {
  it.each(fixture.roc)("$name", ({ labels, scores, fpr, tpr, thresholds, auc: area }) => {
    const curve = rocCurve(scores, labels);
    expect(curve.thresholds).toEqual([Number.POSITIVE_INFINITY, ...thresholds]);
    expect(curve.fpr.length).toBe(fpr.length);
    for (const [i, rate] of fpr.entries()) expect(curve.fpr[i]).toBeCloseTo(rate, 12);
    expect(curve.tpr.length).toBe(tpr.length);
    for (const [i, rate] of tpr.entries()) expect(curve.tpr[i]).toBeCloseTo(rate, 12);
    expect(auc(curve)).toBeCloseTo(area, 12);
  });

  it("says what does not fit", () => {
    expect(() => rocCurve([0.1, 0.2], [1, 1])).toThrow(
      new RangeError("rocCurve: needs labels of both classes, got only 1"),
    );
    expect(() => rocCurve([0.1, 0.2], [0, 0])).toThrow(
      new RangeError("rocCurve: needs labels of both classes, got only 0"),
    );
    expect(() => rocCurve(["0.1", 0.2] as never, [0, 1])).toThrow(new RangeError('rocCurve: the score at 0 is "0.1"'));
    expect(() => rocCurve([0.1, 0.2], [0, 2])).toThrow(new RangeError("rocCurve: label 2 at 1, expected 0 or 1"));
    expect(() => rocCurve([0.1, Number.NaN], [0, 1])).toThrow(new RangeError("rocCurve: the score at 1 is NaN"));
    expect(() => rocCurve([0.1], [0, 1])).toThrow(new RangeError("rocCurve: 1 predictions for 2 labels"));
  });
});
