/**
 * Bundles the package for Node, and for pages without a bundler: in `dist/bundle`, an import opens three files, and not
 * the 260 that they come from. The library is one chunk, which the entries and the command line share; what is loaded
 * when it is used stays apart.
 */

import type { Plugin, RolldownOptions } from "rolldown";

/**
 * A character beyond Latin-1 would make V8 keep all of the text in two bytes a character, which takes longer to read: such
 * characters, which are in strings alone, are escaped.
 */
const oneByte: Plugin = {
  name: "one-byte",
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === "chunk") {
        chunk.code = chunk.code.replace(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
      }
    }
  },
};

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
  plugins: [oneByte],
  output: {
    dir: "dist/bundle",
    cleanDir: true,
    chunkFileNames: "[name].js",
    codeSplitting: { groups: [{ name: "library", test: /src[\\/]index\.ts$/ }] },
    minifyInternalExports: false,
    // Whoever reads finds them in `dist` and `src`.
    comments: { jsdoc: false },
    sourcemap: true,
    sourcemapExcludeSources: true,
  },
} satisfies RolldownOptions;
