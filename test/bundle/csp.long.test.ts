/** Which backends run under a Content-Security-Policy, and what they ask of it. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium } from "playwright";
import type { PreviewServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { BackendName, BackendOptions } from "../../src/tensor/backend/registry.js";
import { isolation, launchOptions, noChromium } from "../chromium.js";
import { esbuildPage, serve } from "./app/build.js";

/** What comes of it, or the error that says why nothing does. */
type Case = [backend: BackendName, options: BackendOptions, outcome: "runs" | RegExp];

const STRICT = "default-src 'none'; script-src 'self'";

const POLICIES: [policy: string, cases: Case[]][] = [
  [
    STRICT,
    [
      ["js", {}, "runs"],
      ["gpujs:webgl", {}, "runs"],
      ["gpujs:webgl2", {}, "runs"],
      ["gpujs:webgpu", {}, "runs"],
      ["wasm", { threads: 1 }, /wasm/],
      ["gpujs:webasm", {}, /webasm/],
      ["gpujs:cpu", {}, /gpujs:cpu/],
    ],
  ],
  [
    `${STRICT} 'wasm-unsafe-eval'`,
    [
      ["wasm", { threads: 1 }, "runs"],
      ["gpujs:webasm", {}, "runs"],
      ["wasm", { threads: 2 }, /worker thread 1 is gone.*threads: 1/],
    ],
  ],
  [`${STRICT} 'wasm-unsafe-eval'; worker-src blob:`, [["wasm", { threads: 2 }, "runs"]]],
  [`${STRICT} 'unsafe-eval'`, [["gpujs:cpu", {}, "runs"]]],
];

describe.skipIf(noChromium).each(POLICIES)(`under %s${noChromium ? `: ${noChromium}` : ""}`, (policy, cases) => {
  let folder: string;
  let server: PreviewServer;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "torchlet-csp-"));
    await esbuildPage(folder);
    server = await serve(folder, { ...isolation, "Content-Security-Policy": policy });
    browser = await chromium.launch(launchOptions);
  });

  afterAll(async () => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true });
  });

  it.each(cases)("%s %j", async (backend, options, outcome) => {
    const page = await browser.newPage();
    await page.goto(server.resolvedUrls!.local[0]);
    const run = [backend, options] as const;
    const result = page.evaluate(([backend, options]) => window.product(backend, options), run);
    if (outcome === "runs") expect(await result).toEqual(new Array(300).fill(70));
    else await expect(result).rejects.toThrow(outcome);
  });
});
