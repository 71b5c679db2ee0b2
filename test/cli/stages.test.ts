/** How far a report is: one line on a terminal, nothing elsewhere. */

import { afterEach, expect, it, vi } from "vitest";
import { terminalStages } from "../../src/cli/stages.js";

const { isTTY } = process.stdout;
afterEach(() => {
  process.stdout.isTTY = isTTY;
  vi.restoreAllMocks();
});

function written(tty: boolean): string {
  process.stdout.isTTY = tty;
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  const { onStage, end } = terminalStages();
  onStage("looking at mistakes");
  onStage("looking for near-duplicates");
  end();
  return write.mock.calls.map(([text]) => text).join("");
}

it("each stage takes the place of the one before, and nothing is left", () => {
  expect(written(true)).toBe("\r\x1b[Klooking at mistakes …\r\x1b[Klooking for near-duplicates …\r\x1b[K");
});

it("a log gets nothing", () => expect(written(false)).toBe(""));
