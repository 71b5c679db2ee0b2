/** Every section, light and wide: nothing that axe finds, and nothing that is too small to be touched. */

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
  it.each(sections)("section %j, light, 1280 pixels wide", async (section) => {
    expect(await obstacles(site, section, "light", 1280)).toEqual([]);
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
});
