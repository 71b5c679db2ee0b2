/** The package as a browser gets it: one ES module that reaches nothing of Node's, and no package before it is used. */

import { build } from "esbuild";
import { describe, expect, it } from "vitest";
import * as torchlet from "../../src/index.js";
import { loadedWith } from "./app/chunks.js";

const browser = {
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "browser",
  outdir: "out",
  write: false,
  metafile: true,
  logLevel: "silent",
} as const;

const { metafile } = await build({ ...browser, entryPoints: ["src/index.ts", "src/extend.ts"] });
const chunks = metafile.outputs;

describe("the package in a browser", () => {
  it("has the same names as in Node", () => {
    expect(chunks["out/index.js"].exports.toSorted()).toEqual(Object.keys(torchlet).toSorted());
  });

  it("has every file once, whichever entry asks for it", () => {
    const sources = Object.values(chunks).flatMap(({ inputs }) => Object.keys(inputs));
    expect(sources.filter((path, i) => sources.indexOf(path) !== i)).toEqual([]);
    expect(loadedWith("out/extend.js", metafile).flatMap((name) => Object.keys(chunks[name].inputs))).toContain(
      "src/tensor/autograd.ts",
    );
  });

  it("is bundled without anything of Node's", () => {
    const external = Object.values(chunks).flatMap(({ imports }) => imports.filter((each) => each.external));
    expect(external).toEqual([]);
  });

  it("loads no package before it is used", () => {
    const sources = loadedWith("out/index.js", metafile).flatMap((name) => Object.keys(chunks[name].inputs));
    expect(sources.length).toBeGreaterThan(40);
    expect(sources.filter((path) => !path.startsWith("src/"))).toEqual([]);
    // What is loaded when it is used is there: the test would see it.
    expect(Object.keys(metafile.inputs).some((path) => path.includes("node_modules/jpeg-js/"))).toBe(true);
  });

  it("could not be bundled if it imported something of Node's, even later", async () => {
    const contents = 'export const load = () => import("node:fs");';
    await expect(build({ ...browser, stdin: { contents } })).rejects.toThrow('Could not resolve "node:fs"');
  });
});
