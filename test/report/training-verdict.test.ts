/** The verdict on a run's training: sentences for made-up epochs. */

import { describe, expect, it } from "vitest";
import { adviceOnTraining, type Course, trainingInWords } from "../../src/report/training-verdict.js";
import type { EpochLine } from "../../src/run/run-json.js";

/** An epoch: losses, and accuracies where they matter, of the training and the validation photographs. */
type Epoch = readonly [trainLoss: number, loss: number, trainAccuracy?: number, accuracy?: number];

function course(epochs: readonly Epoch[], best: number, changes: Partial<Course> = {}): Course {
  const lines = epochs.map(([trainLoss, loss, trainAccuracy = 0.9, accuracy = 0.85 + (0.01 * best) / 10], i) => ({
    epoch: i + 1,
    train: { loss: trainLoss, accuracy: trainAccuracy },
    validation: { loss, accuracy },
  })) as unknown as EpochLine[];
  return {
    epochs: lines,
    best: lines[best - 1],
    metric: "accuracy",
    planned: epochs.length,
    isOver: true,
    batch: 64,
    counts: [5000, 5000],
    deciders: 1000,
    ...changes,
  };
}

const falling: Epoch[] = [
  [2, 2, 0.7, 0.7],
  [1, 1, 0.8, 0.85],
  [0.9, 1, 0.85, 0.8],
  [0.8, 1, 0.88, 0.8],
  [0.7, 1, 0.9, 0.8],
];

const overfitting: Epoch[] = [
  [2, 2, 0.7, 0.7],
  [1, 1, 0.8, 0.8],
  [0.9, 1.1, 0.9, 0.8],
  [0.7, 1.3, 0.95, 0.79],
  [0.5, 1.5, 0.99, 0.79],
];

const cases: [name: string, course: Course, words: string | RegExp][] = [
  ["one epoch", course([[1, 1]], 1), /^One epoch is too few/],
  ["a best epoch near the end", course(falling.slice(0, 3), 2), /is 2 of 3, too near the end to tell whether/],
  [
    "the last epoch is the best",
    course(falling.slice(0, 2), 2),
    "It was still improving: its best epoch, 2, is the last one; more may help.",
  ],
  [
    "the loss falls on the training photographs and rises on the others",
    course(overfitting, 2),
    "It overfitted: from epoch 2 to 5 the loss fell on the training photographs (1.0000 to 0.5000) and rose on the " +
      "validation photographs (1.0000 to 1.5000); its best epoch is 2.",
  ],
  ["one such epoch, which is none", course(overfitting.slice(0, 3), 2), /too near the end/],
  [
    "both losses rise",
    course([[2, 2, 0.7, 0.7], [1, 1, 0.8, 0.8], ...Array.from({ length: 3 }, (): Epoch => [1.5, 1.5, 0.8, 0.75])], 2),
    /^It had stopped improving/,
  ],
  [
    "several epochs are no better",
    course(falling, 2),
    "It had stopped improving: by accuracy, none of the 3 epochs after its best, 2, was better.",
  ],
  [
    "the first epoch is the best",
    course([[1, 1, 0.8, 0.9], ...falling.slice(1).map(([a, b]): Epoch => [a, b, 0.85, 0.8])], 1),
    /^Its first epoch is its best: by accuracy, none of the 4 after it was better\. A smaller learning rate/,
  ],
  [
    "all epochs are the same",
    course(
      falling.map(([a, b]): Epoch => [a, b, 0.8, 0.6]),
      1,
    ),
    "By accuracy on the validation photographs, all 5 epochs are the same: training changed nothing there.",
  ],
  [
    "nothing can be better than the best",
    course([[1, 0.5, 0.8, 0.9], [0.5, 0.1, 0.95, 1], ...Array.from({ length: 4 }, (): Epoch => [0.1, 0.1, 1, 1])], 2),
    "Its best epoch is 2, with the best accuracy there can be on the validation photographs.",
  ],
  [
    "not even the training photographs were learned",
    course(
      Array.from({ length: 5 }, (): Epoch => [0.7, 0.7, 0.52, 0.5]),
      1,
    ),
    /^It has not learned: even of the photographs it was trained on, it calls 52.00 % right at the end\. Another learning rate/,
  ],
  [
    "it was interrupted",
    course(falling.slice(0, 3), 2, { isOver: false, planned: 8 }),
    "Training is not over: 3 of 8 epochs, and the best so far by accuracy is 2.",
  ],
];

describe("how training ended", () => {
  it.each(cases)("%s", (_, course, words) => {
    const said = trainingInWords(course).replaceAll("\u00a0", " ");
    if (typeof words === "string") expect(said).toBe(words);
    else expect(said).toMatch(words);
  });

  it("is told by the test photographs where there are no others", () => {
    const { epochs, ...rest } = course(overfitting, 2);
    const lines = epochs.map(({ validation, ...line }) => ({ ...line, test: validation }));
    const told = trainingInWords({ ...rest, epochs: lines, best: lines[1] });
    expect(told).toContain("rose on the test photographs (1.0000 to 1.5000)");
  });
});

describe("what to try next", () => {
  const advice = (course: Course) => adviceOnTraining(course).join(" ").replaceAll("\u00a0", " ");

  it("is nothing after a good training", () => {
    expect(advice(course(falling, 2))).toBe("");
  });

  it("is more steps after few, unless they were enough", () => {
    const few = { counts: [120, 105] };
    expect(advice(course(falling, 5, few))).toBe(
      "Training had 20 steps of 64 photographs, which is little: smaller batches (--batch 16) or more epochs (--epochs) make more of them.",
    );
    expect(advice(course(falling, 5, { ...few, batch: 16 }))).toBe(
      "Training had 75 steps of 16 photographs, which is little: more epochs (--epochs) make more of them.",
    );
    expect(advice(course(falling, 2, few))).toBe("");
    expect(advice(course(falling, 5, { ...few, isOver: false }))).toBe("");
    expect(advice(course([...falling, [0.1, 0.1, 1, 1]], 6, few))).toBe("");
  });

  it("is more photographs where those for training are known by heart", () => {
    expect(advice(course(overfitting, 2))).toMatch(
      /^At the end it knew the training photographs much better than others: 99.00 % of them right, and 79.00 % of the validation photographs\./,
    );
    // Of 20 photographs, chance alone may do that.
    expect(advice(course(overfitting, 2, { deciders: 60 }))).toMatch(/^At the end/);
    expect(advice(course([[1, 1, 0.97, 0.85]], 1, { deciders: 20, counts: [90, 90] }))).not.toMatch(/^At the end/);
  });

  it("is more photographs to tell the best epoch, where they are few", () => {
    expect(advice(course(falling, 2, { deciders: 20 }))).toBe(
      "The best epoch was told by 20 photographs, so it may be the best by chance: one photograph more or less is 5.0 %. --val-fraction 0.2 keeps more of them.",
    );
  });
});
