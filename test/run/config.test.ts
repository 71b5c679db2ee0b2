/** The options of a run: what is filled in, and what is said of what is wrong. */

import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import {
  asItWas,
  decisive,
  flagOf,
  optionGroups,
  trainConfig,
  trainOptions,
  withAbsolutePaths,
} from "../../src/run/config.js";
import { recipes } from "../../src/run/recipes.js";

describe("what is not given", () => {
  it("has its default", () => {
    expect(trainConfig({ data: "faces" })).toEqual({
      data: "faces",
      net: "net1",
      size: 32,
      splitSeed: 0,
      onError: "skip",
      epochs: 10,
      batch: 64,
      optimizer: "adam",
      lr: 0.001,
      weightDecay: 0.001,
      schedule: "constant",
      softmaxNll: false,
      evaluateTrain: false,
      evaluateTest: false,
      metric: "accuracy",
      detectAnomaly: false,
      duplicates: "together",
      seed: 1,
      backend: "auto",
      checkpointEvery: 50,
      checkpointSeconds: 60,
    });
  });

  it("depends on the net, the optimizer and the schedule", () => {
    expect(trainConfig({ data: "faces", net: "net2" })).toMatchObject({ size: 64, dropout: 0.2 });
    expect(trainConfig({ data: "faces", optimizer: "sgd" })).toMatchObject({ momentum: 0.9 });
    expect(trainConfig({ data: "faces", schedule: "cosine" })).toMatchObject({ warmupEpochs: 0, minLr: 0 });
    expect(trainConfig({ data: "faces", schedule: "plateau" })).toMatchObject({ gamma: 0.1, stepEpochs: 3, minLr: 0 });
  });

  it("leaves what is complete as it is", () => {
    for (const options of [{}, { net: "net2", schedule: "cosine", classWeights: [1, 2], augment: { flip: 0.5 } }]) {
      const config = trainConfig({ data: "faces", ...options });
      expect(trainConfig({ ...config })).toEqual(config);
    }
  });
});

it.each(["auto", "gpu"])("takes the backend %s, as useBackend does", (backend) => {
  expect(trainConfig({ data: "faces", backend })).toMatchObject({ backend });
});

it("takes the recipe, whose own options are all but the photographs", () => {
  const { faces } = recipes;
  expect(trainConfig({ data: "faces", ...faces })).toMatchObject({ ...faces, size: 64, dropout: 0.2 });
});

it.each<Record<string, unknown>>([
  { epochs: 1, batch: 1, size: 8, limit: 1, earlyStop: 1, checkpointEvery: 1, seed: 0, splitSeed: 0 },
  { threads: 1 },
  { threads: 256 },
  { lr: 0, weightDecay: 0, valFraction: 0, clipNorm: 1e-9, checkpointSeconds: 1e-9 },
  { optimizer: "sgd", momentum: 0 },
  { net: "net3", dropout: 0 },
  { schedule: "plateau", gamma: 0, minLr: 0, stepEpochs: 1 },
  { schedule: "cosine", epochs: 10, warmupEpochs: 9.5 },
  { classWeights: [0, 1.5] },
  { classWeights: "balanced" },
  { softmaxNll: true, augment: { flip: 0.5 } },
  { softmaxNll: false, augment: { mixup: 0.1, cutmix: 0.1 } },
])("takes the ends of what there is: %j", (options) => {
  expect(trainConfig({ data: "faces", ...options })).toMatchObject(options);
});

it("what decides a run's numbers is all but where they are computed, and for how long where nothing is made for that", () => {
  const config = trainConfig({ data: "faces", val: "v", cache: "c", threads: 2, detectAnomaly: true });
  const { data, val, cache, epochs, backend, threads, checkpointEvery, checkpointSeconds, detectAnomaly, ...rest } =
    config;
  expect(decisive(config)).toEqual(rest);
  const cosine = trainConfig({ data: "faces", schedule: "cosine", epochs: 7 });
  expect(decisive(cosine)).toMatchObject({ schedule: "cosine", epochs: 7 });
  expect(decisive(cosine)).not.toHaveProperty("data");
});

it("what runs did before there was an option is what an older one did, and decides nothing that was not decided then", () => {
  expect(asItWas({ data: "faces" })).toEqual({ data: "faces", duplicates: "apart" });
  const later = { data: "faces", duplicates: "together" };
  expect(asItWas(later)).toEqual(later);
  expect(decisive(trainConfig({ ...later, duplicates: "apart" }))).not.toHaveProperty("duplicates");
  expect(decisive(trainConfig(later))).toMatchObject({ duplicates: "together" });
});

