/** Where the tests run, and on which backends there: in Node, and in Chromium on a page with and without isolation. */

import { existsSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { isolation, launchOptions, noChromium } from "./test/chromium.js";
import type { TargetName } from "./test/targets.js";

/** A project of tests that run in a page. One page load runs a file. */
function inChromium(
  name: string,
  { headers, include, targets }: { headers: Record<string, string>; include: string[]; targets: TargetName[] },
): TestProjectInlineConfiguration {
  return {
    extends: true,
    server: { headers },
    // What is loaded when it is used: found in the middle of a test, it would reload the page.
    optimizeDeps: { include: ["gpu.js", "jpeg-js", "pngjs/browser.js"] },
    test: {
      name,
      include,
      provide: { targets },
      // One page at a time, after the tests in Node: pages of one site share a process, and each kernel of gpujs:webasm
      // takes one of the hundred or so WebAssembly memories that a process has.
      maxWorkers: 1,
      sequence: { groupOrder: 1 },
      browser: {
        enabled: true,
        headless: true,
        screenshotFailures: false,
        provider: playwright({ launchOptions }),
        instances: [{ browser: "chromium" }],
      },
    },
  };
}

// Without a driver of its own, Vulkan takes the one that computes on the processor and comes with Chromium.
const software = "/usr/lib/chromium/vk_swiftshader_icd.json";
if (!existsSync("/usr/share/vulkan/icd.d") && existsSync(software)) process.env.VK_ICD_FILENAMES ??= software;

const inPages = [
  inChromium("chromium", {
    headers: {},
    include: ["test/{browser,layers,ops,optim}/*.test.ts"],
    targets: ["wasm on 1 thread"],
  }),
  inChromium("chromium, isolated", {
    headers: isolation,
    include: ["test/{browser,gpujs,layers,ops,optim}/*.test.ts"],
    targets: ["wasm on 2 threads", "gpujs:cpu", "gpujs:webasm", "gpujs:webgl", "gpujs:webgl2", "gpujs:webgpu"],
  }),
];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    // Two cores, and wasm threads of its own in each file: more workers would only take turns.
    maxWorkers: 2,
    // What a developer's machine lacks is skipped; where the suite is the gate, it fails.
    provide: { mustRun: Boolean(process.env.CI), forced: {} },
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: ["test/**/*.test.ts"],
          exclude: ["test/browser"],
          provide: {
            targets: ["js", "wasm on 1 thread", "wasm on 2 threads", "gpujs:cpu", "gpujs:webasm", "gpujs:webgpu"],
          },
        },
      },
      ...(noChromium ? [] : inPages),
    ],
  },
});
