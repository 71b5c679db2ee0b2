/**
 * Bundles the package for Node, and for pages without a bundler: in `dist/bundle`, an import opens three files, and not
 * the 260 that they come from. The library is one chunk, which the entries and the command line share; what is loaded
 * when it is used stays apart.
 */

import type { RolldownOptions } from "rolldown";

export default {
  input: {
    index: "./src/index.ts",
    extend: "./src/extend.ts",
    cli: "./src/cli.ts",
    // What threads run: read-all.ts finds it beside the library.
    photograph: "./src/data/photograph.ts",
  },
  // Packages, whether of Node, installed, or chosen by a name in package.json.
  external: /^[#@a-z]/,
  platform: "neutral",
  transform: { target: "es2023" },
  output: {
    dir: "dist/bundle",
    cleanDir: true,
    chunkFileNames: "[name].js",
    codeSplitting: { groups: [{ name: "library", test: /src[\\/]index\.ts$/ }] },
    minifyInternalExports: false,
    sourcemap: true,
    sourcemapExcludeSources: true,
  },
} satisfies RolldownOptions;
