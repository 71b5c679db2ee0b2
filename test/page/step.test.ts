/** The section Step: a recorded step of training, walked along by keys. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noChromium } from "../chromium.js";
import { lossesOf } from "./losses.js";
import { eventually, openSite, type Site, still } from "./site.js";

let site: Site;

beforeAll(async () => {
  if (!noChromium) site = await openSite();
});
afterAll(() => site?.close());

async function visit() {
  const visited = await site.visit("#step", still);
  await visited.page.locator(".tape button").first().waitFor();
  return visited;
}

describe.skipIf(noChromium)(`Step${noChromium ? `: ${noChromium}` : ""}`, () => {
  it("has every operation forward, its gradients back, and the optimizer's step", async () => {
    const { page, said } = await visit();
    const names = await page.locator(".tape b").allInnerTexts();
    expect(names.slice(0, 4)).toEqual(["conv2d", "relu", "maxPool2d", "reshape"]);
    expect(names.filter((name) => name === "backward of conv2d")).toHaveLength(2);
    expect(names.at(-1)).toBe("optimizer.step()");
    expect(said).toEqual([]);
  });

  it("walks by the keys ← and →, and not beyond the ends", async () => {
    const { page } = await visit();
    const title = page.locator(".place h2").first();
    expect(await title.innerText()).toBe("conv2d");
    await page.keyboard.press("ArrowLeft");
    expect(await title.innerText()).toBe("conv2d");
    await page.keyboard.press("ArrowRight");
    await eventually(() => title.innerText()).toBe("relu");
    expect(await page.locator(".tape [aria-current=step] b").innerText()).toBe("relu");
    for (let k = 0; k < 60; k++) await page.keyboard.press("ArrowRight");
    await eventually(() => title.innerText()).toBe("optimizer.step()");
    await page.keyboard.press("ArrowLeft");
    await eventually(() => title.innerText()).toMatch(/^backward of/);
  });

  it("tells an operation's formula, shapes, values, what it keeps, and its source", async () => {
    const { page } = await visit();
    const place = page.locator(".place");
    expect(await place.locator(".formula").innerText()).toContain("Σ");
    const captions = await place.locator("figcaption").allInnerTexts();
    expect(captions.slice(0, 4)).toEqual([
      "images [4, 3, 32, 32]",
      "0.weight [4, 3, 3, 3]",
      "0.bias [4]",
      expect.stringContaining("[4, 4, 32, 32]"),
    ]);
    expect(captions.at(-1)).toContain("its gradient");
    expect(await place.locator("canvas").count()).toBe(5);
    expect(await place.locator(".kept").innerText()).toMatch(/keeps images for the way back, 48 kB/);
    await place.getByText("src/tensor/ops/conv2d.ts").click();
    expect(await place.locator(".named").innerText()).toContain("export function conv2d");
  });

  it("records a net of one's own, and says what is wrong with one", async () => {
    const { page } = await visit();
    const net = page.getByLabel("The net, line by line");
    await net.fill("conv 4 3\nrelu\nmaxpool 64\nlinear 2");
    await page.getByRole("button", { name: "Record a step of it" }).click();
    await page.getByText("the maps are 32 × 32 there").waitFor();
    await net.fill("linear 5\ntanh\nlinear 2");
    await page.getByRole("button", { name: "Record a step of it" }).click();
    await page.locator(".tape b", { hasText: /^tanh$/ }).waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("changes nothing in the run that waits meanwhile", async () => {
    const losses = async (withTape: boolean) => {
      const { page } = await site.visit("?batch=4", still);
      const oneStep = page.getByRole("button", { name: "One step" });
      await oneStep.click();
      await page.getByText(/^step 1 /).waitFor();
      if (withTape) {
        await page.getByRole("link", { name: "Step" }).click();
        await page.locator(".tape button").first().waitFor();
        await page.getByRole("link", { name: "Watch" }).click();
      }
      await oneStep.click();
      await page.getByText(/^step 2 /).waitFor();
      return lossesOf(page);
    };
    expect(await losses(true)).toEqual(await losses(false));
  });
});
