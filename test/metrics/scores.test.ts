/** Curves, tables, calibration and comparisons against scikit-learn and SciPy. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bootstrapInterval } from "../../src/metrics/bootstrap.js";
import { brierScore, calibrationCurve, expectedCalibrationError } from "../../src/metrics/calibration.js";
import { accuracy, classificationReport } from "../../src/metrics/classification.js";
import { mcnemar } from "../../src/metrics/mcnemar.js";
import { averagePrecision, precisionRecallCurve } from "../../src/metrics/precision-recall.js";
import { auc, rocCurve } from "../../src/metrics/roc.js";
import { fallingThreshold, thresholdTable } from "../../src/metrics/thresholds.js";
import { Generator } from "../../src/tensor/random.js";

/** Made by scripts/fixtures/make_metrics_fixtures.py. */
function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(`test/fixtures/metrics/${name}.json`, "utf8"));
}

function expectClose(actual: readonly number[], expected: readonly number[]): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 12);
}

describe("the precision-recall curve", () => {
  it.each(
    fixture<
      {
        name: string;
        labels: number[];
        scores: number[];
        precision: number[];
        recall: number[];
        thresholds: number[];
        averagePrecision: number;
      }[]
    >("precision-recall"),
  )("$name", ({ labels, scores, ...expected }) => {
    const curve = precisionRecallCurve(scores, labels);
    expectClose(curve.precision, expected.precision.reverse());
    expectClose(curve.recall, expected.recall.reverse());
    expect(curve.thresholds).toEqual([Number.POSITIVE_INFINITY, ...expected.thresholds.reverse()]);
    expect(averagePrecision(curve)).toBeCloseTo(expected.averagePrecision, 12);
  });

  it("says what does not fit", () => {
    expect(() => precisionRecallCurve([0.1, 0.2], [0, 0])).toThrow(
      new RangeError("precisionRecallCurve: no label is 1"),
    );
    expect(() => precisionRecallCurve([0.1, Number.NaN], [0, 1])).toThrow(
      new RangeError("precisionRecallCurve: the score at 1 is NaN"),
    );
  });
});

describe("calibration", () => {
  it.each(
    fixture<
      {
        name: string;
        labels: number[];
        probabilities: number[];
        bins: number;
        counts: number[];
        predicted: number[];
        observed: number[];
        expectedCalibrationError: number;
        brierScore: number;
      }[]
    >("calibration"),
  )("$name", ({ labels, probabilities, bins, ...expected }) => {
    const curve = calibrationCurve(probabilities, labels, { bins });
    expect(curve.map(({ count }) => count)).toEqual(expected.counts);
    const filled = curve.filter(({ count }) => count > 0);
    expectClose(
      filled.map(({ predicted }) => predicted),
      expected.predicted,
    );
    expectClose(
      filled.map(({ observed }) => observed),
      expected.observed,
    );
    expect(expectedCalibrationError(curve)).toBeCloseTo(expected.expectedCalibrationError, 12);
    expect(brierScore(probabilities, labels)).toBeCloseTo(expected.brierScore, 12);
  });

  it("has bins of equal width that begin where the one before ends", () => {
    const edges = calibrationCurve([0.5], [1], { bins: 4 }).map(({ from, to }) => [from, to]);
    expect(edges).toEqual([
      [0, 0.25],
      [0.25, 0.5],
      [0.5, 0.75],
      [0.75, 1],
    ]);
  });

  it("says what does not fit", () => {
    expect(() => calibrationCurve([0.5, 1.5], [0, 1])).toThrow(
      new RangeError("calibrationCurve: 1.5 at 1 is no probability"),
    );
    expect(() => brierScore([-0.5], [1])).toThrow(new RangeError("brierScore: -0.5 at 0 is no probability"));
    expect(() => brierScore([Number.NaN], [1])).toThrow(new RangeError("brierScore: NaN at 0 is no probability"));
    expect(() => brierScore([0.5], [2])).toThrow(new RangeError("brierScore: outcome 2 at 0, expected 0 or 1"));
    expect(() => calibrationCurve([0.5], [1], { bins: 0 })).toThrow(
      new RangeError("calibrationCurve: bins must be a positive integer, got 0"),
    );
  });
});

it("a falling threshold counts what is called 1, of each label", () => {
  expect(fallingThreshold("test", [0.1, 0.9, 0.5, 0.5], [0, 1, 1, 0])).toEqual([
    { threshold: 0.9, falsePositives: 0, truePositives: 1 },
    { threshold: 0.5, falsePositives: 1, truePositives: 2 },
    { threshold: 0.1, falsePositives: 2, truePositives: 2 },
  ]);
});

describe("the threshold table", () => {
  it("agrees with scikit-learn", () => {
    const { labels, scores, rows } = fixture<{
      labels: number[];
      scores: number[];
      rows: { threshold: number; precision: number; recall: number; f1: number; accuracy: number }[];
    }>("thresholds");
    const table = thresholdTable(
      scores,
      labels,
      rows.map(({ threshold }) => threshold),
    );
    for (const [i, row] of rows.entries()) expectClose(Object.values(table[i]), Object.values(row));
  });

  it("refuses other labels", () => {
    expect(() => thresholdTable([0.1], [1], [0.5, Number.NaN])).toThrow(
      "thresholdTable: thresholds must be a list of numbers, got [0.5, NaN]; element 1 is NaN",
    );
    expect(() => thresholdTable([0.1], [2], [0.5])).toThrow(
      new RangeError("thresholdTable: label 2 at 0, expected 0 or 1"),
    );
  });
});

