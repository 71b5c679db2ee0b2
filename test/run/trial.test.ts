/** digestOf: the same text for what says the same, which ids of trials and names of files are made of. */

import { expect, it } from "vitest";
import { digestOf } from "../../src/run/trial.js";

it("is of the value's JSON, names in the order of the alphabet, as ever: finished trials are found by it", () => {
  // printf '{"a":1,"b":[2,{"c":null,"d":3}]}' | sha256sum
  expect(digestOf({ b: [2, { d: 3, c: null }], a: 1 })).toBe("7eeb6ae035b6");
  expect(digestOf({ a: 1, b: [2, { c: null, d: 3 }] })).toBe("7eeb6ae035b6");
});

it.each<[unknown, unknown]>([
  [
    [1, 2],
    [2, 1],
  ],
  [["a"], { 0: "a" }],
  [null, {}],
  [1, "1"],
])("%j and %j are not the same", (one, other) => expect(digestOf(one)).not.toBe(digestOf(other)));
