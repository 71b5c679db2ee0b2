/** The section Watch, as somebody meets it who opens the page. */

import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compressed, FIRST_LOAD_LIMIT, watchLoads } from "../../examples/page/first-load.js";
import { noChromium } from "../chromium.js";
import { lossesOf } from "./losses.js";
import { eventually, oneStep, openSite, type Site, stepOf, still } from "./site.js";

let site: Site;

beforeAll(async () => {
  if (!noChromium) site = await openSite();
});
afterAll(() => site?.close());

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

describe.skipIf(noChromium)(`Watch${noChromium ? `: ${noChromium}` : ""}`, () => {
  it("learns by itself, says nothing in the console, and asks for nothing once it is there", async () => {
    const { page, said, requests } = await site.visit();
    await page.getByText("you could go offline").waitFor();
    const loaded = requests.length;
    expect(loaded).toBeGreaterThan(3);
    await page.getByText(/^90 % after \d+\.\d seconds/).waitFor({ timeout: 90_000 });
    await button(page, "Pause").click();
    await button(page, "Go on").waitFor();
    expect(requests.slice(loaded)).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(site.address) && !/^(blob|data):/.test(url))).toEqual([]);
    expect(said).toEqual([]);
  });

  // The two processes whose times are compared have clocks of their own.
  it(`has loaded at most ${FIRST_LOAD_LIMIT / 1000} kB when it takes the first step`, { retry: 2 }, async () => {
    const { page } = await site.blank();
    const firstLoad = watchLoads(page);
    await page.goto(site.address);
    const bytes = compressed(await firstLoad());
    expect(bytes).toBeLessThanOrEqual(FIRST_LOAD_LIMIT);
    // Far less than that would mean that something was not seen.
    expect(bytes).toBeGreaterThan(FIRST_LOAD_LIMIT * 0.9);
  });

  it("waits for a click where motion is to be reduced", async () => {
    const { page, said } = await site.visit("", still);
    await button(page, "Start").waitFor();
    await page.locator(".face[data-opinion]").first().waitFor();
    expect(await stepOf(page)).toBe(0);
    await button(page, "Start").click();
    await eventually(() => stepOf(page)).toBeGreaterThan(2);
    expect(said).toEqual([]);
  });

  it("stops between two steps, takes one, and goes on", async () => {
    const { page } = await site.visit("?batch=4", still);
    await button(page, "Start").click();
    await eventually(() => stepOf(page)).toBeGreaterThan(2);
    await button(page, "Pause").click();
    await button(page, "Go on").waitFor();
    const paused = await stepOf(page);
    await page.waitForTimeout(400);
    expect(await stepOf(page)).toBe(paused);
    await oneStep(page);
    expect(await stepOf(page)).toBe(paused + 1);
    await button(page, "Go on").click();
    await eventually(() => stepOf(page)).toBeGreaterThan(paused + 2);
  });

  it("shows the same run to whoever has the same address", async () => {
    const run = async (where: string) => {
      const { page } = await site.visit(where, still);
      for (let k = 0; k < 3; k++) await oneStep(page);
      return lossesOf(page);
    };
    const address = "?batch=4&lr=0.01&seed=7";
    const first = await run(address);
    expect(first).toHaveLength(3);
    expect(await run(address)).toEqual(first);
    expect(await run("?batch=4&lr=0.01&seed=8")).not.toEqual(first);
    expect(await run("?batch=4&lr=0.1&seed=7")).not.toEqual(first);
    expect(await run("?batch=4&lr=0.01&seed=7&optimizer=sgd")).not.toEqual(first);
  });

  it("has changed settings in its address, and begins anew with them", async () => {
    const { page } = await site.visit("?batch=4", still);
    await oneStep(page);
    await page.getByLabel("Learning rate").fill("0.02");
    await page.getByLabel("Learning rate").press("Enter");
    await eventually(() => new URL(page.url()).search).toBe("?lr=0.02&batch=4");
    await page.getByLabel("Optimizer").selectOption("SGD, momentum 0.9");
    await eventually(() => new URL(page.url()).search).toBe("?optimizer=sgd&lr=0.02&batch=4");
    await eventually(() => stepOf(page)).toBeGreaterThan(0);
  });

  it("begins once where many settings follow each other, and hears what is pressed meanwhile", async () => {
    const { page } = await site.visit("?batch=64");
    await eventually(() => stepOf(page)).toBeGreaterThan(0);
    // The settings come after the first step.
    await page.locator("#setting-seed").waitFor();
    const worker = page.workers()[0];
    await worker.evaluate(() => {
      const heard = { begins: 0 };
      const post = self.postMessage.bind(self);
      self.postMessage = ((news: { kind: string }) => {
        if (news.kind === "begins") heard.begins++;
        post(news);
      }) as typeof self.postMessage;
      Object.assign(self, { heard });
    });
    await page.evaluate(() => {
      const seed = document.querySelector<HTMLInputElement>("#setting-seed")!;
      for (let value = 2; value < 9; value++) {
        seed.value = String(value);
        seed.dispatchEvent(new Event("change", { bubbles: true }));
      }
      document.querySelector<HTMLButtonElement>(".controls .main")!.click();
    });
    await button(page, "Go on").or(button(page, "Start")).waitFor();
    expect(new URL(page.url()).search).toBe("?batch=64&seed=8");
    expect(await worker.evaluate(() => (self as unknown as { heard: object }).heard)).toEqual({ begins: 1 });
  });

  it("says what an address has that cannot be", async () => {
    const { page } = await site.visit("?net=net9&batch=1000000", still);
    expect(await page.getByRole("status").innerText()).toContain("net and batch");
    expect(await page.getByLabel("Net", { exact: true }).inputValue()).toBe("net3");
  });

  it("follows the face that is chosen, and opens the faces behind a number", async () => {
    const { page } = await site.visit("?batch=4", still);
    await page.locator(".face[data-opinion]").first().waitFor();
    await page.locator(".faces .face").nth(17).click();
    await page.getByRole("img", { name: "Face 18", exact: true }).waitFor();
    expect(await page.locator(".stages li").count()).toBe(8);
    const cells = page.locator(".cell");
    const counts = (await cells.allInnerTexts()).map(Number);
    expect(counts.reduce((sum, n) => sum + n, 0)).toBe(96);
    const most = counts.indexOf(Math.max(...counts));
    await cells.nth(most).click();
    expect(await page.locator(".opened .face").count()).toBe(counts[most]);
  });

  it("becomes harder", async () => {
    const { page } = await site.visit("?faces=all&net=net1&batch=4", still);
    await oneStep(page);
    expect(await page.locator(".stages li").count()).toBe(8);
    expect(await page.getByRole("img", { name: /^Filter / }).count()).toBe(8);
    await button(page, "Back to masks").click();
    await eventually(() => new URL(page.url()).search).toBe("");
  });

  it("says why it stopped where the loss breaks", async () => {
    const { page } = await site.visit("?net=net1&lr=1000&optimizer=sgd&batch=4");
    await page.getByRole("alert").waitFor({ timeout: 30_000 });
    expect(await page.getByRole("alert").innerText()).toMatch(/NaN|infini/i);
    await button(page, "Start again").waitFor();
  });

  it("cannot send anything, in its worker neither", async () => {
    const { page } = await site.visit("", still);
    await page.locator(".face[data-opinion]").first().waitFor();
    const tries = async (url: string) => {
      const { fetch, WebSocket } = globalThis;
      const fetched = await fetch(url).then(
        () => "went",
        () => "refused",
      );
      const socket = await new Promise<string>((resolve) => {
        const opened = new WebSocket(url.replace("http", "ws"));
        opened.onopen = () => resolve("went");
        opened.onerror = () => resolve("refused");
      });
      return [fetched, socket];
    };
    expect(await page.evaluate(tries, site.address)).toEqual(["refused", "refused"]);
    const [worker] = page.workers();
    expect(await worker.evaluate(tries, site.address)).toEqual(["refused", "refused"]);
  });

  it("says what is missing where there are no workers", async () => {
    const { page } = await site.blank();
    await page.addInitScript(() => Reflect.deleteProperty(window, "Worker"));
    await page.goto(site.address);
    expect(await page.getByRole("alert").innerText()).toContain("no web workers");
  });
});
