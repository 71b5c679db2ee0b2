/** The same the other way round: light and narrow, dark and wide. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noChromium } from "../chromium.js";
import { obstacles, sections } from "./obstacles.js";
import { openSite, type Site } from "./site.js";

let site: Site;

beforeAll(async () => {
  if (!noChromium) site = await openSite();
});
afterAll(() => site?.close());

describe.skipIf(noChromium)(`for everyone${noChromium ? `: ${noChromium}` : ""}`, () => {
  describe.each(sections)("section %j", (section) => {
    it.each([
      ["light", 390],
      ["dark", 1280],
    ] as const)("%s, %i pixels wide", async (colorScheme, width) => {
      expect(await obstacles(site, section, colorScheme, width)).toEqual([]);
    });
  });
});
