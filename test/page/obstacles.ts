/** What keeps people from using a section: what axe finds, what is too small to be touched, what is wider than the page. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright";
import { type Site, still } from "./site.js";

declare global {
  interface Window {
    axe: { run: () => Promise<AxeResults> };
  }
}

/** What each section shows when it is ready. */
const READY = { "": ".stages li", "#yours": ".class-card", "#step": ".place h2", "#keep": ".files" };

export type Section = keyof typeof READY;

export const sections = Object.keys(READY) as Section[];

/** Rules that are broken, and by what. */
async function findings(page: Page): Promise<string[]> {
  // By the tool, not by the page, whose policy allows no script of others.
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run());
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** What can be pressed and is less than 44 pixels wide or high. */
function tooSmall(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("button, select, input:not(.unseen), summary, nav a, label.button")]
      .filter((element) => element.checkVisibility())
      .filter((element) => {
        const { width, height } = element.getBoundingClientRect();
        return Math.min(width, height) < 43.5;
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
}

/** All that is wrong with a section, as it looks in one colour scheme and at one width. */
export async function obstacles(
  site: Site,
  section: Section,
  colorScheme: "light" | "dark",
  width: number,
): Promise<string[]> {
  const { page, said } = await site.visit(section, { ...still, colorScheme, viewport: { width, height: 900 } });
  await page.locator(READY[section]).first().waitFor();
  return [...(await obstaclesOn(page)), ...said];
}

/** All that is wrong with what a page shows now. */
export async function obstaclesOn(page: Page): Promise<string[]> {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  const wide = overflow > 0 ? [`${overflow} pixels wider than the page`] : [];
  return [...(await findings(page)), ...(await tooSmall(page)), ...wide];
}
