/**
 * Where the tests run, and on which backends there. `vitest run`, as in `npm test`, has what takes minutes: Node and a
 * plain page. `vitest run --mode rest`, as in `npm run test:rest`, has what is left, and nothing twice: GPU.js in every
 * mode, pages that are isolated, and the files whose names say that they are long. `--mode all` has both.
 */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig, type TestProjectInlineConfiguration } from "vitest/config";
import { isolation, launchOptions, noChromium } from "./test/chromium.js";
import type { TargetName } from "./test/targets.js";

const TIMEOUT = 120_000;

/** Half a minute and more a file: bundles run in pages, kills at random moments, weights to PyTorch and back. */
const LONG = "test/**/*.long.test.ts";

/** The files that repeat a test on each target, as their imports tell. */
function onTargets(): string[] {
  const files = readdirSync("test", { recursive: true, encoding: "utf8" }).map((name) => `test/${name}`);
  const isOne = (file: string) =>
    file.endsWith(".test.ts") && /\/(targets|check-op|check-calls|modes)\.js"/.test(readFileSync(file, "utf8"));
  return files.filter(isOne);
}

interface PageOptions {
  headers: Record<string, string>;
  include: string[];
  exclude?: string[];
  targets: TargetName[];
  /** One page at a time, and after all projects with a smaller number; without one, beside the tests in Node. */
  turn?: number;
}

/** A project of tests that run in a page. One page load runs a file. */
function inChromium(
  name: string,
  { headers, include, exclude = [], targets, turn }: PageOptions,
): TestProjectInlineConfiguration {
  return {
    extends: true,
    server: { headers },
    // What is loaded when it is used: found in the middle of a test, it would reload the page.
    optimizeDeps: { include: ["gpu.js", "jpeg-js", "pngjs/browser.js"] },
    test: {
      name,
      include,
      exclude,
      provide: { targets },
      ...(turn && { maxWorkers: 1, sequence: { groupOrder: turn } }),
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
  exclude: [LONG],
  targets: ["wasm on 1 thread"],
});

const isolated = {
  headers: isolation,
  targets: ["wasm on 2 threads", "gpujs:cpu", "gpujs:webasm", "gpujs:webgl", "gpujs:webgl2", "gpujs:webgpu"],
} satisfies Partial<PageOptions>;

// One page at a time: pages of one site share a process, and each kernel of gpujs:webasm takes one of the hundred or so
// WebAssembly memories that a process has. And three projects, which have a process each: those of conv2d's kernels are not
// back yet when the next file begins, and after many files nothing moved on any more.
const CONV = "test/ops/conv2d.test.ts";
const onIsolatedPages = [
  inChromium("chromium, isolated", { ...isolated, include: ["test/{browser,gpujs,layers,optim}/*.test.ts"], turn: 1 }),
  inChromium("chromium, isolated: ops", { ...isolated, include: ["test/ops/*.test.ts"], exclude: [CONV], turn: 2 }),
  inChromium("chromium, isolated: conv2d", { ...isolated, include: [CONV], turn: 3 }),
];

interface NodeOptions {
  include: string[];
  exclude?: string[];
  targets: TargetName[];
  /** Of a test, in milliseconds. */
  timeout?: number;
}

function inNode(
  name: string,
  { include, exclude = [], targets, timeout = TIMEOUT }: NodeOptions,
): TestProjectInlineConfiguration {
  const timeouts = { testTimeout: timeout, hookTimeout: timeout };
  return {
    extends: true,
    test: { name, include, exclude: ["test/browser", ...exclude], provide: { targets }, ...timeouts },
  };
}

const everywhere: TargetName[] = ["js", "wasm on 1 thread", "wasm on 2 threads", "gpujs:cpu"];
const compiled: TargetName[] = ["gpujs:webasm", "gpujs:webgpu"];

/** What `npm test` runs. */
const first = [
  // The plain backend's loops are for the operations: for what is long they take longer than all others together.
  inNode("node", { include: ["test/**/*.test.ts"], exclude: [LONG], targets: [...everywhere, "plain"] }),
  ...(noChromium ? [] : [onPage]),
];

/** What it leaves to `npm run test:rest`. */
const rest = [
  inNode("node, compiled by GPU.js", { include: onTargets(), exclude: [LONG], targets: compiled }),
  // A page that trains by GPU.js on a software adapter takes nearly two minutes where cores are slow.
  inNode("node, long", { include: [LONG], targets: [...everywhere, ...compiled], timeout: 3 * TIMEOUT }),
  ...(noChromium ? [] : onIsolatedPages),
];

export default defineConfig(({ mode }) => ({
  test: {
    testTimeout: TIMEOUT,
    hookTimeout: TIMEOUT,
    // Two cores, and wasm threads of its own in each file: more workers would only take turns.
    maxWorkers: 2,
    // What a developer's machine lacks is skipped; where the suite is the gate, it fails.
    provide: { mustRun: Boolean(process.env.CI), forced: {} },
    projects: [...(mode === "rest" ? [] : first), ...(mode === "test" ? [] : rest)],
  },
}));
