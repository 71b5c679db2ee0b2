/** What torchlet train says before it reads photographs. */

import { afterEach, expect, it, vi } from "vitest";
import { textOutput } from "../../src/cli/train-output.js";

afterEach(() => vi.restoreAllMocks());

it("says once what many photographs will take, and nothing of a few", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const output = textOutput();
  const read = (done: number, total: number) => output({ event: "reading", done, total, bytes: total * 3 * 32 ** 2 });
  read(1, 300);
  expect(log).not.toHaveBeenCalled();
  for (const done of [1, 2, 24_345]) read(done, 24_345);
  expect(log.mock.calls).toEqual([["reading 24,345 photographs into 71 MiB of memory"]]);
});

it("says how many photographs there are of each class, of many classes between which numbers", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const linesOf = (counts: number[]) => {
    const split = { count: counts.reduce((sum, n) => sum + n, 0), counts };
    const data = { classes: counts.map((_, i) => `c${i}`), size: 8, train: split, test: split };
    textOutput()({ event: "start", run: "a", epoch: 1, done: 0, epochs: 1, parameters: 1, skipped: [], data } as never);
    return log.mock.lastCall?.[0].split("\n").slice(1, 3);
  };
  const flatters = "they tell the best epoch, which flatters its figures";
  expect(linesOf([1, 2])).toEqual([
    "train  3 photographs, 8×8: 1 c0, 2 c1",
    `test   3 photographs: 1 c0, 2 c1; ${flatters}`,
  ]);
  expect(linesOf([...Array(29).fill(2), 3])[0]).toBe("train  61 photographs, 8×8: 2 to 3 of each of 30 classes");
  expect(linesOf(Array(1000).fill(2))[1]).toBe(`test   2,000 photographs: 2 of each of 1,000 classes; ${flatters}`);
});

it("says of a run that is finished that it is", () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const split = { count: 1, counts: [1, 0] };
  const data = { classes: ["a", "b"], size: 8, train: split, test: split };
  const of = {
    run: "runs/a",
    epochs: 2,
    net: "net1",
    parameters: 1,
    backend: "js",
    device: "plain loops",
    skipped: [],
  };
  const told = (epoch: number, done: number) => {
    textOutput()({ event: "start", epoch, done, ...of, data } as never);
    return log.mock.lastCall?.[0].split("\n").at(epoch > of.epochs ? -1 : -2);
  };
  expect(told(1, 0)).toBe("everything goes into runs/a");
  expect(told(2, 8)).toBe("going on with runs/a in epoch 2, after 8 photographs");
  expect(told(3, 0)).toBe("runs/a is finished, with 2 epochs; --epochs 3 adds one");
});
