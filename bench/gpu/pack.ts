/**
 * Packs a folder that measures a machine with a GPU by one command, with nothing installed there: `npm run pack:gpu --
 * [FOLDER]`, then, where the GPU is, `sh FOLDER/run.sh OUT`. Needs npm ci, also in bench/peers, on Linux on x64.
 */

import { execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { build } from "vite";
import { formatBytes } from "../report.js";
import { libraries, MOST_BYTES, NODE_PACKAGE, packages, programs, scripts } from "./parts.js";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const installed = (path: string) => here(`../../node_modules/${path}`);

/** Vite, because it knows what test files ask of it (`import.meta.glob`). */
async function bundlePrograms(parts: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: "warn",
    resolve: { alias: { vitest: here("vitest.ts") } },
    ssr: { noExternal: true, external: [...packages] },
    build: {
      ssr: true,
      outDir: parts,
      emptyOutDir: true,
      target: "node24",
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(programs).map(([name, path]) => [name, here(path)])),
        // The package says of its modules that nothing happens when they are loaded. Of tests, that is not so.
        treeshake: false,
        output: { entryFileNames: "[name].js" },
      },
    },
  });
}

async function addPackages(parts: string): Promise<void> {
  const [gpuJs, webgpu] = packages.map((name) => join(parts, "node_modules", name));
  await bundle({
    entryPoints: [installed("gpu.js/src/index.js")],
    outfile: join(gpuJs, "index.js"),
    ...{ bundle: true, platform: "node", external: ["gl", "webgpu"], logLevel: "error" },
  });
  mkdirSync(webgpu, { recursive: true });
  for (const file of ["index.js", "package.json"]) copyFileSync(installed(`webgpu/${file}`), join(webgpu, file));
  cpSync(installed("webgpu/dist/linux-x64"), join(webgpu, "dist/linux-x64"), { recursive: true });
}

function addNode(parts: string): void {
  const download = mkdtempSync(join(tmpdir(), "torchlet-node-"));
  const archive = execFileSync("npm", ["pack", "--silent", NODE_PACKAGE, "--pack-destination", download]);
  execFileSync("tar", ["-xzf", join(download, archive.toString().trim()), "-C", download, "package/bin/node"]);
  // Without its debugging symbols it is a seventh smaller.
  execFileSync("strip", ["-o", join(parts, "node"), join(download, "package/bin/node")]);
  rmSync(download, { recursive: true });
}

function addLibraries(parts: string): void {
  const known = execFileSync("/sbin/ldconfig", ["-p"]).toString();
  mkdirSync(join(parts, "lib"));
  for (const library of libraries) {
    const path = known.split("\n").find((line) => line.trim().startsWith(`${library} (`) && line.includes("x86-64"));
    if (!path) throw new Error(`there is no ${library} here; on Debian: apt-get install libvulkan1 libegl1 libglx0`);
    copyFileSync(path.slice(path.indexOf("=> ") + 3), join(parts, "lib", library));
  }
}

const folder = process.argv[2] ?? ".gpu-pack";
const parts = mkdtempSync(join(tmpdir(), "torchlet-parts-"));
try {
  await bundlePrograms(parts);
  await addPackages(parts);
  addNode(parts);
  addLibraries(parts);
  for (const script of scripts) copyFileSync(here(script), join(parts, basename(script)));
  writeFileSync(join(parts, "package.json"), JSON.stringify({ type: "module" }));
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  execFileSync("tar", ["-czf", join(folder, "parts.tar.gz"), "-C", parts, ...readdirSync(parts)]);
  copyFileSync(here("run.sh"), join(folder, "run.sh"));
} finally {
  rmSync(parts, { recursive: true });
}
const bytes = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
console.log(`${folder}: ${formatBytes(bytes)}`);
if (bytes > MOST_BYTES) throw new Error(`the folder is larger than ${formatBytes(MOST_BYTES)}`);
