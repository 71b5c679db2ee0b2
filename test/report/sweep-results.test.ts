/** What a sweep has come to, as a table for people and one for programs. */

import { describe, expect, it } from "vitest";
import { compareSeeds } from "../../src/report/sweep-chance.js";
import { resultsCsv } from "../../src/report/sweep-csv.js";
import { resultLines, resultsOf, spreadOf } from "../../src/report/sweep-results.js";
import { sweepOf } from "../../src/run/sweep-file.js";
import type { SettingState, SweepFolder, TrialState } from "../../src/run/sweep-folder.js";

const sweep = sweepOf({
  base: { data: "faces" },
  space: { net: ["net1", "net2"], augment: [{ flip: 0.5 }] },
  seeds: [1, 2],
  minEpochs: 1,
  maxEpochs: 3,
  factor: 2,
});

/** A trial with these accuracies after its epochs, and, where it has come to its end, this one of the test photographs. */
function trial(
  id: string,
  seed: number,
  accuracies: number[],
  end: { test?: number; broken?: string } = {},
): TrialState {
  const lines = accuracies.map((accuracy, i) => ({ epoch: i + 1, validation: { accuracy } }));
  const { test, broken } = end;
  const result =
    test === undefined && broken === undefined
      ? undefined
      : { broken, test: test === undefined ? undefined : { best: { metrics: { accuracy: test } } } };
  return { trial: { id, seed, config: { epochs: 3 } }, lines, result } as unknown as TrialState;
}

const augment = { flip: 0.5 };
const finished: SettingState = {
  setting: { net: "net1", augment },
  trials: [trial("a1", 1, [0.5, 0.75, 0.7], { test: 0.7 }), trial("a2", 2, [0.5, 0.6, 0.65], { test: 0.6 })],
};
const givenUp: SettingState = {
  setting: { net: "net2", augment },
  trials: [trial("b1", 1, [0.4]), trial("b2", 2, [0.45])],
};
const broken: SettingState = {
  setting: { net: "net3", augment },
  trials: [trial("c1", 1, [0.9]), trial("c2", 2, [], { broken: "NaN, at once" })],
};

const resultsFrom = (...states: SettingState[]) =>
  resultsOf({ sweep, settings: async () => states } as unknown as SweepFolder);

describe("the results of a sweep", () => {
  it("are sorted by how far a setting has come, then by its mean, with what has broken off at the end", async () => {
    const results = await resultsFrom(broken, givenUp, finished);
    expect(results.settings.map(({ setting, epochs }) => [setting.net, epochs])).toEqual([
      ["net1", 3],
      ["net2", 1],
      ["net3", 1],
    ]);
    expect(results.over).toBe(false);
    expect(resultLines(results)).toEqual([
      "net   augment       epochs  seeds  accuracy (validation)  accuracy (test)",
      'net1  {"flip":0.5}       3      2        0.7000 ± 0.0707  0.6500 ± 0.0707',
      'net2  {"flip":0.5}       1      2        0.4250 ± 0.0354',
      'net3  {"flip":0.5}       1      2             broken off',
      "",
      "The sweep is not over: this may change.",
    ]);
  });

  it("of a sweep that is over say that the best of several is flattered", async () => {
    const results = await resultsFrom(givenUp, finished);
    expect(results.over).toBe(true);
    expect(resultLines(results).at(-1)).toMatch(/^The best of 2 settings looks better on the validation photographs/);
  });

  it("are a table for programs, a line for each trial", async () => {
    expect(await resultsCsv(await resultsFrom(finished, broken))).toBe(
      [
        "trial,net,augment,seed,epochs,bestEpoch,validation accuracy,test accuracy,broken",
        'a1,net1,"{""flip"":0.5}",1,3,2,0.75,0.7,',
        'a2,net1,"{""flip"":0.5}",2,3,3,0.65,0.6,',
        'c1,net3,"{""flip"":0.5}",1,1,1,0.9,,',
        'c2,net3,"{""flip"":0.5}",2,0,,,,"NaN, at once"',
        "",
      ].join("\n"),
    );
  });
});

it("the deviation is the sample's, as R's sd(c(2, 4, 4, 4, 5, 5, 7, 9))", () => {
  const { mean, deviation } = spreadOf([2, 4, 4, 4, 5, 5, 7, 9]);
  expect(mean).toBe(5);
  expect(deviation).toBeCloseTo(2.13809, 5);
  expect(spreadOf([3])).toEqual({ mean: 3 });
});

it("settings are compared seed by seed, and corrected for how many they are", async () => {
  const other = (net: string, ...test: number[]): SettingState => ({
    setting: { net, augment },
    trials: test.map((value, i) => trial(`${net}${i}`, i + 1, [0.1, 0.1, 0.1], { test: value })),
  });
  const { settings } = await resultsFrom(finished, other("net2", 0.5, 0.5), other("net3", 0.6, 0.5));
  const compared = compareSeeds(settings);
  expect(compared.map(({ other: { setting }, difference }) => [setting.net, difference.toFixed(4)])).toEqual([
    ["net2", "0.1500"],
    ["net3", "0.1000"],
  ]);
  // The differences from net3 are all the same, those from net2 are 0.2 and 0.1: t = 3 of one degree of freedom.
  expect(compared[0].pValue).toBeCloseTo(1 - (2 / Math.PI) * Math.atan(3), 10);
  expect(compared[0].corrected).toBe(compared[0].pValue);
});
