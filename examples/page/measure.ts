/**
 * Measures the page: `npm run page:measure`, on a machine that does nothing else. It is built, served as a static site
 * serves it, and opened in headless Chromium; for the comparison with Node both have as many threads.
 */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { type Browser, chromium, type Page } from "playwright";
import { build, type PreviewServer, preview } from "vite";
import { isolation, launchOptions } from "../../test/chromium.js";
import { compressed, FIRST_LOAD_LIMIT, markOf, watchLoads } from "./first-load.js";
import type { News } from "./protocol.js";
import { EASY } from "./settings.js";
import { PROGRESS_MS, Run } from "./worker/run.js";

const configFile = join(import.meta.dirname, "vite.config.ts");

/** Memory has to be flat over so many steps: nearly all that a run has at this size of batch. */
const MANY_STEPS = 3800;

declare global {
  interface Window {
    /** Tasks of 50 ms and more on the page's thread, and the time between two frames. */
    seen: { tasks: number[]; frames: number[] };
  }
}

/** Runs in the page before anything else. */
function watchThread(): void {
  window.seen = { tasks: [], frames: [] };
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) window.seen.tasks.push(duration);
  }).observe({ type: "longtask", buffered: true });
  let last = performance.now();
  const onFrame = (now: number) => {
    window.seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(onFrame);
  };
  requestAnimationFrame(onFrame);
}

function percentile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];
}

function row(what: string, value: string, needed: string): void {
  console.log(`| ${what} | ${value} | ${needed} |`);
}

