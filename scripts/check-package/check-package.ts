/**
 * npm run matrix: packs the package, installs it in an empty folder, and uses it there as its users would: on each
 * version of Node, as a module and from CommonJS, bundled for a browser, and by TypeScript; and what it exports, on ONNX
 * runtimes of several years. `-- quick` does what a gate has time for.
 */

import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import * as esbuild from "esbuild";
import { type Browser, chromium } from "playwright";
import * as vite from "vite";
import webpack from "webpack";
import { serve } from "../../test/bundle/app/build.js";
import { isolation, launchOptions } from "../../test/chromium.js";
import { checkOlderTools } from "./older-tools.js";
import { ONNX_RUNTIMES, runExportedOn } from "./onnx-runtimes.js";
import { checkNext, rollup } from "./rollup-and-next.js";

const quick = process.argv.includes("quick");
const NODES = quick ? [] : ["20", "22", "24", "26"];
const root = join(import.meta.dirname, "../..");
const bin = (name: string) => join(root, "node_modules/.bin", name);

/** What a command printed. */
async function run(folder: string, command: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd: folder, maxBuffer: 2 ** 24 });
  return stdout.trim();
}

let failures = 0;

/** Prints a line on one check, and goes on when it fails. */
async function check(name: string, test: () => Promise<string>): Promise<void> {
  const start = performance.now();
  try {
    const said = await test();
    console.log(`ok    ${name.padEnd(44)} ${said} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures++;
    console.log(`FAIL  ${name}\n${(error as Error).message.replace(/^/gm, "      ")}`);
  }
}

// ---- installing ------------------------------------------------------------------------------------

async function install(folder: string, ...packages: string[]): Promise<void> {
  await run(folder, "npm", "install", "--no-audit", "--no-fund", ...packages);
}

/**
 * How many packages there are in `node_modules`, and how much they take up.
 * @param allowed the package that may run a script when it is installed
 * @throws Error naming any other that would
 */
async function weigh(folder: string, allowed?: string): Promise<string> {
  const lock = JSON.parse(await readFile(join(folder, "node_modules/.package-lock.json"), "utf8"));
  const scripts = Object.keys(lock.packages).filter(
    (path) => lock.packages[path].hasInstallScript && path !== `node_modules/${allowed}`,
  );
  if (scripts.length > 0) throw new Error(`there are install scripts in ${scripts.join(", ")}`);
  const kilobytes = Number((await run(folder, "du", "-sk", "node_modules")).split("\t")[0]);
  return `${Object.keys(lock.packages).length} packages, ${(kilobytes / 1024).toFixed(1)} MB`;
}

/** Real Nodes, each from a package of its own. */
async function installNodes(folder: string): Promise<Map<string, string>> {
  await mkdir(folder);
  await writeFile(join(folder, "package.json"), '{ "private": true }');
  const source = `npm:node-${process.platform}-${process.arch}`;
  await install(folder, ...NODES.map((version) => `node${version}@${source}@${version}`));
  return new Map(NODES.map((version) => [version, join(folder, `node_modules/node${version}/bin/node`)]));
}

// ---- the results of the program ----------------------------------------------------------------

let expected: unknown;

/** All run the same program; the first says what the others must say, to the last bit. */
function compare(what: string, numbers: unknown): void {
  expected ??= numbers;
  if (isDeepStrictEqual(numbers, expected)) return;
  throw new Error(`${what} computes ${JSON.stringify(numbers)}\ninstead of ${JSON.stringify(expected)}`);
}

// ---- bundlers ----------------------------------------------------------------------------------

const ENTRIES = ["page.js", "worker.js"];

async function byEsbuild(app: string, out: string): Promise<void> {
  const entryPoints = ENTRIES.map((name) => join(app, name));
  await esbuild.build({ entryPoints, outdir: out, bundle: true, minify: true, splitting: true, format: "esm" });
  await cp(join(app, "index.html"), join(out, "index.html"));
}

async function byVite(app: string, out: string): Promise<void> {
  await vite.build({
    root: app,
    configFile: false,
    logLevel: "warn",
    build: { outDir: out, emptyOutDir: true, chunkSizeWarningLimit: 1000 },
    worker: { format: "es" },
  });
}

async function byWebpack(app: string, out: string): Promise<void> {
  const stats = await new Promise<webpack.Stats | undefined>((resolve, reject) => {
    const settings: webpack.Configuration = {
      mode: "production",
      context: app,
      entry: "./page.js",
      output: { path: out, filename: "page.js" },
      performance: false,
    };
    webpack(settings, (error, stats) => (error ? reject(error) : resolve(stats)));
  });
  if (stats?.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
  await cp(join(app, "index.html"), join(out, "index.html"));
}

/** Runs the program in a page of `folder` and in a worker, with memory shared and not. */
async function inPage(browser: Browser, folder: string, html = ""): Promise<string> {
  for (const headers of [isolation, {}]) {
    const server = await serve(folder, headers);
    try {
      const page = await browser.newPage();
      page.on("pageerror", (error) => console.log(`      ${error.message}`));
      await page.goto(`${server.resolvedUrls!.local[0]}${html}`);
      const results = await page.evaluate("results()");
      for (const [where, numbers] of Object.entries(results as object)) compare(where, numbers);
      await page.close();
    } finally {
      await server.close();
    }
  }
  return "in a page and in a worker, isolated and not";
}

// ---- types -----------------------------------------------------------------------------------------

const TYPE_CHECKS = {
  node16: ["--module", "node16"],
  nodenext: ["--module", "nodenext"],
  bundler: ["--module", "esnext", "--moduleResolution", "bundler"],
};

// ---- all of it -----------------------------------------------------------------------------------

const folder = await mkdtemp(join(tmpdir(), "torchlet-package-"));
const app = join(folder, "app");
await cp(join(import.meta.dirname, "consumer"), app, { recursive: true });
await writeFile(join(app, "package.json"), '{ "private": true, "type": "module" }');

const [tarball] = await run(root, "npm", "pack", "--silent", "--pack-destination", folder).then((said) =>
  said.split("\n").slice(-1),
);
const packed = join(folder, tarball);

await check("npm install torchlet", async () => {
  await install(app, packed);
  return weigh(app);
});

const nodes = quick ? new Map([["here", process.execPath]]) : await installNodes(join(folder, "nodes"));
for (const [version, node] of nodes) {
  for (const file of ["module.js", "common.cjs"]) {
    await check(`Node ${version}: ${file}`, async () => {
      compare(file, JSON.parse(await run(app, node, file)));
      return run(app, node, "--version");
    });
  }
  await check(`Node ${version}: npx torchlet`, async () => {
    const said = await run(app, node, "node_modules/.bin/torchlet", "info", "wasm");
    if (!said.includes("kernels right")) throw new Error(said);
    return said.split("\n").at(-1)!.trim();
  });
}

await check("esbuild --platform=node", async () => {
  const outfile = join(app, "bundled.js");
  const entryPoints = [join(app, "module.js")];
  await esbuild.build({ entryPoints, outfile, bundle: true, minify: true, platform: "node", format: "esm" });
  compare("bundled.js", JSON.parse(await run(app, process.execPath, "bundled.js")));
  return "";
});

for (const [resolution, flags] of Object.entries(TYPE_CHECKS)) {
  await check(`types, ${resolution}`, async () => {
    const strict = ["--strict", "--noEmit", "--target", "es2023", "--types", ""];
    // CommonJS may require() an ES module in nodenext alone.
    const files = resolution === "nodenext" ? ["types.ts", "common-types.cts"] : ["types.ts"];
    return run(app, bin("tsc"), "--ignoreConfig", ...strict, ...flags, ...files);
  });
}
await check("attw", () =>
  run(app, bin("attw"), packed, "--ignore-rules", "cjs-resolves-to-esm", "--format", "ascii").then(() => ""),
);
await check("publint", () => run(app, bin("publint"), packed, "--strict").then(() => ""));

const browser = await chromium.launch(launchOptions);
const bundlers: Record<string, (app: string, out: string) => Promise<void>> = { esbuild: byEsbuild };
if (!quick) {
  const byRollup = await rollup(join(folder, "rollup-tool"), run, ENTRIES);
  Object.assign(bundlers, { vite: byVite, webpack: byWebpack, rollup: byRollup });
}
const bundleWith = async (suffix: string) => {
  for (const [name, bundle] of Object.entries(bundlers)) {
    await check(`${name}${suffix}`, async () => {
      const out = join(folder, `${name}${suffix}`);
      await bundle(app, out);
      return inPage(browser, out);
    });
  }
};
await bundleWith("");
await check('<script type="module">', () => inPage(browser, app, "plain.html"));

const node = nodes.values().next().value!;
await check("gpu.js is asked for where it is missing", async () => {
  const said = await run(app, node, "backend.js", "gpujs:cpu");
  if (!said.includes("npm install gpu.js")) throw new Error(said);
  return said.split("\n")[0];
});
if (!quick) {
  await check("npm install gpu.js", async () => {
    await install(app, "gpu.js@^2.24.1");
    // gpu.js has it as an optional dependency, which is built or fetched on the spot, and left out where that fails.
    return weigh(app, "gl");
  });
  for (const backend of ["gpujs:cpu", "gpujs:webasm"]) {
    await check(`${backend}, in Node`, async () => {
      const said = await run(app, node, "backend.js", backend);
      if (said !== `${backend} 3 3`) throw new Error(said);
      return said;
    });
  }
  await bundleWith(" with gpu.js");
  await checkOlderTools(join(folder, "older-tools"), packed, run, check);
  await checkNext(join(folder, "next"), packed, { run, check, browser });
  for (const version of ONNX_RUNTIMES) {
    const runtime = join(folder, `onnxruntime-web-${version}`);
    await mkdir(runtime);
    await check(`onnxruntime-web ${version}`, () => runExportedOn(version, runtime, install));
  }
}

await browser.close();
await rm(folder, { recursive: true });
console.log(failures === 0 ? "all is well" : `${failures} checks failed`);
process.exitCode = failures === 0 ? 0 : 1;
