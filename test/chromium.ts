/** The browser that tests run in: where it is, how it is started, and what is said where it is missing. */

import { existsSync } from "node:fs";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";

/** Why nothing can be tested in Chromium here; undefined where it can. In CI it is tried anyhow, and fails. */
export const noChromium =
  existsSync(executablePath) || process.env.CI
    ? undefined
    : `no Chromium at ${executablePath} (apt-get install chromium, or name another with CHROMIUM)`;

/** Headless, with WebGPU; nothing looks for updates or for a network. */
const args = [
  "--headless=new",
  "--no-sandbox",
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const bySoftware = ["--use-webgpu-adapter=swiftshader", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"];

/** For Playwright: with the machine's own GPU. */
export const gpuLaunchOptions = { executablePath, args };

/** For Playwright: WebGL and WebGPU by software, so that machines without a GPU run them for real. */
export const launchOptions = { executablePath, args: [...args, ...bySoftware] };

/** What a page needs to share memory between threads. */
export const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};
