/** The section Yours: photographs from files and the camera, a net that learns them, and what it says afterwards. */

import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noChromium } from "../chromium.js";
import { folderOf } from "../data/photographs.js";
import { card, choose, drop, photographs, type Upload } from "./photographs.js";
import { eventually, openSite, type Site, still } from "./site.js";

let site: Site;

beforeAll(async () => {
  if (!noChromium) site = await openSite();
});
afterAll(() => site?.close());

const red = photographs("red", [180, 20, 40], 9);
const blue = photographs("blue", [30, 40, 190], 9);

/** Their paths, in a folder of the test's own. */
async function onDisk(files: Upload[]): Promise<string[]> {
  const folder = await folderOf(Object.fromEntries(files.map(({ name, buffer }) => [name, buffer])));
  return files.map(({ name }) => join(folder, name));
}

async function visit() {
  const visited = await site.visit("#yours", still);
  await card(visited.page, 0).waitFor();
  return visited;
}

describe.skipIf(noChromium)(`Yours${noChromium ? `: ${noChromium}` : ""}`, () => {
  it("learns two colours from chosen and dropped files, and tells another photograph of each", async () => {
    const { page, said, requests } = await visit();
    await page.getByRole("link", { name: "Watch" }).click();
    await page.getByText("you could go offline").waitFor();
    await page.getByRole("link", { name: "Yours" }).click();
    const loaded = requests.length;
    const learn = page.getByRole("button", { name: "Learn", exact: true });
    expect(await learn.isDisabled()).toBe(true);

    await choose(page, 0, red.slice(1));
    const broken = { name: "broken.png", mimeType: "image/png", buffer: blue[0].buffer.subarray(0, 60) };
    const notes = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("blue") };
    await drop(page, card(page, 1), await onDisk([...blue.slice(1), broken, notes]));
    await card(page, 0).getByText("8 photographs").waitFor();
    await card(page, 1).getByText("8 photographs").waitFor();
    await page.getByText("2 files were refused").waitFor();
    expect(await page.locator(".refused li").allInnerTexts()).toEqual([
      expect.stringMatching(/^broken\.png: ./),
      expect.stringMatching(/^notes\.txt: ./),
    ]);

    await page.getByLabel("Name of class 1").fill("red");
    await page.getByLabel("Name of class 2").fill("blue");
    await learn.click();
    await page.getByRole("heading", { name: "Where it is wrong" }).waitFor({ timeout: 90_000 });
    for (const [i, file] of [red[0], blue[0]].entries()) {
      await page.locator(".live input[type=file]").setInputFiles(file);
      const share = page.locator(".live .bars div").nth(i).locator("dd");
      await eventually(async () => Number.parseInt(await share.innerText(), 10)).toBeGreaterThan(80);
    }
    expect(requests.slice(loaded).filter((url) => !url.startsWith("blob:"))).toEqual([]);
    expect(said).toEqual([]);
  });

  it("records from the camera while the button is held, and looks through it", async () => {
    const { page, said } = await visit();
    for (const place of [0, 1]) {
      await card(page, place).getByRole("button", { name: "Use the camera" }).click();
      const record = card(page, place).getByRole("button", { name: "Hold to record" });
      await eventually(() => record.isEnabled()).toBe(true);
      await record.hover();
      await page.mouse.down();
      await eventually(() => card(page, place).locator(".photographs button").count()).toBeGreaterThan(4);
      await page.mouse.up();
      await page.waitForTimeout(300);
      const held = await card(page, place).locator(".photographs button").count();
      await page.waitForTimeout(400);
      expect(await card(page, place).locator(".photographs button").count()).toBe(held);
      await card(page, place).getByRole("button", { name: "Close the camera" }).click();
    }
    await page.getByRole("button", { name: "Learn", exact: true }).click();
    await page.getByRole("heading", { name: "Try it" }).waitFor({ timeout: 90_000 });
    await page.locator(".live").getByRole("button", { name: "Use the camera" }).click();
    await page.locator(".live .bars").waitFor();
    expect(said).toEqual([]);
  });

  it("makes classes of dropped folders", async () => {
    const { page } = await visit();
    const folder = await folderOf({
      "cats/1.png": red[0].buffer,
      "cats/2.jpg": red[2].buffer,
      "dogs/1.png": blue[0].buffer,
      "mice/1.png": red[1].buffer,
    });
    const paths = ["cats", "dogs", "mice"].map((name) => join(folder, name));
    await drop(page, page.getByText("folders anywhere here"), [...paths]);
    await eventually(() =>
      page.locator(".class-name input").evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value)),
    ).toEqual(["cats", "dogs", "mice"]);
    await eventually(() => page.locator(".balance").allInnerTexts()).toEqual([
      "2 photographs",
      "1 photograph",
      "1 photograph",
    ]);
  });

  it("stops learning when asked to, and lets photographs and classes be removed", async () => {
    const { page } = await visit();
    await page.getByRole("button", { name: "Add a class" }).click();
    for (const [place, files] of [red, blue, red].entries()) await choose(page, place, files.slice(0, 6));
    await card(page, 2).getByText("6 photographs").waitFor();
    await card(page, 0).getByRole("button", { name: "Remove photograph 1 of First" }).click();
    await card(page, 0).getByText("5 photographs").waitFor();
    await page.getByRole("button", { name: "Learn", exact: true }).click();
    await page.getByText(/^Epoch \d+ of/).waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Learn", exact: true }).waitFor();
    await page.getByRole("button", { name: "Remove Class 3" }).click();
    expect(await page.locator(".class-card").count()).toBe(2);
    // The net of the drawn faces has been set aside, and is there all the same.
    await page.getByRole("link", { name: "Keep" }).click();
    const [file] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "The weights", exact: true }).click(),
    ]);
    expect(file.suggestedFilename()).toBe("net3.safetensors");
    await page.getByRole("link", { name: "Watch" }).click();
    await page.locator(".faces .face").nth(17).click();
    await page.getByRole("img", { name: "Face 18", exact: true }).waitFor();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByText(/^step \d+/).waitFor();
  });
});
