/** Every exported name is documented: see "Docstrings" in docs/decisions.md for the rule. */

import { expect, it } from "vitest";
import { exportedDeclarations, missing } from "./docstrings.js";

const declared = ["src/index.ts", "src/extend.ts"].flatMap(exportedDeclarations);

it("finds what is exported", () => {
  expect(declared.length).toBeGreaterThan(120);
});

it("is documented", () => {
  expect(declared.flatMap(missing)).toEqual([]);
});
