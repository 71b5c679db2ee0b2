/** The programs in the README and the guides run as printed beside the packed package, and print what they promise. */

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PNG } from "pngjs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import * as torchlet from "../../src/index.js";
import { installPacked, root, runIn } from "./packed.js";

const guides = (await readdir(join(root, "docs/guides"))).map((name) => `docs/guides/${name}`);
const documents = ["README.md", "docs/data.md", ...guides];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "torchlet-programs-"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  await installPacked(folder);
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

/** A block that imports nothing goes on with what stands before it: in braces, for it may use a name again. */
function inContext(fragment: string, before: string): string {
  const isNew = (name: string) =>
    new RegExp(`\\b${name}\\b`).test(fragment) && !new RegExp(`\\b${name}\\b`).test(before);
  const names = Object.keys(torchlet).filter(isNew);
  return `import { ${names.join(", ")} } from "torchlet";\n{\n${fragment}}\n`;
}

/**
 * The files that the blocks of a document make up: those that begin with a path are that file, the rest is program.ts.
 * JavaScript without a path is there to be read.
 */
function filesOf(markdown: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const [, language, block] of markdown.matchAll(/^```([jt]s)\n(.*?)^```$/gms)) {
    const path = /^\/\/ (\S+\.[jt]s)\n/.exec(block)?.[1] ?? (language === "ts" ? "program.ts" : undefined);
    if (!path) continue;
    const before = files.get(path) ?? "";
    files.set(path, before + (/^import /m.test(block) ? block : inContext(block, before)));
  }
  return files;
}

/** Writes a document's programs into a folder of their own. */
async function write(document: string): Promise<{ place: string; files: Map<string, string> }> {
  const files = filesOf(await readFile(join(root, document), "utf8"));
  const place = join(folder, document.replaceAll("/", "-"));
  for (const [path, text] of files) {
    await mkdir(dirname(join(place, path)), { recursive: true });
    await writeFile(join(place, path), text);
  }
  return { place, files };
}

it.each(documents)("%s", async (document) => {
  const { place, files } = await write(document);
  if (guides.includes(document)) expect([...files.values()].join("")).toContain("); // ");
  await drawPhotographs(join(place, "photos"));
  await drawFaces(join(place, "faces"), { train: 8, test: 8 });
  for (const [path, program] of files) {
    const promised = Array.from(program.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm), ([, says]) => says);
    const stdout = await runIn(place, "tsx/dist/cli.mjs", path);
    if (guides.includes(document)) expect(stdout.trim(), path).toBe(promised.join("\n"));
  }
});

it("are what TypeScript accepts", async () => {
  const flags = "--ignoreConfig --strict --noEmit --target es2023 --module nodenext --types node".split(" ");
  const programs: string[] = [];
  for (const document of documents) {
    const { place, files } = await write(document);
    for (const path of files.keys()) if (path.endsWith(".ts")) programs.push(join(place, path));
  }
  expect(await runIn(folder, "typescript/bin/tsc", ...flags, ...programs)).toBe("");
});

it("the guide's backend is the one that every operation is tested on", async () => {
  const tested = await readFile(join(root, "test/plain-backend.ts"), "utf8");
  const files = filesOf(await readFile(join(root, "docs/guides/add-a-backend.md"), "utf8"));
  expect(files.get("plain-backend.ts")).toBe(
    `// plain-backend.ts\n${tested.replace("../src/extend.js", "torchlet/extend")}`,
  );
});
