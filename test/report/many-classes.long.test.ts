/** The report of 2, 10 and 100 classes of drawn shapes, grey and coloured, under names of every kind, in a browser. */

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeReport } from "../../src/report/run-report.js";
import { trainConfig } from "../../src/run/config.js";
import { startRun } from "../../src/run/run.js";
import { launchOptions, noChromium } from "../chromium.js";

const NAMES = [
  "R&D",
  "<b>bold",
  "🌲 tree",
  "دائرة زرقاء",
  "圆形",
  `a name so long that nobody can read it ${"on and ".repeat(12)}on`,
];

const COUNTS = [2, 10, 100];

let root: string;
const at = (name: string) => join(root, name);

/** A square of its own place and brightness for each class; of more than ten classes, in colour. */
function draw(k: number, classes: number, i: number): Buffer {
  const png = new PNG({ width: 20, height: 20 });
  const [left, top] = [(3 * k + i) % 14, (2 * Math.floor(k / 5) + i) % 14];
  for (let p = 0; p < 400; p++) {
    const inside = p % 20 >= left && p % 20 < left + 6 && Math.floor(p / 20) >= top && Math.floor(p / 20) < top + 6;
    const light = inside ? 255 - (k % 10) * 20 : 20;
    png.data.set([light, classes > 10 && inside ? (k * 53) % 256 : light, light, 255], 4 * p);
  }
  return PNG.sync.write(png);
}

async function report(classes: number): Promise<void> {
  for (let k = 0; k < classes; k++) {
    const folder = at(`${classes}/${NAMES[k] ?? `class ${k}`}`);
    await mkdir(folder, { recursive: true });
    for (let i = 0; i < 8; i++) await writeFile(join(folder, `${k} ${i}.png`), draw(k, classes, i));
  }
  const options = { net: "net1", size: 16, epochs: 2, batch: 32, backend: "wasm", threads: 1 };
  await startRun(at(`run-${classes}`), trainConfig({ data: at(String(classes)), ...options }), { onEvent: () => {} });
  await writeReport(at(`run-${classes}`));
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-many-"));
  for (const classes of COUNTS) await report(classes);
}, 240_000);
afterAll(() => rm(root, { recursive: true }));

describe.each(COUNTS)("%d classes", (classes) => {
  const html = () => readFile(at(`run-${classes}/report.html`), "utf8");

  it("have a page of a reasonable size, without what is no number", async () => {
    const page = await html();
    expect(page.length).toBeLessThan(3e6);
    expect(page.replaceAll(/base64,[^"]*/g, "")).not.toMatch(/NaN|undefined|Infinity|\[object|⚠/);
  });

  it("have top-3 accuracy where there are more than three", async () => {
    expect((await html()).includes("top-3 accuracy")).toBe(classes > 3);
  });

  it("have one curve of brightness where all are grey, and three where they are not", async () => {
    const drawing = await readFile(at(`run-${classes}/charts/brightness.svg`), "utf8");
    expect(drawing.match(/aria-label="line"/g)?.length).toBe(classes > 10 ? 3 : 1);
  });
});

describe.skipIf(noChromium)(`in Chromium${noChromium ? `: ${noChromium}` : ""}`, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch(launchOptions);
  }, 60_000);
  afterAll(() => browser?.close());

  async function open(classes: number, width: number): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 800 } });
    const complaints: string[] = [];
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(pathToFileURL(at(`run-${classes}/report.html`)).href);
    return { page, complaints };
  }

  it.each(COUNTS.flatMap((classes) => [390, 768, 1280].map((width) => [classes, width] as const)))(
    "%d classes, %d pixels wide: nothing beside the page, pictures with a text, tables with headings, no complaint",
    async (classes, width) => {
      const { page, complaints } = await open(classes, width);
      const seen = await page.evaluate(() => {
        const { scrollWidth } = document.scrollingElement!;
        const wide = Array.from(document.querySelectorAll(".scroll")).filter((e) => e.scrollWidth > e.clientWidth);
        return {
          beside: scrollWidth - innerWidth,
          silent: Array.from(document.images).filter(({ alt }) => !alt).length,
          unnamed: Array.from(document.querySelectorAll("th:not([scope])")).length,
          unreachable: wide.filter((e) => (e as HTMLElement).tabIndex < 0 || !e.getAttribute("aria-label")).length,
          cut: innerWidth < 1280 ? 0 : wide.length,
          language: document.documentElement.lang,
        };
      });
      expect(complaints).toEqual([]);
      expect(seen).toEqual({ beside: 0, silent: 0, unnamed: 0, unreachable: 0, cut: 0, language: "en" });
      await page.close();
    },
  );

  it.each(COUNTS)("%d classes: a phone folds what is long; a desk and paper show everything", async (classes) => {
    const look = (page: Page) =>
      page.evaluate(() => {
        const isVisible = (e: Element) => e.checkVisibility({ contentVisibilityAuto: true });
        const names = Array.from(document.querySelectorAll(".file")).filter(isVisible);
        return {
          all: document.images.length,
          visible: Array.from(document.images).filter(isVisible).length,
          summaries: Array.from(document.querySelectorAll("summary")).filter(isVisible).length,
          lines: Math.max(
            ...names.map((e) => e.getBoundingClientRect().height / parseFloat(getComputedStyle(e).fontSize)),
          ),
          height: document.documentElement.scrollHeight,
        };
      });
    const { page: phone } = await open(classes, 390);
    const folded = await look(phone);
    expect(folded.visible).toBeLessThan(0.7 * folded.all);
    expect(folded.summaries).toBe(await phone.locator("details").count());
    expect(folded.height).toBeLessThan(14_000);
    await phone.locator("details").evaluateAll((all) => {
      for (const each of all) (each as HTMLDetailsElement).open = true;
    });
    expect((await look(phone)).height).toBeGreaterThan(folded.height + 2_000);
    const { page: desk } = await open(classes, 1280);
    const seen = await look(desk);
    expect([seen.visible, seen.summaries]).toEqual([seen.all, 0]);
    await desk.emulateMedia({ media: "print" });
    await desk.setViewportSize({ width: 688, height: 990 });
    const printed = await look(desk);
    expect([printed.visible, printed.summaries]).toEqual([printed.all, 0]);
    for (const { lines } of [folded, seen, printed]) expect(lines).toBeLessThan(2);
    await Promise.all([phone.close(), desk.close()]);
  });

  it("names of every kind are shown as they are", async () => {
    const { page } = await open(10, 1280);
    const names = await page.locator("#data h3 bdi").allTextContents();
    expect(names).toEqual(expect.arrayContaining(NAMES));
    expect(await page.locator("b", { hasText: "bold" }).locator("b").count()).toBe(0);
    await page.close();
  });
});