describe("the classification report", () => {
  it.each(
    fixture<
      {
        name: string;
        labels: number[];
        predictions: number[];
        precision: number[];
        recall: number[];
        f1: number[];
        support: number[];
        macroF1: number;
        weightedF1: number;
      }[]
    >("classification-report"),
  )("$name", ({ labels, predictions, ...expected }) => {
    const report = classificationReport(predictions, labels, expected.support.length);
    for (const key of ["precision", "recall", "f1", "support"] as const) {
      expectClose(
        report.classes.map((scores) => scores[key]),
        expected[key],
      );
    }
    expect(report.macroF1).toBeCloseTo(expected.macroF1, 12);
    expect(report.weightedF1).toBeCloseTo(expected.weightedF1, 12);
  });
});

describe("McNemar's test", () => {
  it.each(fixture<{ onlyFirst: number; onlySecond: number; pValue: number }[]>("mcnemar"))(
    "$onlyFirst against $onlySecond",
    ({ onlyFirst, onlySecond, pValue }) => {
      const both = 5;
      const neither = 3;
      const fill = (value: number, n: number) => new Array<number>(n).fill(value);
      const first = [...fill(1, both + onlyFirst), ...fill(0, onlySecond + neither)];
      const second = [...fill(1, both), ...fill(0, onlyFirst), ...fill(1, onlySecond), ...fill(0, neither)];
      const result = mcnemar(first, second, fill(1, first.length));
      expect(result).toEqual({ onlyFirst, onlySecond, pValue: expect.closeTo(pValue, 10) });
    },
  );

  it("refuses lists of different length", () => {
    expect(() => mcnemar([1, 0], [1], [1, 0])).toThrow(new RangeError("mcnemar: 1 predictions for 2 labels"));
  });
});

describe("the bootstrap", () => {
  const {
    labels,
    probabilities,
    other,
    accuracy: right,
    auc: area,
    difference,
  } = fixture<{
    labels: number[];
    probabilities: number[];
    other: number[];
    accuracy: [number, number];
    auc: [number, number];
    difference: [number, number];
  }>("bootstrap");
  const called = (scores: number[]) => scores.map((score) => (score > 0.5 ? 1 : 0));
  const drawn = (values: number[], sample: Int32Array) => Array.from(sample, (i) => values[i]);

  /** Both are random: SciPy's ends come from 20,000 samples, ours from 4,000. */
  function expectInterval(statistic: (sample: Int32Array) => number, [low, high]: [number, number]): void {
    const interval = bootstrapInterval(labels.length, statistic, { resamples: 4000, generator: new Generator(1) });
    expect(Math.abs(interval.low - low)).toBeLessThan(0.05 * (high - low));
    expect(Math.abs(interval.high - high)).toBeLessThan(0.05 * (high - low));
  }

  it("of an accuracy", () => {
    const predictions = called(probabilities);
    expectInterval((sample) => accuracy(drawn(predictions, sample), drawn(labels, sample)), right);
  });

  it("of an AUC", () => {
    expectInterval((sample) => auc(rocCurve(drawn(probabilities, sample), drawn(labels, sample))), area);
  });

  it("of a difference on the same examples", () => {
    const rightAt = (scores: number[]) => called(scores).map((call, i) => Number(call === labels[i]));
    const gains = rightAt(probabilities).map((hit, i) => hit - rightAt(other)[i]);
    expectInterval((sample) => sample.reduce((sum, i) => sum + gains[i], 0) / sample.length, difference);
  });

  it("hands out sorted samples, leaves out NaN, and is decided by the generator", () => {
    const samples: number[][] = [];
    const run = (seed: number) =>
      bootstrapInterval(
        20,
        (sample) => {
          samples.push([...sample]);
          return sample[0] > 0 ? Number.NaN : sample.reduce((sum, i) => sum + i, 0);
        },
        { resamples: 50, generator: new Generator(seed) },
      );
    expect(run(1)).toEqual(run(1));
    expect(run(1)).not.toEqual(run(2));
    for (const sample of samples) expect(sample).toEqual(sample.toSorted((a, b) => a - b));
    expect(samples.some(([first]) => first > 0)).toBe(true);
  });

  it("cuts the drawn figures where numpy.quantile does", () => {
    // The statistic counts the samples, so that what was drawn is 0, 1, 2, …, whatever the samples are.
    const interval = (resamples: number, confidence: number) => {
      let drawn = 0;
      return bootstrapInterval(3, () => drawn++, { resamples, confidence, generator: new Generator(1) });
    };
    expect(interval(5, 0.5)).toEqual({ low: 1, high: 3 });
    const { low, high } = interval(4, 0.8);
    expectClose([low, high], [0.3, 2.7]);
    expect(interval(1, 0.9)).toEqual({ low: 0, high: 0 });
  });

  it("draws n numbers for each sample, and no more", () => {
    const [generator, twin] = [new Generator(1), new Generator(1)];
    bootstrapInterval(4, () => 1, { resamples: 3, generator });
    for (let i = 0; i < 12; i++) twin.int(4);
    expect(generator.state()).toEqual(twin.state());
  });

  it("says what does not fit", () => {
    expect(() => bootstrapInterval(0, () => 1)).toThrow(
      new RangeError("bootstrapInterval: n must be a positive integer, got 0"),
    );
    expect(() => bootstrapInterval(5, () => 1, { confidence: 95 })).toThrow(
      new RangeError("bootstrapInterval: confidence must be a number between 0 and 1, got 95"),
    );
    expect(() => bootstrapInterval(5, () => Number.NaN)).toThrow(
      new RangeError("bootstrapInterval: the statistic was NaN for every sample"),
    );
  });
});
