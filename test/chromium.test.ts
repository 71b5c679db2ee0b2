/** The browser that the projects of vitest.config.ts run tests in; skipped where it is missing, and they with it. */

import { chromium } from "playwright";
import { expect, it } from "vitest";
import { launchOptions, noChromium } from "./chromium.js";

it.skipIf(noChromium)(`Chromium starts, and tests run in pages${noChromium ? `: ${noChromium}` : ""}`, async () => {
  const browser = await chromium.launch(launchOptions);
  const version = browser.version();
  await browser.close();
  // The first with relaxed SIMD, which the tests in pages are to run.
  expect(Number.parseInt(version, 10)).toBeGreaterThanOrEqual(114);
});
