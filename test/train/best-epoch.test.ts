/** Which epoch was the best, and whether training still comes to better ones. */

import { describe, expect, it } from "vitest";
import { bestEpoch, decidingSplit, keepsImproving, METRICS } from "../../src/train/best-epoch.js";

/** One epoch for each value of a metric on the training set. */
const epochs = (metric: string, ...values: number[]) =>
  values.map((value, i) => ({ epoch: i + 1, train: { loss: 0, [metric]: value } }));

it.each(METRICS)("%s: less is better of costs, more of the rest; of equals, the first is the best", (metric) => {
  const isCost = metric === "loss" || metric === "error";
  expect(bestEpoch(epochs(metric, 0.5, 0.1, 0.9, 0.1, 0.9), metric).epoch).toBe(isCost ? 2 : 3);
});

it("the validation set decides before the test set, and that before the training set", () => {
  const [train, validation, test] = [{ loss: 1 }, { loss: 1 }, { loss: 1 }];
  expect(decidingSplit({ validation, test })).toBe("validation");
  expect(decidingSplit({ validation })).toBe("validation");
  expect(decidingSplit({ test })).toBe("test");
  expect(decidingSplit({})).toBe("train");
  const reports = [0, 1].map((i) => ({ epoch: i + 1, train, test: { loss: 1 - i } }));
  expect(bestEpoch(reports, "loss").epoch).toBe(2);
});

describe("an early stop", () => {
  it("comes when the best epoch is as many epochs ago as there is patience for", () => {
    const goesOn = (patience: number, ...losses: number[]) =>
      keepsImproving(epochs("loss", ...losses), { metric: "loss", patience });
    expect(goesOn(1)).toBe(true);
    expect(goesOn(1, 3)).toBe(true);
    expect(goesOn(1, 3, 3)).toBe(false);
    expect(goesOn(2, 3, 3)).toBe(true);
    expect(goesOn(2, 3, 4, 4)).toBe(false);
    expect(goesOn(2, 3, 4, 2)).toBe(true);
  });
});

it("a metric that is not there is said with what it needs", () => {
  const reports = epochs("loss", 1, 2);
  expect(() => bestEpoch(reports, "auc")).toThrow(
    "there is no auc in epoch 1: it needs two classes, and examples of both of them",
  );
  expect(() => bestEpoch(reports, "recall")).toThrow(
    "there is no recall in epoch 1: it needs targets that are classes",
  );
  expect(() => bestEpoch([], "loss")).toThrow("bestEpoch: no epoch is over");
});
