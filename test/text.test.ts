/** Times and columns, as a console and a report show them. */

import { expect, it } from "vitest";
import { duration, inColumns } from "../src/text.js";

it.each([
  [9.44, "9.4 s"],
  [9.96, "10 s"],
  [58.4, "58 s"],
  [59.4, "59 s"],
  [79, "1 min 19 s"],
  [99.6, "1 min 40 s"],
  [725, "12 min 5 s"],
  [12_010, "3 h 20 min"],
])("%f s are %s", (seconds, text) => expect(duration(seconds)).toBe(text));

it("columns are as wide as their widest cell: names to the left, numbers to the right, nothing behind", () => {
  const rows = [
    ["name", "", "count"],
    ["relu", "a layer", "1"],
    ["x", "", ""],
  ];
  expect(inColumns(rows, 2)).toEqual(["name           count", "relu  a layer      1", "x"]);
});
