/** How the page is built and served: `npm run page`. */

import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";

/** All that is needed to begin is one file: compressed as a whole, it is smaller than in pieces. */
const first = { output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial" as const] }] } } };

const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const [unsaid, styles] = [beside("unsaid.ts"), beside("styles.ts")];

/** Modules that only know what a programmer may have meant, and how a tensor is printed: nobody writes programs here. */
const UNSAID = /\/(nearest-name|known-names|foreign-names|module-names|print)\.js$/;

const leaveUnsaid = (): Plugin => ({
  name: "leave-unsaid",
  enforce: "pre",
  resolveId: (source) => (UNSAID.test(source) ? unsaid : undefined),
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
  worker: { format: "es", rolldownOptions: first, plugins: () => [leaveUnsaid()] },
  // Scripts of the page's own site are all that its policy allows: none in a data: URI, and no polyfill that fetches.
  build: { target: "es2023", modulePreload: { polyfill: false }, assetsInlineLimit: 0, rolldownOptions: first },
  preview: { port: 4173 },
});
