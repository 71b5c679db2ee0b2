/** The code in the guides runs, and prints what the comments behind console.log say. */

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, posix } from "node:path";
import { promisify } from "node:util";
import { PNG } from "pngjs";
import { afterAll, beforeAll, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const guides = (await readdir("docs/guides")).filter((name) => name.endsWith(".md"));

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "torchlet-guides-"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await drawPhotographs(join(folder, "photos"));
});

afterAll(() => rm(folder, { recursive: true }));

/** What the guide on classifiers has in its folder: 16 photographs that are bright, and 16 that are dark. */
async function drawPhotographs(to: string): Promise<void> {
  for (const [name, grey] of Object.entries({ bright: 200, dark: 40 })) {
    await mkdir(join(to, name), { recursive: true });
    for (let i = 0; i < 16; i++) {
      const png = new PNG({ width: 16, height: 16 });
      png.data.forEach((_, at, data) => {
        data[at] = at % 4 === 3 ? 255 : grey + i;
      });
      await writeFile(join(to, name, `${i}.png`), PNG.sync.write(png));
    }
  }
}

/** The files that the blocks of a guide make up: those that begin with a path are that file, the rest is program.ts. */
function filesOf(markdown: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const [, block] of markdown.matchAll(/^```ts\n(.*?)^```$/gms)) {
    const path = /^\/\/ (\S+\.ts)\n/.exec(block)?.[1] ?? "program.ts";
    files.set(path, (files.get(path) ?? "") + block);
  }
  return files;
}

/** Imports of the package, and of files that the guide does not write itself, come from the repository. */
function resolveImports(path: string, text: string, files: Map<string, string>): string {
  return text.replace(/ from "([^"]+)"/g, (whole, from: string) => {
    if (from === "torchlet") return ` from "${join(root, "src/index.ts")}"`;
    const target = posix.join(dirname(path), from).replace(/\.js$/, ".ts");
    return from.startsWith(".") && !files.has(target) ? ` from "${join(root, target)}"` : whole;
  });
}

it.each(guides)("%s", async (name) => {
  const files = filesOf(await readFile(join(root, "docs/guides", name), "utf8"));
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), resolveImports(path, text, files));
  }
  const program = [...files.values()].join("");
  const promised = Array.from(program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm), ([, says]) => says);
  expect(promised.length).toBeGreaterThan(0);
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const { stdout } = await promisify(execFile)(process.execPath, [tsx, "program.ts"], { cwd: folder });
  expect(stdout.trim().split("\n")).toEqual(promised);
});
