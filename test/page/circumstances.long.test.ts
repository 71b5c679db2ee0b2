/** The page where something is other than usual: another backend, none, no camera, paper, weights in a file. */

import type { Page } from "playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { encodeSafetensors } from "../../src/io/safetensors/bytes.js";
import { Net1 } from "../../src/nets/net1.js";
import { Net3 } from "../../src/nets/net3.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { noChromium } from "../chromium.js";
import { choose, photographs } from "./photographs.js";
import { oneStep, openSite, type Site, still } from "./site.js";

let site: Site;

beforeAll(async () => {
  if (!noChromium) site = await openSite();
});
afterAll(() => site?.close());

/** Opens the page with something run in its worker before anything else is. */
async function visitWith(script: string, where: string) {
  const { page, said } = await site.blank(still);
  await page.route(/\/worker-[^/]*\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script};${await response.text()}` });
  });
  await page.goto(site.address + where);
  return { page, said };
}

describe.skipIf(noChromium)(`circumstances${noChromium ? `: ${noChromium}` : ""}`, () => {
  it.each(["webgpu", "webgl2"])("learns by GPU.js on %s, or says why not", async (mode) => {
    const { page, said } = await site.visit(`?batch=4&backend=gpujs:${mode}`, still);
    await oneStep(page);
    expect(await page.getByText(/learns by/).innerText()).toContain("(software)");
    expect(await page.getByRole("status").count()).toBe(0);
    expect(said).toEqual([]);
  });

  it("computes by WebAssembly where a backend is missing, and says so", async () => {
    const none = "Object.defineProperty(WorkerNavigator.prototype, 'gpu', { value: undefined })";
    const { page, said } = await visitWith(none, "?batch=4&backend=gpujs:webgpu");
    await oneStep(page);
    expect(await page.getByRole("status").innerText()).toBe(
      "WebGPU does not compute here, so WebAssembly does. this browser has no WebGPU",
    );
    expect(await page.getByText(/learns by/).innerText()).toContain("thread");
    expect(said).toEqual([]);
  });

  it("says what is missing where WebAssembly has no SIMD, and offers other backends", async () => {
    const none = "WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError('no SIMD'); } }";
    const { page } = await visitWith(none, "");
    await page.getByRole("alert").getByText("cannot run WebAssembly SIMD").waitFor();
    await page.getByLabel("Computed by").waitFor();
  });

  it("says what to do where there is no camera", async () => {
    const { page } = await site.blank(still);
    await page.addInitScript(() => Reflect.deleteProperty(Navigator.prototype, "mediaDevices"));
    await page.goto(`${site.address}#yours`);
    await page.getByRole("button", { name: "Use the camera" }).first().click();
    await page.getByRole("alert").getByText("Files work all the same").waitFor();
  });

  it("is a report on paper: what the run came to and its settings, and nothing to press", async () => {
    const { page } = await site.visit("?batch=4&seed=5", still);
    await oneStep(page);
    await page.locator(".stages li").first().waitFor();
    await page.emulateMedia({ media: "print" });
    const shown = (selector: string) => page.locator(selector).filter({ visible: true }).count();
    expect(await shown(".faces .face")).toBe(96);
    expect(await shown(".chart svg")).toBe(2);
    expect(await shown(".stages li")).toBe(8);
    expect(await shown("nav, .controls button, summary")).toBe(0);
    expect(await page.getByLabel("Seed").inputValue()).toBe("5");
    expect((await page.pdf()).subarray(0, 5).toString()).toBe("%PDF-");
  });

  it("begins with a file of weights, and refuses one that does not fit", async () => {
    await useBackend("js");
    const { page, said } = await site.visit("#yours", still);
    const give = async (name: string, net: Net1 | Net3) => {
      const buffer = Buffer.from(await encodeSafetensors(net.stateDict()));
      await page.locator(".first-weights input").setInputFiles({ name, mimeType: "application/octet-stream", buffer });
    };
    await page.getByText("Begin with a net that has learned before").click();
    await give("net1.safetensors", new Net1());
    await page.getByRole("alert").getByText("net1.safetensors was refused.").waitFor();
    await give("net3.onnx", new Net3());
    await page.getByRole("alert").getByText("does not read it").waitFor();
    await give("net3.safetensors", new Net3({ classes: 7, size: 32 }));
    await page.getByRole("status").getByText("begins with net3.safetensors: 42 of its tensors").waitFor();
    expect(await page.getByRole("alert").count()).toBe(0);
    await learnTwoColours(page);
    await page.getByRole("button", { name: "Random numbers again" }).click();
    await page.getByRole("status").waitFor({ state: "detached" });
    expect(said).toEqual([]);
  });
});

async function learnTwoColours(page: Page): Promise<void> {
  await choose(page, 0, photographs("red", [180, 20, 40], 6));
  await choose(page, 1, photographs("blue", [30, 40, 190], 6));
  await page.getByRole("button", { name: "Learn", exact: true }).click();
  await page.getByRole("heading", { name: "Where it is wrong" }).waitFor({ timeout: 90_000 });
}
