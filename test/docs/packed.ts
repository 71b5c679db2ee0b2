/** The package as npm would publish it, installed in a folder without the network. */

import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rename, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { build } from "rolldown";
import config from "../../rolldown.config.js";

export const root = join(import.meta.dirname, "../..");

const run = promisify(execFile);

/** Runs a program of one of the repository's packages in `folder`; gives what it printed. */
export async function runIn(folder: string, program: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [join(root, "node_modules", program), ...args], { cwd: folder });
    return stdout;
  } catch (error) {
    // TypeScript explains itself on standard output.
    const { message, stdout } = error as Error & { stdout: string };
    throw new Error(`${message}\n${stdout}`, { cause: error });
  }
}

/** Links a package of the repository's into node_modules of `folder`. */
async function link(folder: string, name: string): Promise<void> {
  const place = join(folder, "node_modules", name);
  await mkdir(dirname(place), { recursive: true });
  await symlink(join(root, "node_modules", name), place, "junction");
}

/** Compiles and packs the package apart from `dist`, which others may be using, and unpacks it in `folder`. */
export async function installPacked(folder: string): Promise<void> {
  const staging = join(folder, "staging");
  await mkdir(staging);
  for (const name of ["package.json", "README.md", "LICENSE", "CHANGELOG.md", "src"]) {
    await cp(join(root, name), join(staging, name), { recursive: true });
  }
  await runIn(root, "typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", join(staging, "dist"));
  const dir = join(staging, "dist/bundle");
  await build({ ...config, cwd: root, output: { ...config.output, dir } });
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--silent"], { cwd: staging });
  const modules = join(folder, "node_modules");
  await mkdir(modules);
  await run("tar", ["-xzf", join(staging, stdout.trim()), "-C", modules]);
  await rename(join(modules, "package"), join(modules, "torchlet"));
  const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  for (const name of [...Object.keys(dependencies), "@types/node"]) await link(folder, name);
}
