/** Runs the page of `bench/browser` in headless Chromium and prints what it prints. CHROMIUM names another program. */

import { createServer } from "node:http";
import { builtinModules } from "node:module";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const FLAGS = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking"];
const QUIET = ["--disable-component-update", "--disable-sync"];

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
    url: `http://127.0.0.1:${port}/${process.argv[2] ? `?shape=${process.argv[2]}` : ""}`,
    close: () => server.close(),
  };
}

const { url, close } = await serve(await bundle());
const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = await chromium.launch({ executablePath, headless: true, args: [...FLAGS, ...QUIET] });
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
