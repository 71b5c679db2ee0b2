/** How the page is built and served: `npm run page`. */

import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { leaveUnsaid } from "./leave-unsaid.js";

/**
 * All that is needed to begin is one file: compressed as a whole, it is smaller than in pieces. But for the kernels: in the
 * middle of a program, they are too long for what is behind them to be compressed by what is before.
 */
const groups = [
  { name: "kernels", test: /wasm\/kernels\.generated/, priority: 1 },
  { name: "first", tags: ["$initial" as const] },
];
const output = { codeSplitting: { groups }, comments: { annotation: false } };

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const [noNode, styles] = [beside("no-node.ts"), beside("styles.ts")];

/** Ways of a convolution that the page's nets do without: 1×1 filters, one a channel, a few small images. */
const WAYS = /import \* as (pixels|depthwise|images) from "[^"]*";/g;

const leaveUntaken = (): Plugin => ({
  name: "leave-untaken",
  enforce: "pre",
  resolveId: (source) => (source.endsWith("/available-threads.js") ? noNode : undefined),
  transform: {
    filter: { id: /\/wasm\/conv-choice\.ts$/ },
    handler: (code) => ({ code: code.replace(WAYS, "const $1 = { can: () => false };"), map: null }),
  },
});

/** What Vite puts around each import() does far more than have a part's style sheet there before the part. */
const loadStyles = (): Plugin => ({
  name: "load-styles",
  enforce: "pre",
  resolveId: (source) => (source === "\0vite/preload-helper.js" ? styles : undefined),
});

export default defineConfig({
  plugins: [loadStyles()],
  root: fileURLToPath(new URL(".", import.meta.url)),
  // It may be served from any folder of a site.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es", rolldownOptions: { output }, plugins: () => [leaveUnsaid(), leaveUntaken()] },
  // Scripts of the page's own site are all that its policy allows: none in a data: URI, and no polyfill that fetches.
  build: { target: "es2023", modulePreload: { polyfill: false }, assetsInlineLimit: 0, rolldownOptions: { output } },
  preview: { port: 4173 },
});
