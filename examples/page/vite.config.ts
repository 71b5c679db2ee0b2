/** How the page is built and served: `npm run page`. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** All that is needed to begin is one file: compressed as a whole, it is smaller than in pieces. */
const first = { output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial" as const] }] } } };

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  // It may be served from any folder of a site.
  base: "./",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  worker: { format: "es", rolldownOptions: first },
  // Scripts of the page's own site are all that its policy allows: none in a data: URI, and no polyfill that fetches.
  build: { target: "es2023", modulePreload: { polyfill: false }, assetsInlineLimit: 0, rolldownOptions: first },
  preview: { port: 4173 },
});
