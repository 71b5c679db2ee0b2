/** Every section, light and wide, dark and narrow: nothing that axe finds, and nothing that is too small to be touched. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noChromium } from "../chromium.js";
import { obstacles, obstaclesOn, sections } from "./obstacles.js";
import { openSite, type Site, still } from "./site.js";

let site: Site;

beforeAll(async () => {
  if (!noChromium) site = await openSite();
});
afterAll(() => site?.close());

describe.skipIf(noChromium)(`for everyone${noChromium ? `: ${noChromium}` : ""}`, () => {
  describe.each(sections)("section %j", (section) => {
    it.each([
      ["light", 1280],
      ["dark", 390],
    ] as const)("%s, %i pixels wide", async (colorScheme, width) => {
      expect(await obstacles(site, section, colorScheme, width)).toEqual([]);
    });
  });

  it("would find what is wrong", async () => {
    const { page } = await site.visit("#keep", still);
    await page.locator(".files").waitFor();
    await page.evaluate(() => {
      const button = document.querySelector<HTMLElement>(".files button")!;
      button.textContent = "";
      button.style.cssText = "min-height: 0; height: 20px";
      document.querySelector<HTMLElement>("main p")!.style.color = "#ccc";
    });
    const found = await obstaclesOn(page);
    expect(found).toContainEqual(expect.stringMatching(/^button-name/));
    expect(found).toContainEqual(expect.stringMatching(/^color-contrast/));
    expect(found).toContainEqual(expect.stringMatching(/^<button/));
  });

  it("says a sentence now and then to those who hear the page", async () => {
    const { page } = await site.visit("?batch=4", still);
    const sentence = page.locator("[aria-live]", { hasText: /^Paused after step 0: \d+ of 96 faces are told right/ });
    await sentence.waitFor({ state: "attached", timeout: 15_000 });
  });
});
