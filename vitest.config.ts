/**
 * Where the tests run, and on which backends there: `vitest run` in Node and on a plain page, what `npm test` takes
 * minutes for; `vitest run --mode all`, as `npm run test:all` does, everything: besides, GPU.js in every mode, pages that
 * are isolated, and the files whose names say that they are long.
 */

import { existsSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { isolation, launchOptions, noChromium } from "./test/chromium.js";
import type { TargetName } from "./test/targets.js";

/** Half a minute and more a file: bundles run in pages, kills at random moments, weights to PyTorch and back. */
const LONG = "test/**/*.long.test.ts";

interface PageOptions {
  headers: Record<string, string>;
  include: string[];
  targets: TargetName[];
  /** Projects with the same number run side by side, those with a larger one after them. */
  turn?: number;
}

/** A project of tests that run in a page. One page load runs a file. */
function inChromium(
  name: string,
  { headers, include, targets, turn = 1 }: PageOptions,
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
      sequence: { groupOrder: turn },
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

const onPage = inChromium("chromium", {
  headers: {},
  include: ["test/{browser,layers,ops,optim}/*.test.ts"],
  targets: ["wasm on 1 thread"],
});

const isolated = {
  headers: isolation,
  targets: ["wasm on 2 threads", "gpujs:cpu", "gpujs:webasm", "gpujs:webgl", "gpujs:webgl2", "gpujs:webgpu"],
} satisfies Partial<PageOptions>;

// Two projects, which have a process each: in one, after seven files, nothing moved on any more.
const onIsolatedPages = [
  inChromium("chromium, isolated", { ...isolated, include: ["test/{browser,gpujs,layers,optim}/*.test.ts"] }),
  inChromium("chromium, isolated: ops", { ...isolated, include: ["test/ops/*.test.ts"], turn: 2 }),
];

function inNode({ exclude, targets }: { exclude: string[]; targets: TargetName[] }): TestProjectInlineConfiguration {
  return {
    extends: true,
    test: {
      name: "node",
      include: ["test/**/*.test.ts"],
      exclude: ["test/browser", ...exclude],
      provide: { targets: ["js", "wasm on 1 thread", "wasm on 2 threads", "gpujs:cpu", ...targets] },
    },
  };
}

/** What a backend has of operations that it does not bring itself. */
const onPlainBackend: TestProjectInlineConfiguration = {
  extends: true,
  test: {
    name: "plain backend",
    include: ["test/{layers,ops,optim}/*.test.ts"],
    provide: { targets: ["plain"] },
  },
};

export default defineConfig(({ mode }) => {
  const all = mode === "all";
  const inPages = all ? [onPage, ...onIsolatedPages] : [onPage];
  return {
    test: {
      testTimeout: 120_000,
      // Two cores, and wasm threads of its own in each file: more workers would only take turns.
      maxWorkers: 2,
      // What a developer's machine lacks is skipped; where the suite is the gate, it fails.
      provide: { mustRun: Boolean(process.env.CI), forced: {} },
      projects: [
        all
          ? inNode({ exclude: [], targets: ["gpujs:webasm", "gpujs:webgpu"] })
          : inNode({ exclude: [LONG], targets: [] }),
        onPlainBackend,
        ...(noChromium ? [] : inPages),
      ],
    },
  };
});
