/** Sweep files: what is taken, what is refused and in which words, and which settings come of it. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { readSweep } from "../../src/run/read-sweep.js";
import { configOf, rungsOf, sweepOf } from "../../src/run/sweep-file.js";
import { settingsOf } from "../../src/run/sweep-space.js";

const file = { base: { data: "faces" }, space: { lr: [0.001, 0.01] }, seeds: [1], maxEpochs: 9 };

describe("a sweep file", () => {
  it("is filled in", () => {
    expect(sweepOf(file)).toEqual({
      ...file,
      metric: "accuracy",
      minEpochs: 9,
      factor: 3,
      halving: "synchronous",
    });
  });

  it.each<[Record<string, unknown>, string]>([
    [{ maxEpochs: undefined }, "maxEpochs: missing"],
    [{ maxEpochs: 2.5 }, "maxEpochs: expected a whole number of at least 1, got 2.5"],
    [{ minEpochs: 10 }, "minEpochs: expected at most maxEpochs (9), got 10"],
    [{ factor: 1 }, "factor: expected a number of at least 2, got 1"],
    [{ seeds: [] }, "seeds: expected at least one seed, got []"],
    [{ seeds: [1, 1] }, "seeds: one seed is there twice, got [1,1]"],
    [{ metric: "test" }, "metric: expected loss, accuracy, error, precision, recall, f1 or auc"],
    [{ repeats: 3 }, "repeats: there is no such field; there are base, space, random, seeds, metric"],
    [{ space: { lr: 0.1 } }, "space.lr: expected a list of values, or a range: from and to, got 0.1"],
    [{ space: { lr: null } }, "space.lr: expected a list of values, or a range: from and to, got null"],
    [{ space: { lr: [] } }, "space.lr: expected at least one value, got []"],
    [{ space: { lr: [1, 1] } }, "space.lr: one value is there twice"],
    [{ space: { lr: { from: 1, to: 1 } } }, "space.lr: expected from to be less than to"],
    [{ space: { lr: { from: 0, to: 1, scale: "log" } } }, "space.lr: expected from to be above 0"],
    [{ space: { lr: { from: 0, to: 1, step: 2 } } }, "space.lr.step: there is no such field"],
    [{ space: { sped: [1] } }, "space: sped: there is no such option; there are net, size, dropout, augment, batch"],
    [{ space: { seed: [1] } }, 'space: seed: it stands in "seeds"'],
    [{ base: { data: "faces", epochs: 3 } }, 'base: epochs: it is "maxEpochs"'],
    [
      { base: { data: "faces", evaluateTest: true } },
      "base: evaluateTest: a sweep never looks at the test photographs",
    ],
    [{ base: { data: "faces", valFraction: 0 } }, "base: valFraction: with 0 the test photographs would tell the best"],
    [{ base: { data: "faces", lr: 1 } }, "space: lr: it stands in base, too"],
    [{ space: { limit: [10, 20] } }, "space: limit: trials are compared on the same photographs"],
    [{ space: { checkpointEvery: [1, 2] } }, "space: checkpointEvery: it decides nothing"],
  ])("%j is refused", (changes, message) => {
    expect(() => sweepOf({ ...file, ...changes })).toThrow(message);
  });

  it("has ranges that begin at 0, or below it, where the scale is linear, and above it where it is that of logarithms", () => {
    const rest = { to: 1, steps: 3 };
    for (const from of [0, -1]) {
      const lr = { from, ...rest, scale: "linear", whole: false };
      expect(sweepOf({ ...file, space: { lr: { from, ...rest } } }).space).toEqual({ lr });
    }
    const lr = { from: 1e-9, ...rest, scale: "log", whole: true };
    expect(sweepOf({ ...file, space: { lr } }).space).toEqual({ lr });
  });

  it("has options that are checked as a run's, and says where they stand", () => {
    const sweep = sweepOf({ ...file, base: { data: "faces", momentum: 0.9 }, space: { batch: [1.5] } });
    expect(() => configOf(sweep, { batch: 1.5 }, 1)).toThrow(
      "space: batch: expected a whole number of at least 1, got 1.5",
    );
    expect(() => configOf(sweep, {}, 1)).toThrow("base: momentum: only optimizer sgd has this option");
    expect(() => configOf(sweepOf({ ...file, base: {} }), {}, 1)).toThrow("base: data: expected a folder");
  });

  it("has paths that start from its own folder, or from where the photographs are said to be", async () => {
    const root = await mkdtemp(join(tmpdir(), "torchlet-"));
    onTestFinished(() => rm(root, { recursive: true }));
    const path = join(root, "sweep.json");
    await writeFile(path, JSON.stringify(file));
    expect((await readSweep(path)).base.data).toBe(join(root, "faces"));
    expect((await readSweep(path, { data: "/elsewhere" })).base.data).toBe("/elsewhere");
    await writeFile(path, JSON.stringify({ ...file, factor: 0 }));
    await expect(readSweep(path)).rejects.toThrow(`${path}: factor: expected a number of at least 2, got 0`);
    await writeFile(path, JSON.stringify({ ...file, space: { net: ["net1", "net9"] } }));
    await expect(readSweep(path)).rejects.toThrow(`${path}: space: net: expected net1, net2 or net3, got "net9"`);
    await writeFile(path, "{");
    await expect(readSweep(path)).rejects.toThrow(`${path}: `);
  });
});

describe("rungs", () => {
  it.each([
    [{ minEpochs: 1, maxEpochs: 9, factor: 3 }, [1, 3, 9]],
    [{ minEpochs: 1, maxEpochs: 10, factor: 3 }, [1, 3, 9, 10]],
    [{ minEpochs: 2, maxEpochs: 5, factor: 2.5 }, [2, 5]],
    [{ minEpochs: 4, maxEpochs: 4, factor: 3 }, [4]],
  ])("of %j", (sweep, rungs) => expect(rungsOf(sweep)).toEqual(rungs));
});

describe("the space", () => {
  const range = { from: 0.0001, to: 0.01, scale: "log", steps: 3, whole: false } as const;

  it("is a grid of all values, in the order of the file", () => {
    expect(settingsOf({ space: { lr: range, batch: [32, 64] } })).toEqual([
      { lr: 0.0001, batch: 32 },
      { lr: 0.0001, batch: 64 },
      { lr: 0.001, batch: 32 },
      { lr: 0.001, batch: 64 },
      { lr: 0.01, batch: 32 },
      { lr: 0.01, batch: 64 },
    ]);
    const size = { from: 8, to: 11, scale: "linear", steps: 6, whole: true } as const;
    expect(settingsOf({ space: { size } })).toEqual([8, 9, 10, 11].map((value) => ({ size: value })));
    const dropout = { from: 0, to: 1, scale: "linear", steps: 3, whole: false } as const;
    expect(settingsOf({ space: { dropout } })).toEqual([0, 0.5, 1].map((value) => ({ dropout: value })));
    expect(settingsOf({ space: {} })).toEqual([{}]);
  });

  it("needs steps for a grid", () => {
    expect(() => settingsOf({ space: { lr: { ...range, steps: undefined } } })).toThrow(
      "space: lr: a grid needs steps",
    );
  });

  it("is drawn evenly in the logarithm, within its ends, the first the same where more are drawn", () => {
    const space = { lr: { ...range, steps: undefined }, batch: [32, 64] };
    const many = settingsOf({ space, random: { settings: 200, seed: 1 } });
    const rates = many.map(({ lr }) => lr as number);
    expect(Math.min(...rates)).toBeGreaterThanOrEqual(0.0001);
    expect(Math.max(...rates)).toBeLessThanOrEqual(0.01);
    const below = rates.filter((rate) => rate < 0.001).length;
    // Half of 200, give or take three deviations of √50.
    expect(Math.abs(below - 100)).toBeLessThan(22);
    expect(rates.every((rate) => Number(rate.toPrecision(3)) === rate)).toBe(true);
    expect(settingsOf({ space, random: { settings: 5, seed: 1 } })).toEqual(many.slice(0, 5));
    expect(settingsOf({ space, random: { settings: 5, seed: 2 } })).not.toEqual(many.slice(0, 5));
  });

  it("has no setting twice, and says so where there are too few", () => {
    const space = { batch: [1, 2, 3] };
    const all = settingsOf({ space, random: { settings: 3, seed: 0 } }).map(({ batch }) => batch);
    expect(all.sort()).toEqual([1, 2, 3]);
    // Of a range with steps, the values of its grid.
    const rates = settingsOf({ space: { lr: range }, random: { settings: 3, seed: 0 } }).map(({ lr }) => lr);
    expect(rates.sort()).toEqual([0.0001, 0.001, 0.01]);
    expect(() => settingsOf({ space, random: { settings: 4, seed: 0 } })).toThrow(
      "random: 4 settings are to be drawn, and the space has about 3 that differ",
    );
  });
});
