/** resultOf: the digest of a trial is of everything that was computed, and of nothing that a clock decides. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { saveSealed } from "../../src/io/safetensors/sealed.js";
import type { RunFolder } from "../../src/run/run-folder.js";
import { resultOf } from "../../src/run/trial-result.js";
import { tensor } from "../../src/tensor/factories/from-values.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  const [one, two] = [tensor([1]), tensor([2])];
  await saveSealed(join(root, "as it was"), { one, two }, {});
  await saveSealed(join(root, "in another order"), { two, one }, {});
  await saveSealed(join(root, "another weight"), { one, two: tensor([3]) }, {});
});
afterAll(() => rm(root, { recursive: true }));

/** A run of one epoch that has come to these figures and files. */
function runOf({ seconds = 1, loss = 0.5, tested = 0.25, last = "as it was", best = "as it was" } = {}) {
  const checkpoints = { last, best };
  return {
    config: { metric: "loss" },
    metrics: async () => [{ epoch: 1, train: { loss }, validation: { loss }, seconds, imagesPerSecond: 9 / seconds }],
    test: async () => ({ best: { loss: tested }, last: { loss: tested } }),
    checkpoint: (name: "last" | "best") => join(root, checkpoints[name]),
  } as unknown as RunFolder;
}

type Changes = Parameters<typeof runOf>[0];

async function digestOf(changes: Changes, broken?: string): Promise<string> {
  return (await resultOf(runOf(changes), { id: "a", setting: {}, seed: 1 }, broken)).digest;
}

it.each<[string, Changes]>([
  ["how long it took", { seconds: 2 }],
  ["the order of tensors in a file", { last: "in another order", best: "in another order" }],
])("is the same whatever %s", async (_, changes) => {
  expect(await digestOf(changes)).toBe(await digestOf({}));
});

it.each<[string, Changes]>([
  ["an epoch's figures", { loss: 0.6 }],
  ["those of the test photographs", { tested: 0.3 }],
  ["the last weights", { last: "another weight" }],
  ["the best ones", { best: "another weight" }],
])("is another one with other numbers in %s", async (_, changes) => {
  expect(await digestOf(changes)).toMatch(/^[0-9a-f]{64}$/);
  expect(await digestOf(changes)).not.toBe(await digestOf({}));
});

it("has no checkpoint in it where training has broken off: the clock chose its moment", async () => {
  const broken = await digestOf({}, "NaN");
  expect(await digestOf({ last: "another weight" }, "NaN")).toBe(broken);
  expect(await digestOf({ loss: 0.6 }, "NaN")).not.toBe(broken);
});
