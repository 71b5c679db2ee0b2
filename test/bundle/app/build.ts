/** Builds the app as its users would, into a folder that the test removes. */

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import * as vite from "vite";

const app = fileURLToPath(new URL(".", import.meta.url));

/** A page, by `vite build` as it is out of the box. */
export async function vitePage(folder: string): Promise<void> {
  const build = { outDir: folder, emptyOutDir: false };
  await vite.build({ root: app, configFile: false, logLevel: "error", build });
}

/** A page, by `esbuild --bundle --minify`. */
export async function esbuildPage(folder: string): Promise<void> {
  await bundle("page.ts", "browser", folder);
  const html = await readFile(join(app, "index.html"), "utf8");
  await writeFile(join(folder, "index.html"), html.replace("page.ts", "page.js"));
}

/** A module for Node, `train.js`, by `esbuild --bundle --minify`. */
export async function esbuildModule(folder: string): Promise<void> {
  await bundle("train.ts", "node", folder);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
}

async function bundle(entry: string, platform: esbuild.Platform, outdir: string): Promise<void> {
  const entryPoints = [join(app, entry)];
  await esbuild.build({ entryPoints, platform, outdir, bundle: true, minify: true, splitting: true, format: "esm" });
}

/** Serves a folder, with these headers on everything. */
export async function serve(folder: string, headers: Record<string, string>): Promise<vite.PreviewServer> {
  return vite.preview({
    root: folder,
    configFile: false,
    logLevel: "error",
    build: { outDir: folder },
    preview: { host: "127.0.0.1", port: 0, headers },
  });
}
