/** The same dark, and narrow; and what is said to those who hear the page. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noChromium } from "../chromium.js";
import { obstacles, sections } from "./obstacles.js";
import { openSite, type Site, still } from "./site.js";

let site: Site;

beforeAll(async () => {
  if (!noChromium) site = await openSite();
});
afterAll(() => site?.close());

describe.skipIf(noChromium)(`for everyone${noChromium ? `: ${noChromium}` : ""}`, () => {
  describe.each(sections)("section %j", (section) => {
    it.each([
      ["light", 390],
      ["dark", 390],
      ["dark", 1280],
    ] as const)("%s, %i pixels wide", async (colorScheme, width) => {
      expect(await obstacles(site, section, colorScheme, width)).toEqual([]);
    });
  });

  it("says a sentence now and then to those who hear the page", async () => {
    const { page } = await site.visit("?batch=4", still);
    const sentence = page.locator("[aria-live]", { hasText: /^Paused after step 0: \d+ of 96 faces are told right/ });
    await sentence.waitFor({ state: "attached", timeout: 15_000 });
  });
});
