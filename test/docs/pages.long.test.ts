/** docs/pages.md, program by program: its files are built by vite with the settings that it has there, and run in Chromium. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright";
import { build, type PreviewServer } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type * as Torchlet from "../../src/index.js";
import { serve } from "../bundle/app/build.js";
import { launchOptions, noChromium } from "../chromium.js";
import { folderOf, png } from "../data/photographs.js";
import { drop } from "../page/photographs.js";
import { root } from "./packed.js";

const run = promisify(execFile);
const text = await readFile(join(root, "docs/pages.md"), "utf8");

/** The document's programs by name, each of which begins with a comment that says it. */
const programs = new Map(
  Array.from(text.matchAll(/^```js\n\/\/ (\S+)\n([\s\S]*?)^```$/gm), ([, name, program]) => [name, program]),
);

/** The block that follows a heading, in a language. */
const block = (heading: string, language: string) =>
  new RegExp(`^## ${heading}\\n[\\s\\S]*?^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "m").exec(text)![1];

/** What the pages show, and what the programs export, where the tests can call it. */
const PAGES = {
  "start.html": '<p id="loss"></p><script type="module" src="./start.js"></script>',
  "page.html":
    '<div id="target" style="height: 9em"></div><p id="found"></p><script type="module" src="./page.js"></script>',
  "index.html": '<script type="module" src="./all.js"></script>',
  "all.js": `import { draw } from "./draw.js";
    import { learn } from "./keep.js";
    import { look } from "./look.js";
    import * as torchlet from "torchlet";
    Object.assign(window, { draw, learn, look, torchlet });`,
};

declare global {
  interface Window {
    torchlet: typeof Torchlet;
    draw(image: Torchlet.Image, canvas: HTMLCanvasElement): void;
    learn(model: Torchlet.Module, train: Torchlet.TensorDataset, epochs: number): Promise<void>;
    look(model: Torchlet.Module, video: HTMLVideoElement): Promise<Torchlet.LikelyClass>;
  }
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "torchlet-pages-"));
});
afterAll(() => rm(folder, { recursive: true }));

it("has the programs", () => {
  expect([...programs.keys()]).toEqual([
    "start.js",
    "train.js",
    "vite.config.js",
    "look.js",
    "draw.js",
    "page.js",
    "worker.js",
    "keep.js",
  ]);
});

describe.skipIf(noChromium)(`in Chromium${noChromium ? `: ${noChromium}` : ""}`, () => {
  let server: PreviewServer;
  let browser: Browser;

  beforeAll(async () => {
    const [source, out] = [join(folder, "source"), join(folder, "out")];
    await mkdir(source);
    for (const [name, content] of [...programs, ...Object.entries(PAGES)]) await writeFile(join(source, name), content);
    await build({
      root: source,
      configFile: join(source, "vite.config.js"),
      logLevel: "error",
      resolve: { alias: { torchlet: join(root, "src/index.ts") } },
      build: {
        outDir: out,
        rolldownOptions: { input: ["start", "page", "index"].map((name) => join(source, `${name}.html`)) },
      },
    });
    const headers = block("Threads", "")
      .trim()
      .split("\n")
      .map((line) => line.split(": "));
    server = await serve(out, Object.fromEntries(headers));
    browser = await chromium.launch(launchOptions);
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  async function open(name: string, context: Browser | BrowserContext = browser): Promise<Page> {
    const page = await context.newPage();
    await page.goto(`${server.resolvedUrls!.local[0]}${name}.html`);
    return page;
  }

  it("the two headers isolate a page", async () => {
    const page = await open("index");
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  it("a worker learns, and its page shows the loss", async () => {
    const page = await open("start");
    await expect
      .poll(async () => Number((await page.textContent("#loss")) || 1), { timeout: 100_000 })
      .toBeLessThan(0.02);
  });

  it("tells what a video shows, and draws an image", async () => {
    const page = await open("index");
    const { label, probability } = await page.evaluate(async () => {
      const { flatten, Linear, Sequential, tensor } = window.torchlet;
      const canvas = Object.assign(document.createElement("canvas"), { width: 90, height: 90 });
      window.draw({ width: 90, height: 90, data: new Uint8Array(3 * 90 * 90).fill(255) }, canvas);
      const video = Object.assign(document.createElement("video"), { srcObject: canvas.captureStream(), muted: true });
      await video.play();
      // The score of class 0 is 0, that of class 1 the mean of the pixels, which are white.
      const linear = new Linear(3 * 64 * 64, 2, { bias: false });
      const weights = Float32Array.from({ length: 2 * 3 * 64 * 64 }, (_, i) =>
        i < 3 * 64 * 64 ? 0 : 1 / (3 * 64 * 64),
      );
      linear.loadStateDict({ weight: tensor(weights, [2, 3 * 64 * 64]) });
      return window.look(new Sequential(flatten, linear), video);
    });
    expect(label).toBe(1);
    expect(probability).toBeCloseTo(1 / (1 + Math.exp(-1)), 2);
  });

  it("folders that are dropped become a dataset in a worker", async () => {
    const pets = await folderOf({ "cat/1.png": png, "cat/2.png": png, "dog/1.png": png, "dog/2.png": "no picture" });
    const page = await open("page");
    await drop(page, page.locator("#target"), [join(pets, "cat"), join(pets, "dog")]);
    await expect.poll(() => page.textContent("#found"), { timeout: 100_000 }).toBe("cat: 2, dog: 1, refused: 1");
  });

  it("goes on with a training that a page has kept, to the same bits", async () => {
    /** Learns until the end of each of these epochs, in a new page for each; gives the weights. */
    async function learnUntil(...ends: number[]): Promise<number[]> {
      const context = await browser.newContext();
      let weights: number[] = [];
      for (const [opened, end] of ends.entries()) {
        const page = await open("index", context);
        weights = await page.evaluate(
          async ([opened, epochs]) => {
            const { Linear, manualSeed, rand, Sequential, TensorDataset } = window.torchlet;
            manualSeed(1);
            const inputs = rand([64, 3]);
            const train = new TensorDataset({ inputs, targets: Int32Array.from({ length: 64 }, (_, i) => i % 2) });
            // A page that is opened again begins with other weights, and has those that were kept only by reading them.
            manualSeed(1 + opened);
            const model = new Sequential(new Linear(3, 2));
            await window.learn(model, train, epochs);
            return [...(await model.parameters()[0].data())];
          },
          [opened, end] as const,
        );
        await page.close();
      }
      await context.close();
      return weights;
    }
    expect(await learnUntil(2, 4)).toEqual(await learnUntil(4));
    expect(await learnUntil(2)).not.toEqual(await learnUntil(4));
  });
});

it("is one file for Node that reads a PNG, by the command as it is printed", async () => {
  await symlink(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  await writeFile(join(folder, "picture.png"), png);
  const source = JSON.stringify(join(root, "src/index.ts"));
  await writeFile(
    join(folder, "program.js"),
    `import { readFileSync } from "node:fs";
    import { decodeImage } from ${source};
    const { width, height } = await decodeImage(readFileSync("picture.png"));
    console.log(width, height);`,
  );
  const command = block("A program for Node in one file", "sh").trim();
  await run("bash", ["-c", command], { cwd: folder });
  await rm(join(folder, "node_modules"));
  const { stdout } = await run(process.execPath, ["program.mjs"], { cwd: folder });
  expect(stdout).toBe("11 9\n");
});
