/** The verdicts on a run's answers and on two runs': sentences for made-up answers. */

import { describe, expect, it } from "vitest";
import { betterInWords, figureLines, guessingInWords, judge, testInWords } from "../../src/report/better.js";
import { type Comparison, namesOf } from "../../src/report/compared.js";
import { confusions } from "../../src/report/confusions.js";
import { figuresOf } from "../../src/report/figures.js";
import { Predictions } from "../../src/report/predictions.js";
import { figuresSection } from "../../src/report/sections/compared.js";
import { bestThreshold } from "../../src/report/threshold.js";
import { answersInWords, qualityInWords } from "../../src/report/verdict.js";
import { Generator } from "../../src/tensor/random.js";

/** Photographs [class, called as], so many of each. */
type Counts = readonly [is: number, called: number, n: number][];

/** Sure of every call. */
function called(classes: string[], counts: Counts): Predictions {
  const photographs = counts.flatMap(([is, k, n]) => Array.from({ length: n }, () => [is, k]));
  return new Predictions(
    classes,
    Int32Array.from(photographs, ([is]) => is),
    photographs.map(([, k]) => classes.map((_, j) => Number(j === k))),
  );
}

/** Of "no" and "yes": photographs [class, probability of "yes"], so many of each. */
function scored(...groups: [is: number, probability: number, n: number][]): Predictions {
  const photographs = groups.flatMap(([is, p, n]) => Array.from({ length: n }, () => [is, p]));
  return new Predictions(
    ["no", "yes"],
    Int32Array.from(photographs, ([is]) => is),
    photographs.map(([, p]) => [Math.log(1 - p), Math.log(p)]),
  );
}

function trained(predictions: Predictions, counts: number[] = predictions.classes.map(() => 50)) {
  return { net: "net1", counts, predictions, figures: figuresOf(predictions, new Generator(1)) };
}

const said = (predictions: Predictions, counts?: number[]) =>
  qualityInWords(trained(predictions, counts)).replaceAll("\u00a0", " ");
const added = (predictions: Predictions, counts?: number[]) =>
  answersInWords(trained(predictions, counts)).join(" ").replaceAll("\u00a0", " ");

describe("how good a run is", () => {
  it("is told beside what always giving the commonest answer would get", () => {
    const three = called(
      ["Bag", "Coat", "R&D"],
      [
        [0, 0, 55],
        [0, 2, 5],
        [1, 1, 50],
        [2, 2, 40],
      ],
    );
    expect(said(three, [30, 40, 30])).toBe(
      "net1, trained on 100 photographs to tell 3 classes apart, calls 96.67 % of 150 test photographs right " +
        "(95 % interval 92.43 % to 98.57 %); always answering “Bag” would get 40.00 %.",
    );
    expect(said(called(["no", "yes"], [[1, 1, 1]]), [1, 1])).toContain(
      "trained on 2 photographs to tell “no” from “yes”, calls 100.00 % of 1 test photograph right (95 % interval 20.65 % to 100.00 %)",
    );
  });

  /** What accuracy alone would say, and what the scores behind it say. */
  const cases: [name: string, predictions: Predictions, words: RegExp, more: RegExp][] = [
    [
      "ranks well, with a threshold that does not fit",
      scored([0, 0.2, 40], [0, 0.3, 5], [1, 0.3, 5], [1, 0.4, 45], [1, 0.6, 5]),
      /calls 50.00 % of 100 .*: no better than always answering “yes”, which would get 55.00 %\. Yet it ranks them very well \(AUC 0\.9\d+\): its threshold does not fit\.$/,
      /If it called a photograph “yes” from a probability of 0\.4 on, and not of 0\.5, 95.00 % would be right/,
    ],
    [
      "ranks well, but one class is rare",
      scored([0, 0.1, 170], [0, 0.4, 15], [1, 0.1, 3], [1, 0.4, 12]),
      /calls 92.50 % .*: no better than always answering “no”, .* Yet it ranks them well \(AUC 0\.8\d+\): accuracy alone does not show it\.$/,
      /^It calls every test photograph “no”; 185 of 200 are\.|takes “yes” for “no”/,
    ],
    [
      "ranks as chance does",
      scored([0, 0.4, 20], [0, 0.6, 20], [1, 0.4, 20], [1, 0.6, 20]),
      /no better than always answering “no”, .* Nor does it rank them better than chance \(AUC 0\.5000, 95 % interval 0\.3\d+ to 0\.6\d+\)\.$/,
      /Most often it takes/,
    ],
    [
      "ranks the wrong way round",
      scored([0, 0.8, 40], [1, 0.2, 40]),
      /calls 0.00 % .*: worse than always answering “no”, .* It ranks them the wrong way round \(AUC 0\.0000\): do labels mean the same/,
      /takes “no” for “yes”: 40 of 40/,
    ],
    [
      "is better than guessing, and another threshold would be better still",
      scored([0, 0.1, 100], [1, 0.4, 60], [1, 0.9, 40]),
      /calls 70.00 % of 200 test photographs right \(95 % interval 63.\d+ % to 75.\d+ %\); always answering “no” would get 50.00 %\.$/,
      /from a probability of 0\.4 on, and not of 0\.5, 100.00 % would be right/,
    ],
    [
      "is good, and its threshold, too",
      scored([0, 0.1, 95], [0, 0.92, 5], [1, 0.9, 95], [1, 0.05, 5]),
      /calls 95.00 % of 200 /,
      /^Most often it takes “no” for “yes”: 5 of 100 photographs \(5.00 %\)\.$/,
    ],
    [
      "calls everything the same, and ranks nothing",
      scored([0, 0.6, 40], [1, 0.6, 60]),
      /calls 60.00 % .*: no better than always answering “yes”, .* Nor does it rank/,
      /^It calls every test photograph “yes”; 60 of 100 are\./,
    ],
  ];
  it.each(cases)("where it %s", (_, predictions, words, more) => {
    expect(said(predictions)).toMatch(words);
    expect(added(predictions)).toMatch(more);
  });

  it("of uneven classes is not only their accuracy", () => {
    // Half of what is called the largest class is right for it anyhow.
    const uneven = called(
      ["a", "b", "c"],
      [
        [0, 0, 60],
        [0, 1, 30],
        [0, 2, 10],
        [1, 1, 8],
        [2, 2, 8],
        [2, 0, 2],
      ],
    );
    expect(said(uneven)).toMatch(
      /worse than always answering “a”, .* Yet it tells classes apart: on the average it finds 80.00 % of a class, where chance finds 33.33 %\.$/,
    );
  });
});