const ms = (value: number) => (value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(2)} s`);

async function newPage(browser: Browser): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  // tsx has functions note their names by this, wherever they run.
  await page.addInitScript("globalThis.__name = (fn) => fn");
  await page.addInitScript(watchThread);
  return page;
}

async function open(browser: Browser, server: PreviewServer, where = ""): Promise<Page> {
  const page = await newPage(browser);
  await page.goto(server.resolvedUrls!.local[0] + where);
  return page;
}

/** Who opens a page has a browser that already draws: starting its drawing process is no part of the page's time. */
async function drawSomething(browser: Browser): Promise<void> {
  const page = await (await browser.newContext()).newPage();
  await page.setContent("<p>something</p>");
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await page.context().close();
}

const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

async function measureLoad(browser: Browser, server: PreviewServer): Promise<void> {
  await drawSomething(browser);
  const page = await newPage(browser);
  const firstLoad = watchLoads(page);
  await page.goto(server.resolvedUrls!.local[0]);
  const step = await markOf(page, "first step");
  const files = await firstLoad();
  const [gzip, brotli] = [compressed(files), compressed(files, brotliCompressSync)].map(kilobytes);
  row("first load, compressed by gzip and by brotli", `${gzip}, ${brotli}`, `≤ ${FIRST_LOAD_LIMIT / 1000} kB`);
  row("page drawn", ms(await markOf(page, "first-contentful-paint")), "≤ 0.3 s");
  row("first training step done", ms(step), "≤ 1 s");
  row("90 % on the easy faces", ms(await markOf(page, "good")), "≤ 10 s");
  const { tasks, frames } = await page.evaluate(() => window.seen);
  row("longest task on the page's thread", ms(Math.max(0, ...tasks)), "≤ 50 ms");
  row("frames, 95th percentile", ms(percentile(frames, 0.95)), "≤ 25 ms");
  const pause = await page.evaluate(async () => {
    const button = document.querySelector<HTMLButtonElement>(".controls .main")!;
    const start = performance.now();
    button.click();
    while (button.textContent !== "Go on") await new Promise(requestAnimationFrame);
    return performance.now() - start;
  });
  row("pause, with the look at the net that follows", ms(pause), "within a step");
  await page.context().close();
}

/** What the settings say of memory, in MB. */
async function memoryOf(page: Page): Promise<number> {
  const text = await page.getByText("of memory").innerText();
  return Number(text.match(/in (\d+) MB/)?.[1]);
}

async function measureMemory(browser: Browser, server: PreviewServer): Promise<void> {
  const page = await open(browser, server, "?batch=16");
  const at = async (step: number) => {
    await page.waitForFunction((step) => Number(document.querySelector(".where b")?.textContent) >= step, step, {
      timeout: 0,
      polling: 500,
    });
    return memoryOf(page);
  };
  const [early, late] = [await at(200), await at(MANY_STEPS)];
  row(`wasm memory at batch 16, after 200 and ${MANY_STEPS} steps`, `${early} MB, ${late} MB`, "≤ 64 MB, flat");
  await page.context().close();
}

/** From a frame of the camera to what the net says to it. */
async function measureOpinion(browser: Browser, server: PreviewServer): Promise<void> {
  const page = await open(browser, server, "#yours");
  for (const place of [0, 1]) {
    const card = page.locator(".class-card").nth(place);
    await card.getByRole("button", { name: "Use the camera" }).click();
    const record = card.locator(".recorder .main:enabled");
    await record.hover();
    await page.mouse.down();
    await card.locator(".photographs button").nth(5).waitFor();
    await page.mouse.up();
    await card.getByRole("button", { name: "Close the camera" }).click();
  }
  await page.getByRole("button", { name: "Learn", exact: true }).click();
  await page.locator(".live").getByRole("button", { name: "Use the camera" }).click({ timeout: 120_000 });
  await page.waitForFunction(() => performance.getEntriesByName("opinion").length > 60, undefined, { timeout: 60_000 });
  const durations = await page.evaluate(() => performance.getEntriesByName("opinion").map(({ duration }) => duration));
  row("opinion on a camera frame, median", ms(percentile(durations, 0.5)), "≤ 30 ms");
  await page.context().close();
}

/** Faces a second: what is told in these epochs, in which the engine has warmed up. */
const [WARM, OVER] = [4, 10];

async function inPage(browser: Browser, server: PreviewServer): Promise<number> {
  const page = await open(browser, server);
  await page.getByText(new RegExp(`epoch ${WARM}\\b`)).waitFor({ timeout: 120_000 });
  const speeds: number[] = [];
  for (;;) {
    const [, epoch, speed] = (await page.locator(".where b").allInnerTexts()).map(Number);
    if (epoch >= OVER) break;
    speeds.push(speed);
    await page.waitForTimeout(PROGRESS_MS);
  }
  await page.context().close();
  return percentile(speeds, 0.5);
}

function inNode(): Promise<number> {
  const speeds: number[] = [];
  return new Promise((resolve, reject) => {
    const hear = (news: News) => {
      if (news.kind === "failed") reject(new Error(news.message));
      if (news.kind !== "progress" || news.epoch < WARM) return;
      speeds.push(news.facesPerSecond);
      if (news.epoch < OVER) return;
      run.stop();
      resolve(percentile(speeds, 0.5));
    };
    const run = new Run({ settings: EASY, going: true, slow: false, resume: false }, hear);
  });
}

const folder = await mkdtemp(join(tmpdir(), "torchlet-page-"));
await build({ configFile, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
const serve = (headers: Record<string, string>) =>
  preview({
    configFile,
    logLevel: "error",
    build: { outDir: folder },
    preview: { port: 0, headers, host: "127.0.0.1" },
  });
const [server, isolated] = [await serve({}), await serve(isolation)];
const camera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];
const browser = await chromium.launch({ ...launchOptions, args: [...launchOptions.args, ...camera] });
try {
  console.log(`Chromium ${browser.version()}, Node ${process.version}, ${basename(folder)}\n`);
  console.log("| what | measured | needed |\n| --- | --- | --- |");
  await measureLoad(browser, server);
  const [page, node] = [await inPage(browser, isolated), await inNode()];
  row("faces a second, page and Node", `${page} and ${Math.round(node)}: ${(page / node).toFixed(2)}`, "≥ 0.95");
  await measureOpinion(browser, server);
  await measureMemory(browser, server);
} finally {
  await browser.close();
  await Promise.all([server.close(), isolated.close()]);
  await rm(folder, { recursive: true });
}
