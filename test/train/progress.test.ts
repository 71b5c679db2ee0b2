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

it("can be spread into fit's options, which have none for reading", () => {
  expect(Object.keys({ ...consoleProgress() })).toEqual(["onStep", "onEpoch"]);
});
