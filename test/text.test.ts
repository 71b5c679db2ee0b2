/** Times and columns, as a console and a report show them. */

import { expect, it } from "vitest";
import { asArgument, duration, inColumns, plural, printable, printableName } from "../src/text.js";

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

it.each([
  [0, "0 classes"],
  [1, "1 class"],
  [2000, "2,000 classes"],
])("%d with its noun is %s", (n, text) => expect(plural(n, "class", "classes")).toBe(text));

it("a path to be copied into a shell is one argument, and no option", () => {
  const paths = ["runs/a-1", "my run", "it's", "-x", "$HOME", "a\\b"];
  expect(paths.map(asArgument)).toEqual(["runs/a-1", "'my run'", "'it'\\''s'", "./-x", "'$HOME'", "'a\\b'"]);
});

it("columns are as wide as their widest cell: names to the left, numbers to the right, nothing behind", () => {
  const rows = [
    ["name", "", "count"],
    ["relu", "a layer", "1"],
    ["x", "", ""],
  ];
  expect(inColumns(rows, 2)).toEqual(["name           count", "relu  a layer      1", "x"]);
});

it("is printable: nothing of it moves the cursor, rings, or turns a line around", () => {
  const odd = "a\x1b[2J\x07\r\x7f\x9b\u2028\u202e\u2066\ufffe\ud800b";
  expect(printable(odd)).toBe("a\\u001b[2J\\u0007\\u000d\\u007f\\u009b\\u2028\\u202e\\u2066\\ufffe\\ud800b");
  expect(JSON.parse(printable(JSON.stringify(odd)))).toBe(odd);
  const plain = "Zoë's «文字» 👩‍🚀\n\tשלום";
  expect(printable(plain)).toBe(plain);
  expect(printableName(plain)).toBe("Zoë's «文字» 👩‍🚀\\u000a\\u0009שלום");
});
