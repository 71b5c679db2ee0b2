/** From the text of a command line to what a config file would have. */

import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { augment, choice, classWeights, type Kind, path, whole, yesOrNo } from "../../src/run/option-kinds.js";

describe("a number", () => {
  it.each([
    ["12", 12],
    [" 1e-3 ", 0.001],
    ["-0.5", -0.5],
    // What is none stays as it was written: the schema says so.
    ["", ""],
    ["  ", "  "],
    ["ten", "ten"],
    ["1,5", "1,5"],
  ])("%j", (text, value) => expect(whole(0).fromText(text)).toBe(value));
});

it("weights of classes are a list, or a word", () => {
  expect(classWeights.fromText("balanced")).toBe("balanced");
  expect(classWeights.fromText("1,0.5,x")).toEqual([1, 0.5, "x"]);
  expect(classWeights.fromText("2")).toEqual([2]);
});

it("augmentation is names with strengths", () => {
  expect(augment.fromText("flip=0.5, rotate=10")).toEqual({ flip: 0.5, rotate: 10 });
  expect(augment.fromText("flip=,shift=a")).toEqual({ flip: "", shift: "a" });
  // Without a strength it is no such list: the error shows it as it was written.
  expect(augment.fromText("flip,shift=a")).toBe("flip,shift=a");
});

it("words are as they are", () => {
  for (const kind of [path, choice("a", "b"), yesOrNo]) expect(kind.fromText(" a ")).toBe(" a ");
  expect(choice("a", "b", "c").values).toEqual(["a", "b", "c"]);
});

it.each<[() => Kind<unknown>, string]>([
  [() => whole(2), "expected a whole number of at least 2"],
  [() => whole(2, 256), "expected a whole number from 2 to 256"],
  [() => choice("a", "b", "c"), "expected a, b or c"],
])("what is not of a kind is told what there is: %#", (kind, message) => {
  expect(v.safeParse(kind().schema, 1).issues?.map((issue) => issue.message)).toEqual([message]);
});
