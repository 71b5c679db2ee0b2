/** The section Keep: files that others read, and a run that a reload goes on with. */

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Download, Page } from "playwright";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { decodeSafetensors } from "../../src/io/safetensors/bytes.js";
import { Net3 } from "../../src/nets/net3.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { noChromium } from "../chromium.js";
import { lossesOf } from "./losses.js";
import { oneStep, openSite, type Site, still } from "./site.js";

let site: Site;

beforeAll(async () => {
  if (!noChromium) site = await openSite();
});
afterAll(() => site?.close());
beforeEach(() => useBackend("js"));

async function download(page: Page, name: string): Promise<Download> {
  const [file] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name, exact: true }).click(),
  ]);
  return file;
}

async function bytesOf(file: Download): Promise<Uint8Array> {
  return readFile(await file.path());
}

/** The times that a run took, which no other takes. */
const TIMES = ["seconds", "imagesPerSecond"];

/** Everything of a run that is the same in each: weights, moments, buffers, positions, random numbers, reports. */
async function stateOf(page: Page): Promise<Record<string, unknown>> {
  await page.getByRole("link", { name: "Keep" }).click();
  const bytes = await bytesOf(await download(page, "The whole run"));
  await page.getByRole("link", { name: "Watch" }).click();
  const { tensors, metadata } = decodeSafetensors(bytes);
  const digests = Object.entries(tensors).map(([name, x]) => [
    name,
    createHash("sha256").update(x.dataSync()).digest("hex"),
  ]);
  // Of the times, there is a digest in the file, too.
  const said = Object.entries(metadata).filter(([name]) => name !== "sha256" && !TIMES.includes(name));
  const withoutTimes = (key: string, value: unknown) => (TIMES.includes(key) ? undefined : value);
  const rest = said.map(([name, text]) => [name, JSON.parse(text, withoutTimes)]);
  return Object.fromEntries([...digests, ...rest]);
}

describe.skipIf(noChromium)(`Keep${noChromium ? `: ${noChromium}` : ""}`, () => {
  it("gives the weights and the whole run as safetensors, the net as ONNX", async () => {
    const { page, said, requests } = await site.visit("?batch=4", still);
    await oneStep(page);
    await page.getByText("you could go offline").waitFor();
    const loaded = requests.length;
    await page.getByRole("link", { name: "Keep" }).click();
    await page.getByText("after step 1.").waitFor();

    const weights = await download(page, "The weights");
    expect(weights.suggestedFilename()).toBe("net3.safetensors");
    const { tensors } = await decodeSafetensors(await bytesOf(weights));
    expect(new Net3({ size: 32 }).loadStateDict(tensors)).toEqual({ missing: [], unexpected: [] });

    const run = await download(page, "The whole run");
    const inRun = Object.keys((await decodeSafetensors(await bytesOf(run))).tensors);
    expect(inRun).toEqual(expect.arrayContaining(["model.0.weight", "optimizer.exp_avg.0"]));

    const onnx = await download(page, "The net");
    expect(onnx.suggestedFilename()).toBe("net3.onnx");
    expect(Buffer.from(await bytesOf(onnx)).includes("torchlet")).toBe(true);

    expect(requests.slice(loaded).filter((url) => !url.startsWith("blob:"))).toEqual([]);
    expect(said).toEqual([]);
  });

  it("goes on after a reload, to the bits that the run would have had", async () => {
    // Four steps an epoch.
    const address = "?batch=256&net=net3";
    const stepTo = async (page: Page, step: number) => {
      while (!(await page.getByText(new RegExp(`^step ${step}\\b`)).count())) await oneStep(page);
    };
    const { page: whole } = await site.visit(address, still);
    await stepTo(whole, 6);
    const expected = await lossesOf(whole);
    expect(expected).toHaveLength(6);
    const state = await stateOf(whole);
    expect(Object.keys(state)).toEqual(expect.arrayContaining(["generators", "model.0.weight", "optimizer.exp_avg.0"]));

    const { page } = await site.visit(address, still);
    await stepTo(page, 5);
    await page.reload();
    await page.getByRole("button", { name: "Start", exact: true }).waitFor();
    expect(await lossesOf(page)).toEqual(expected.slice(0, 4));
    await page.getByRole("button", { name: "One step" }).click();
    await page.getByText(/^step 5\b/).waitFor();
    await stepTo(page, 6);
    expect(await lossesOf(page)).toEqual(expected);
    expect(await stateOf(page)).toEqual(state);

    await page.getByRole("button", { name: "Start again" }).click();
    await page.getByRole("button", { name: "Pause" }).click();
    await page.getByRole("button", { name: /^(Go on|Start)$/ }).waitFor();
    await page.reload();
    await page.locator(".face[data-opinion]").first().waitFor();
    expect(await lossesOf(page)).toEqual([]);
  });
});