describe("what else there is to say", () => {
  it("is which rare class is hardly found", () => {
    const rare = called(
      ["many", "rare"],
      [
        [0, 0, 90],
        [1, 0, 7],
        [1, 1, 3],
      ],
    );
    expect(added(rare, [900, 40])).toContain(
      "Of “rare” it finds 3 of 10: it was trained on 40 of them, of 470 a class on the average.",
    );
    expect(added(rare, [900, 900])).not.toContain("it was trained on");
  });

  it("is how much few test photographs leave open", () => {
    expect(added(scored([0, 0.1, 9], [0, 0.8, 3], [1, 0.9, 12]))).toMatch(
      /24 test photographs say little: the true accuracy may be anywhere from 69.\d+ % to 95.\d+ %\.$/,
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
    expect(added(predictions)).toContain("Most often it takes “b” for “a”: 2 of 4 photographs (50.00 %).");
  });

  it("is nothing where there is no mistake, or where mistakes are spread", () => {
    expect(added(called(["a", "b"], [[0, 0, 3]]))).toMatch(/^It makes no mistake on the test photographs\./);
    const spread = called(
      ["a", "b", "c"],
      [
        [0, 1, 1],
        [1, 2, 1],
      ],
    );
    expect(added(spread)).toMatch(/^Its mistakes are spread/);
  });
});

describe("the best threshold", () => {
  it("has as few digits as tell it from the next score", () => {
    expect(bestThreshold(scored([0, 0.21, 3], [1, 0.487, 3]))).toEqual({ threshold: 0.4, accuracy: 1 });
    expect(bestThreshold(scored([0, 0.4865, 3], [1, 0.4871, 3]))).toEqual({ threshold: 0.487, accuracy: 1 });
  });

  it("is the one nearest to one half of those that are as good", () => {
    expect(bestThreshold(scored([0, 0.2, 1], [1, 0.3, 1], [0, 0.4, 1], [1, 0.6, 1]))).toEqual({
      threshold: 0.6,
      accuracy: 0.75,
    });
  });
});

describe("which of two is better", () => {
  /** How many photographs both, one or none of the two call right, all of them sure. */
  function outcome(both: number, onlyFirst: number, onlySecond: number, neither = 0) {
    const of = (first: number, second: number, n: number) => Array.from({ length: n }, () => [first, second]);
    const right = [...of(1, 1, both), ...of(1, 0, onlyFirst), ...of(0, 1, onlySecond), ...of(0, 0, neither)];
    const [first, second] = [0, 1].map((which) => {
      const counts = right.map((each, i) => [i % 2, each[which] ? i % 2 : 1 - (i % 2), 1] as const);
      return called(["no", "yes"], counts as unknown as Counts);
    });
    return { of: judge({ predictions: [first, second] } as unknown as Comparison), predictions: first };
  }
  const told = ({ of, predictions }: ReturnType<typeof outcome>) =>
    betterInWords(of, ["one", "two"], predictions.length).replaceAll("\u00a0", " ");

  it("is the one that calls more right, where chance would not often do so", () => {
    expect(told(outcome(176, 2, 14, 8))).toMatch(
      /^two is better than one: of the 200 photographs that both were tested on one calls 89.00 % right, two 95.00 %\. The difference of \+6.00 percentage points \(95 % interval \+2.\d+ to \+\d+.\d+\) is more than chance \(p = 0.0042\)\.$/,
    );
    expect(told(outcome(176, 14, 2, 8))).toMatch(/^one is better than two: /);
  });

  it("cannot be told where chance may well have done it, and is neither where they never differ", () => {
    expect(told(outcome(176, 4, 5, 15))).toMatch(
      /^It cannot be told which is better: .* may well be chance \(p = 1.0000\)\.$/,
    );
    const same = outcome(180, 0, 0, 20);
    expect(told(same)).toMatch(/^one and two are equally good: .* they call the same 90.00 % right\.$/);
    expect(testInWords(same.of, ["one", "two"])).toBe("one and two call the same photographs right.");
  });

  it("may be that one ranks better, though both call as many right", () => {
    const first = scored([0, 0.1, 50], [0, 0.4, 50], [1, 0.1, 20], [1, 0.4, 40], [1, 0.9, 40]);
    const second = scored([0, 0.1, 100], [1, 0.4, 60], [1, 0.9, 40]);
    const of = judge({ predictions: [first, second] } as unknown as Comparison);
    expect(betterInWords(of, ["one", "two"], 200)).toMatch(/^one and two are equally good/);
    const shifted = scored([0, 0.1, 99], [0, 0.6, 1], [1, 0.4, 60], [1, 0.9, 40]);
    const apart = judge({ predictions: [first, shifted] } as unknown as Comparison);
    expect(betterInWords(apart, ["one", "two"], 200)).toMatch(
      /^It cannot be told which is better: .* But two ranks them better than one: the AUC is 0\.\d+ and 0\.9\d+, a difference of \+0\.\d+ \(95 % interval \+0\.\d+ to \+0\.\d+\)\.$/,
    );
  });

  it("tells differences of shares in percentage points, others as the figures are", () => {
    const lines = figureLines(outcome(176, 2, 14, 8).of).map((line) => line.replaceAll("\u00a0", " "));
    expect(lines[0]).toMatch(
      /^accuracy +89.00 % \(.+\) +95.00 % \(.+\) +\+6.00 points \(\+2.\d+ to \+\d+.\d+ points\)$/,
    );
    expect(lines.at(-1)).toMatch(/^AUC .+ \+0.0\d+ \(\+0.0\d+ to \+0.\d+\)$/);
  });

  it("has figures and differences that all stand to the right of their column", () => {
    const { of, predictions } = outcome(176, 2, 14, 8);
    const both = { names: ["one", "two"], predictions: [predictions, predictions] } as unknown as Comparison;
    const { text } = figuresSection(both, of).body;
    expect(text).toContain('<td class="number">+6.00\u00a0points</td>');
    expect(text).not.toContain("<td>");
  });

  it("is told together with the one answer that is as good", () => {
    const guess = ({ of, predictions }: ReturnType<typeof outcome>) =>
      guessingInWords(of, ["one", "two"], predictions).join("").replaceAll("\u00a0", " ");
    expect(guess(outcome(80, 5, 5, 10))).toBe("");
    expect(guess(outcome(40, 8, 40, 12))).toBe("one is no better than always answering “no”, which would get 50.00 %.");
    expect(guess(outcome(40, 8, 8, 44))).toMatch(/^Neither one nor two is better than always answering “no”/);
  });

  it("names runs by as much of their paths as tells them apart", () => {
    expect(namesOf(["runs/a", "runs/b"])).toEqual(["a", "b"]);
    expect(namesOf(["seed1/net", "seed2/net/"])).toEqual(["seed1/net", "seed2/net"]);
    const long = "x".repeat(60);
    expect(namesOf([`/1/${long}1${long}`, `/1/${long}2${long}`])).toEqual(["the first", "the second"]);
  });
});
