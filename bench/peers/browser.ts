/**
 * Runs the page of `bench/browser` in headless Chromium and prints what it prints:
 * `browser.ts [--backend NAME] [--shape TEXT] [--batch N] [--gpu]`: only what has TEXT in its name, N images in a training
 * step instead of 64. CHROMIUM names another program. Without --gpu, WebGL and WebGPU are SwiftShader's, which computes on
 * the processor.
 */

import { createServer } from "node:http";
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { countOption } from "../../scripts/count-option.js";
import { gpuLaunchOptions, launchOptions } from "../../test/chromium.js";

const { gpu, ...wanted } = parseArgs({
  options: {
    backend: { type: "string" },
    shape: { type: "string" },
    batch: { type: "string" },
    gpu: { type: "boolean" },
  },
}).values;
if (wanted.batch !== undefined) countOption("batch", wanted.batch);

const page = "<!doctype html><meta charset=utf-8><title>torchlet</title><script type=module src=page.js></script>";

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../browser/page.ts", import.meta.url))],
    ...{ bundle: true, format: "esm", target: "es2023", write: false },
    // What reads files is left out of the page, but only after its imports have been looked up.
    external: ["node:*", "webgpu", ...builtinModules],
  });
  return outputFiles[0].text;
}

/** Serves the page with the two headers without which a page shares no memory with its workers. */
async function serve(script: string): Promise<{ url: string; close: () => void }> {
  const server = createServer(({ url }, response) => {
    const isScript = url === "/page.js";
    response.writeHead(200, {
      "Content-Type": isScript ? "text/javascript" : "text/html",
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Embedder-Policy": "require-corp",
    });
    response.end(isScript ? script : page);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}/?${new URLSearchParams(wanted)}`,
    close: () => server.close(),
  };
}

const { url, close } = await serve(await bundle());
const browser = await chromium.launch({ ...(gpu ? gpuLaunchOptions : launchOptions), headless: true });
try {
  console.log(`Chromium ${browser.version()}`);
  const tab = await browser.newPage();
  const finished = new Promise<void>((resolve, reject) => {
    tab.on("console", (message) => (message.text() === "done" ? resolve() : console.log(message.text())));
    tab.on("pageerror", reject);
  });
  await tab.goto(url, { waitUntil: "commit" });
  await finished;
} finally {
  await browser.close();
  close();
}
