/** What a page loads that trains a net by wasm: how much, and nothing that it does not use. */

import { readdirSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, it } from "vitest";
import { loadedWith } from "./app/chunks.js";

/** Minified and compressed, in bytes. */
const BUDGET = 70_200;

async function bundle(contents: string) {
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir: ".", loader: "ts" },
    ...{ bundle: true, minify: true, splitting: true, metafile: true, write: false },
    ...{ format: "esm", platform: "browser", outdir: "out", logLevel: "silent" },
  });
  const names = loadedWith("out/stdin.js", metafile);
  const files = outputFiles.filter(({ path }) => names.some((name) => path.endsWith(`/${name}`)));
  const sources = names.flatMap((name) => Object.entries(metafile.outputs[name].inputs));
  return {
    bytes: files.reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0),
    sources: sources
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path)
      .filter((path) => path !== "<stdin>"),
  };
}

const classifier = await bundle(`
  import { Adam, Conv2d, flatten, Linear, logSoftmax, MaxPool2d, nllLoss, relu, Sequential } from "./src/index.js";
  import { manualSeed, noGrad, tensor, useBackend } from "./src/index.js";
  Object.assign(globalThis, { Adam, Conv2d, flatten, Linear, logSoftmax, MaxPool2d, nllLoss, relu, Sequential });
  Object.assign(globalThis, { manualSeed, noGrad, tensor, useBackend });
`);

it(`is at most ${BUDGET / 1000} kB, minified and compressed`, () => {
  expect(classifier.bytes).toBeLessThanOrEqual(BUDGET);
  // Far less than that would mean that something is missing.
  expect(classifier.bytes).toBeGreaterThan(BUDGET * 0.9);
});

it("has the engine, its layers and optimizers, and the wasm backend: nothing else", () => {
  expect(classifier.sources.filter((path) => /^src\/[^/]*$/.test(path))).toEqual([]);
  const parts = classifier.sources.map((path) => path.replace(/[^/]*$/, ""));
  expect([...new Set(parts)].sort()).toEqual([
    "src/layers/",
    "src/layers/losses/",
    "src/optim/",
    "src/tensor/",
    "src/tensor/backend/",
    "src/tensor/backend/wasm/",
    "src/tensor/factories/",
    "src/tensor/ops/",
    "src/tensor/ops/movement/",
    "src/tensor/ops/pointwise/",
    "src/tensor/ops/pooling/",
  ]);
});

it("looks for a GPU without loading a kernel for it", async () => {
  const { sources } = await bundle('export { probe } from "./src/tensor/backend/gpujs/adapters.js";');
  expect(sources.filter((path) => path.startsWith("src/"))).toEqual([
    "src/tensor/backend/gpujs/gpu-js.ts",
    "src/tensor/backend/gpujs/adapters.ts",
  ]);
});

it("has no layer or optimizer that is not imported", async () => {
  const { sources } = await bundle('export { tensor, matmul } from "./src/index.js";');
  expect(sources.filter((path) => /^src\/(layers|optim)\//.test(path))).toEqual([]);
  // Operations are methods of tensors, too: all of them stay.
  expect(sources).toContain("src/tensor/methods.ts");
  expect(sources).toContain("src/tensor/ops/conv2d.ts");
});

it("keeps every row of the pointwise table for whoever checks a backend", async () => {
  const { sources } = await bundle('export { selfCheck } from "./src/extend.js";');
  const rows = (paths: readonly string[]) => paths.filter((path) => path.includes("/pointwise/")).sort();
  const families = readdirSync("src/tensor/ops/pointwise").map((name) => `src/tensor/ops/pointwise/${name}`);
  expect(rows(sources)).toEqual(families.sort());
});
