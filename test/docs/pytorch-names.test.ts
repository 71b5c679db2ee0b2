/** docs/pytorch-names.md lists every operation, layer, loss, optimizer and schedule, and nothing that there is not. */

import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as torchlet from "../../src/index.js";
import { exportedDeclarations } from "./docstrings.js";

/** The names in the first column, as the page has them: in the order of its rows. */
const listed = [...readFileSync("docs/pytorch-names.md", "utf8").matchAll(/^\| `(\w+)/gm)].map(([, name]) => name);

it("lists each once, and only what is exported", () => {
  expect(listed.filter((name, i) => listed.indexOf(name) !== i)).toEqual([]);
  expect(listed.filter((name) => !(name in torchlet))).toEqual([]);
  expect(listed.length).toBeGreaterThan(60);
});

it("lists whatever is exported of src/tensor/ops, src/layers and src/optim", () => {
  const exported = exportedDeclarations("src/index.ts").filter(({ file }) =>
    /src\/(tensor\/ops|layers|optim)\//.test(file),
  );
  const called = exported.filter(({ name }) => name in torchlet).map(({ name }) => name);
  expect(called).toContain("conv2d");
  expect([...new Set(called)].filter((name) => !listed.includes(name))).toEqual([]);
});
