/** What is said of photographs that are not those that a run or a sweep was begun with. */

import { expect, it } from "vitest";
import { checkSamePhotographs } from "../../src/run/run-data.js";

const summary = (count: number, sha256: string) => ({
  classes: ["a", "b"],
  size: 8,
  train: { count, counts: [1, count - 1], sha256 },
  test: { count: 2, counts: [1, 1], sha256: "test" },
});

it.each([
  [20, "were", undefined],
  [19, "are", "(20 then, 19 now)"],
  [20, "are", "(as many, 20, but others)"],
])("%i photographs, which %s those there: %s", (count, sha256, how) => {
  const [was, is] = [summary(20, "were"), summary(count, sha256)];
  const check = () => checkSamePhotographs("faces", { of: "the sweep", path: "runs/a", was, is });
  if (how === undefined) return expect(check).not.toThrow();
  expect(check).toThrow(
    `runs/a: the train photographs in faces are not those that the sweep was begun with ${how}: ` +
      "put back what was, or begin anew in another folder",
  );
});
