/** Damaged files: no crash, no hang, no other error than DecodeError, and no more memory than allowed. */

import { expect, it } from "vitest";
import { decodeImage } from "../../src/data/decode.js";
import { Generator } from "../../src/tensor/random.js";
import { jpeg, png } from "../data/photographs.js";
import { fuzz } from "./fuzz.js";
import { mutate } from "./mutate.js";

const options = { seed: 1, processes: 2, seconds: 10, megabytes: 400, maxPixels: 2_000_000 };

it("six hundred of them", async () => {
  const report = await fuzz({ ...options, files: 600 });
  expect(report.failures).toEqual([]);
  expect(report.decoded + report.refused).toBe(600);
  // Both ends are reached: the files are damaged, but not beyond recognition.
  expect(report.decoded).toBeGreaterThan(100);
  expect(report.refused).toBeGreaterThan(200);
});

it("a run finds what is wrong", async () => {
  const { failures } = await fuzz({ ...options, processes: 1, files: 2, megabytes: 10 });
  expect(failures[0]).toMatch(/^file 0: the process has taken \d+ MB$/);
});

it("PNGs are changed inside, behind checksums that are right", async () => {
  const messages = new Set<string>();
  for (let i = 0; i < 60; i++) {
    const file = mutate([png], new Generator(5).fork(String(i)));
    await decodeImage(file).catch((error: Error) => messages.add(error.message.replace(/ \d.*/, "")));
  }
  expect([...messages]).toContain("PNG is damaged (it holds");
  expect(mutate([jpeg], new Generator(1))).toEqual(mutate([jpeg], new Generator(1)));
});