describe("what is wrong", () => {
  it.each<[Record<string, unknown>, string]>([
    [{ epochs: 0 }, "epochs: expected a whole number of at least 1, got 0"],
    [{ threads: 1000 }, "threads: expected a whole number from 1 to 256, got 1000"],
    [{ epochs: 1.5 }, "epochs: expected a whole number of at least 1, got 1.5"],
    [{ epochs: "ten" }, 'epochs: expected a whole number of at least 1, got "ten"'],
    [{ lr: -1 }, "lr: expected a number of at least 0, got -1"],
    [{ lr: null }, "lr: expected a number of at least 0, got null"],
    [{ size: 7 }, "size: expected a whole number of at least 8, got 7"],
    [{ net: "net4" }, 'net: expected net1, net2 or net3, got "net4"'],
    [{ threads: 257 }, "threads: expected a whole number from 1 to 256, got 257"],
    [{ testFraction: 0 }, "testFraction: expected a number above 0 and below 1, got 0"],
    [{ optimizer: "sgd", momentum: -0.1 }, "momentum: expected a number of at least 0, got -0.1"],
    [
      { classWeights: [-1, 1] },
      'classWeights: expected "balanced", or a weight of at least 0 for each class, and not 0 for all, got [-1,1]',
    ],
    [
      { classWeights: ["1", 1] },
      'classWeights: expected "balanced", or a weight of at least 0 for each class, and not 0 for all, got ["1",1]',
    ],
    [
      { classWeights: [1, Infinity] },
      'classWeights: expected "balanced", or a weight of at least 0 for each class, and not 0 for all, got [1,null]',
    ],
    [{ clipNorm: 0 }, "clipNorm: expected a number above 0, got 0"],
    [{ valFraction: 1 }, "valFraction: expected a number of at least 0 and below 1, got 1"],
    [{ testFraction: 1 }, "testFraction: expected a number above 0 and below 1, got 1"],
    [{ softmaxNll: 1 }, "softmaxNll: expected true or false, got 1"],
    [{ cache: "" }, 'cache: expected a path, got ""'],
    [{ classWeights: [0, 0] }, "and not 0 for all, got [0,0]"],
    [{ classWeights: [1, -1] }, 'classWeights: expected "balanced", or a weight of at least 0 for each class, and'],
    [{ epochs: 1e300 }, "epochs: expected a whole number from 1 to 9007199254740991, got 1e+300"],
    [
      { classWeights: [1, "x"] },
      'classWeights: expected "balanced", or a weight of at least 0 for each class, and not 0 for all, got [1,"x"]',
    ],
    [{ augment: { flip: "a" } }, 'augment: expected names with strengths, as in flip=0.5,rotate=10, got {"flip":"a"}'],
    [{ augment: { flip: 2 } }, "augment: flip must be a number from 0 to 1, got 2"],
    [{ augment: { twirl: 1 } }, 'augment: unknown option "twirl"; it has flip, shift, rotate'],
    // It is a function: neither a command nor a file has those.
    [{ augment: { custom: 1 } }, 'augment: unknown option "custom"; it has flip, shift'],
    [
      { softmaxNll: true, augment: { mixup: 0.1 } },
      "softmaxNll: it is -p of one label, and augment mixes images of several: leave out mixup and cutmix",
    ],
    [{ softmaxNll: true, augment: { cutmix: 0.1 } }, "softmaxNll: it is -p of one label"],
    [{ dropout: 0.5 }, "dropout: only net net2 or net3 has this option, and net is net1"],
    [{ net: "net2", dropout: 1 }, "dropout: expected a number of at least 0 and below 1, got 1"],
    [{ gamma: 0.5 }, "gamma: only schedule step or plateau has this option, and schedule is constant"],
    [{ schedule: "cosine", warmupEpochs: 10 }, "warmupEpochs: expected less than epochs (10), got 10"],
    [{ schedule: "cosine", warmupEpochs: 1, epochs: 1 }, "warmupEpochs: expected less than epochs (1), got 1"],
    [{ speed: 1 }, "speed: there is no such option; there are data, net, size, dropout"],
    [{ data: undefined }, "data: expected a folder, got nothing"],
    [
      { epochs: 0, lr: "x" },
      'epochs: expected a whole number of at least 1, got 0\nlr: expected a number of at least 0, got "x"',
    ],
  ])("%j", (options, message) => {
    expect(() => trainConfig({ data: "faces", ...options })).toThrow(message);
  });

  it("is called as its source calls it", () => {
    const nameOf = (field: string) => `config.json: ${field}`;
    expect(() => trainConfig({ data: "faces", lr: -1, x: 1 }, nameOf)).toThrow(
      /^config\.json: lr: expected .*\nconfig\.json: x: there is no such option/,
    );
  });
});

it("every option stands under one heading of the help", () => {
  expect(Object.values(optionGroups).flat().sort()).toEqual(Object.keys(trainOptions).sort());
});

it("every option has one flag", () => {
  const flags = Object.keys(trainOptions).map(flagOf);
  expect(flags).toContain("--weight-decay");
  expect(new Set(flags).size).toBe(flags.length);
  expect(flags.every((flag) => /^--[a-z]+(-[a-z]+)*$/.test(flag))).toBe(true);
});

it("makes absolute the folders that are named, and nothing else", () => {
  const options = { data: "faces", val: undefined, cache: "", lr: 0.1, net: "net1" };
  expect(withAbsolutePaths(options, resolve("runs"))).toEqual({ ...options, data: resolve("runs", "faces") });
});
