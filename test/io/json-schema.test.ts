/** What a text of JSON is by a schema, and how what is wrong with it is said. */

import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { FileError } from "../../src/file-error.js";
import { parseJson } from "../../src/io/json.js";
import { checkValue, readJson } from "../../src/io/json-schema.js";

const schema = v.strictObject({
  epochs: v.pipe(
    v.number(),
    v.check((epochs) => epochs > 0, "must be above 0"),
  ),
  names: v.optional(v.array(v.string())),
});

it("what fits is read", () => {
  expect(readJson('{ "epochs": 3, "names": ["a"] }', schema)).toEqual({ output: { epochs: 3, names: ["a"] } });
  expect(checkValue({ epochs: 3 }, schema)).toEqual({ output: { epochs: 3 } });
});

describe("what does not fit is said with its place", () => {
  it.each([
    ["null", "expected Object, got null"],
    ["{}", "epochs: missing"],
    ['{ "epochs": "3" }', 'epochs: expected number, got "3"'],
    ['{ "epochs": 0 }', "epochs: must be above 0, got 0"],
    ['{ "epochs": 1, "names": ["a", 2] }', "names.1: expected string, got 2"],
    ['{ "epochs": 1, "other": 2 }', "other: there is no such field"],
    [`{ "epochs": "${"x".repeat(100)}" }`, `epochs: expected number, got "${"x".repeat(39)}`],
  ])("%s", (text, problem) => {
    expect(readJson(text, schema)).toEqual({ problem: `${problem}: was it edited?` });
    expect(readJson(text, schema, "line 3")).toEqual({ problem: `line 3: ${problem}: was it edited?` });
  });
});

it("a text that is no JSON has its parser's error as the cause", () => {
  const checked = readJson("{", schema, "line 3");
  expect(checked).toMatchObject({ problem: expect.stringMatching(/^line 3: .*JSON/), cause: expect.any(SyntaxError) });
});

it("parseJson gives the value, or an error with the file's name", () => {
  expect(parseJson('{ "epochs": 3 }', "a/b.json", schema)).toEqual({ epochs: 3 });
  const problem = "line 3: epochs: missing: was it edited?";
  expect(() => parseJson("{}", "a/b.json", schema, "line 3")).toThrow(new FileError("a/b.json", problem));
  try {
    parseJson("{", "a/b.json", schema);
    expect.unreachable();
  } catch (error) {
    expect(error).toMatchObject({ path: "a/b.json", cause: expect.any(SyntaxError) });
  }
});
