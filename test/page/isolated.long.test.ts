/** The page where threads may share memory: the same numbers as where they may not, by more threads. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noChromium } from "../chromium.js";
import { lossesOf } from "./losses.js";
import { oneStep, openSite, type Site, still } from "./site.js";

let sites: Site[] = [];

beforeAll(async () => {
  if (!noChromium) sites = [await openSite(), await openSite({ isolated: true })];
});
afterAll(() => Promise.all(sites.map((site) => site.close())));

describe.skipIf(noChromium)(`isolated${noChromium ? `: ${noChromium}` : ""}`, () => {
  it("computes the same on more threads", async () => {
    const runs = [];
    for (const site of sites) {
      const { page, said } = await site.visit("?batch=16&seed=3", still);
      for (let step = 0; step < 4; step++) await oneStep(page);
      const device = await page.getByText(/learns by/).innerText();
      runs.push({ device: device.match(/\d+ threads?/)?.[0], losses: await lossesOf(page), said });
    }
    const [alone, shared] = runs;
    expect(alone.device).toBe("1 thread");
    expect(shared.device).toMatch(/^\d+ threads$/);
    expect(shared.losses).toEqual(alone.losses);
    expect(alone.losses).toHaveLength(4);
    expect([...alone.said, ...shared.said]).toEqual([]);
  });
});
