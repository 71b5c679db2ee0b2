/** What consoleProgress writes, and how often: by the clock, not by the count. */

import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { consoleProgress } from "../../src/train/progress.js";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Reads photographs in tasks of 8, one each 10 ms, as the second of two splits. */
function read(total: number): void {
  const { onProgress } = consoleProgress();
  for (let done = 3; done < total; done += 8) {
    vi.advanceTimersByTime(10);
    onProgress(done, total);
  }
  onProgress(total, total);
}

it("keeps the line about reading alive on a terminal, and takes it away in the end", () => {
  const write = vi.fn();
  vi.stubGlobal("process", { stdout: { isTTY: true, write } });
  read(163);
  const lines = write.mock.calls.map(([text]) => text);
  const states = [35, 75, 115, 155].map((done) => `\r\x1b[Kreading photographs  ${done}/163`);
  expect(lines).toEqual([...states, "\r\x1b[K"]);
});

it("says in a log every half a minute how far the reading is", () => {
  vi.stubGlobal("process", { stdout: { isTTY: false } });
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  read(56_003);
  expect(log.mock.calls).toEqual([["reading photographs  23995/56003"], ["reading photographs  47995/56003"]]);
});

const step = { epoch: 2, epochs: 10, done: 32, total: 128, loss: 0.5, imagesPerSecond: 1234.5, secondsLeft: 75 };

it("draws a bar for each step on a terminal, and none where the length of the epoch is not known", () => {
  const write = vi.fn();
  vi.stubGlobal("process", { stdout: { isTTY: true, write } });
  const { onStep } = consoleProgress();
  onStep(step);
  onStep({ ...step, done: 128, secondsLeft: 0 });
  onStep({ ...step, total: undefined, secondsLeft: undefined });
  expect(write.mock.calls.flat()).toEqual([
    `\r\x1b[Kepoch 2/10  ${"━".repeat(6)}${"┄".repeat(18)}  32/128  1235 images/s  1 min 15 s left`,
    `\r\x1b[Kepoch 2/10  ${"━".repeat(24)}  128/128  1235 images/s  0.0 s left`,
    "\r\x1b[Kepoch 2/10  32  1235 images/s",
  ]);
});

it("says in a log every half a minute how far the epoch is, counted from its last line", () => {
  vi.stubGlobal("process", { stdout: { isTTY: false } });
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const { onStep, onEpoch } = consoleProgress();
  vi.advanceTimersByTime(29_999);
  onStep(step);
  expect(log).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  onStep(step);
  onStep(step);
  expect(log.mock.calls).toEqual([["epoch 2/10  32/128  1235 images/s  1 min 15 s left"]]);
  vi.advanceTimersByTime(29_000);
  onEpoch({ epoch: 2, epochs: 10, train: { loss: 1 }, lr: 0.1, imagesPerSecond: 5, seconds: 60 });
  log.mockClear();
  vi.advanceTimersByTime(2000);
  onStep(step);
  expect(log).not.toHaveBeenCalled();
});

it.each([undefined, {}])(
  "writes to the console where there is nothing else, as in a browser: process is %j",
  (process) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    vi.stubGlobal("process", process);
    const { onEpoch } = consoleProgress();
    vi.unstubAllGlobals();
    onEpoch({ epoch: 10, epochs: 10, train: { loss: 1 }, lr: 0.1, imagesPerSecond: 5, seconds: 60 });
    expect(log.mock.calls.flat()).toEqual(["epoch 10/10  5 images/s  1 min 0 s", "  train  loss 1.0000"]);
  },
);

it("has a line for each set that an epoch was measured on, and the time that the others will take", () => {
  const write = vi.fn();
  vi.stubGlobal("process", { stdout: { isTTY: true, write } });
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const { onEpoch } = consoleProgress();
  const metrics = { loss: 0.25, accuracy: 0.9876, error: 0.0124, precision: 1, recall: 1, f1: 0.5 };
  const rest = { lr: 0.1, imagesPerSecond: 1234.5, seconds: 60 };
  onEpoch({ epoch: 8, epochs: 10, train: metrics, validation: { loss: 2 }, ...rest });
  expect(write.mock.calls).toEqual([["\r\x1b[K"]]);
  onEpoch({ epoch: 10, epochs: 10, train: { loss: 1 }, test: metrics, ...rest });
  expect(log.mock.calls.flat()).toEqual([
    "epoch 8/10  1235 images/s  1 min 0 s, 2 min 0 s left",
    "  train       loss 0.2500  accuracy 98.76 %  F1 0.5000\n  validation  loss 2.0000",
    "epoch 10/10  1235 images/s  1 min 0 s",
    "  train  loss 1.0000\n  test   loss 0.2500  accuracy 98.76 %  F1 0.5000",
  ]);
});

it("can be spread into fit's options, which have none for reading", () => {
  expect(Object.keys({ ...consoleProgress() })).toEqual(["onStep", "onEpoch"]);
});
