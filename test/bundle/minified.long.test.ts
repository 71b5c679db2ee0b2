/** An app that trains Net #1, minified by vite and by esbuild: it gives the losses that the source gives. */

import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium } from "playwright";
import type { PreviewServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackendName, BackendOptions } from "../../src/tensor/backend/registry.js";
import { isolation, launchOptions, noChromium } from "../chromium.js";
import { esbuildModule, esbuildPage, serve, vitePage } from "./app/build.js";
import { train } from "./app/train.js";

type Run = readonly [backend: BackendName, options: BackendOptions, tolerance: number];

/** Strict rounding has the same bits on every engine; what fuses operations, or is a GPU, rounds otherwise. */
const EVERYWHERE: Run[] = [
  ["wasm", { strict: true }, 0],
  ["gpujs:webgpu", {}, 1e-3],
];
const IN_NODE: Run[] = [...EVERYWHERE, ["gpujs:webasm", {}, 1e-3]];
const IN_PAGES: Run[] = [...EVERYWHERE, ["wasm", {}, 1e-3], ["gpujs:webgl2", {}, 1e-3]];

let expected: number[];
let folder: string;

beforeAll(async () => {
  expected = await train("wasm", { strict: true });
  folder = await mkdtemp(join(tmpdir(), "torchlet-bundle-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** |loss − expected| ≤ tolerance · |expected|, for every loss. */
function expectLosses(losses: number[], tolerance: number): void {
  expect(losses.length).toBe(expected.length);
  for (const [i, loss] of losses.entries()) {
    const error = Math.abs(loss - expected[i]) / Math.abs(expected[i]);
    expect(error, `loss ${i} is ${loss}, from source ${expected[i]}`).toBeLessThanOrEqual(tolerance);
  }
}

it("the source learns: else equal losses would say little", () => {
  expect(expected.at(-1)).toBeLessThan(0.9 * expected[0]);
});

describe("esbuild --minify, in Node", () => {
  it.each(IN_NODE)("%s %j", async (backend, options, tolerance) => {
    await esbuildModule(folder);
    // What has a native library is no part of a bundle.
    await symlink(join(import.meta.dirname, "../../node_modules"), join(folder, "node_modules")).catch(() => {});
    const module = pathToFileURL(join(folder, "train.js"));
    const script = `import { train } from "${module}";
      console.log(JSON.stringify(await train(${JSON.stringify(backend)}, ${JSON.stringify(options)})));`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    expectLosses(JSON.parse(stdout), tolerance);
  });
});

describe.skipIf(noChromium).each([
  ["vite build", vitePage],
  ["esbuild --minify", esbuildPage],
])(`%s, in Chromium${noChromium ? `: ${noChromium}` : ""}`, (_bundler, build) => {
  let server: PreviewServer;
  let browser: Browser;

  beforeAll(async () => {
    const pages = await mkdtemp(join(folder, "page-"));
    await build(pages);
    server = await serve(pages, isolation);
    browser = await chromium.launch(launchOptions);
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  it.each(IN_PAGES)(
    "%s %j",
    async (backend, options, tolerance) => {
      const page = await browser.newPage();
      await page.goto(server.resolvedUrls!.local[0]);
      const run = [backend, options] as const;
      expectLosses(await page.evaluate(([backend, options]) => window.train(backend, options), run), tolerance);
      await page.close();
    },
    300_000,
  );
});
