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
  expect(log.mock.calls).toEqual([["reading 24,345 photographs, which take 71 MiB of memory"]]);
});
