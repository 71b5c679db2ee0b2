/** The page as it is published: built, served as files, and open in Chromium. */

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type BrowserContextOptions, chromium, type Page } from "playwright";
import { build } from "vite";
import { expect, onTestFinished, vi } from "vitest";
import { serve } from "../bundle/app/build.js";
import { isolation, launchOptions } from "../chromium.js";

/** How long a page may take for something, in milliseconds, where other tests run beside it. */
const PATIENCE = 90_000;

/** For a step by GPU.js, or the looks at the net after it: without a GPU, these take half a minute where nothing else runs. */
const STEP_PATIENCE = 300_000;

/** A camera that shows a moving picture, and is allowed. */
const fakeCamera = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

export interface Visit {
  page: Page;
  /** Everything that was said in the console or thrown, in the page and in its worker. */
  said: string[];
  /** The address of every request, in their order. */
  requests: string[];
}

export interface Site {
  address: string;
  /** Opens an empty tab, for what has to be done before the page is there, until the test is over. */
  blank(how?: BrowserContextOptions): Promise<Visit>;
  /** Opens the page, at an address such as "?seed=2#step", until the test is over. */
  visit(where?: string, how?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

/** Builds the page into a folder. vitest says that this is a test, and Vite would build another page for that. */
export async function buildPage(outDir: string): Promise<void> {
  const configFile = resolve("examples/page/vite.config.ts");
  vi.stubEnv("NODE_ENV", "production");
  try {
    await build({ configFile, logLevel: "error", build: { outDir, emptyOutDir: false } });
  } finally {
    vi.unstubAllEnvs();
  }
}

/** @param isolated whether threads may share memory there: static sites cannot say so, other servers can */
export async function openSite({ isolated = false } = {}): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "torchlet-page-"));
  await buildPage(folder);
  const server = await serve(folder, isolated ? isolation : {});
  const browser = await chromium.launch({ ...launchOptions, args: [...launchOptions.args, ...fakeCamera] });
  const address = server.resolvedUrls!.local[0];
  const blank = async (how: BrowserContextOptions = {}) => {
    const context = await browser.newContext(how);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE);
    const said: string[] = [];
    const requests: string[] = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    context.on("request", (request) => requests.push(request.url()));
    return { page, said, requests };
  };
  const visit = async (where = "", how: BrowserContextOptions = {}) => {
    const visited = await blank(how);
    await visited.page.goto(address + where);
    return visited;
  };
  const close = async () => {
    await browser.close();
    await server.close();
    await rm(folder, { recursive: true });
  };
  return { address, blank, visit, close };
}

/** expect.poll for what a net has to compute first. */
export function eventually<T>(fn: () => Promise<T> | T) {
  return expect.poll(fn, { timeout: 30_000, interval: 50 });
}

/** Waits for a click before it begins, so that a test decides when. */
export const still: BrowserContextOptions = { reducedMotion: "reduce" };

/** The step that the page says it has reached. */
export async function stepOf(page: Page): Promise<number> {
  const text = await page.locator(".where").innerText();
  return Number(text.match(/^step (\d+)/)?.[1] ?? 0);
}

/** Takes one step, and waits until it is shown. */
export async function oneStep(page: Page): Promise<void> {
  const before = await stepOf(page);
  const failed = page.getByText("It has stopped.");
  await page.getByRole("button", { name: "One step" }).click();
  for (const next of [
    page.getByText(new RegExp(`^step ${before + 1}\\b`)),
    page.getByRole("button", { name: "Go on" }),
  ]) {
    await next.or(failed).first().waitFor({ timeout: STEP_PATIENCE });
    if (await failed.isVisible()) throw new Error(await page.getByRole("alert").innerText());
  }
}
