/** The package as Node gets it: few files, one copy of each source, and threads that find what they run. */

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { type OutputChunk, rolldown } from "rolldown";
import { describe, expect, it } from "vitest";
import config from "../../rolldown.config.js";
import * as extend from "../../src/extend.js";
import * as torchlet from "../../src/index.js";
import { program } from "../cli/torchlet.js";
import { folderOf, jpeg } from "../data/photographs.js";

const bundle = await rolldown(config);
const { output } = await bundle.generate(config.output);
await bundle.close();
const chunks = new Map(
  output.filter((file): file is OutputChunk => file.type === "chunk").map((chunk) => [chunk.fileName, chunk]),
);

/** What an import of one file loads, packages and Node's modules among it. */
function loadedWith(name: string, found = new Set<string>()): Set<string> {
  if (!found.has(name)) {
    found.add(name);
    for (const each of chunks.get(name)?.imports ?? []) loadedWith(each, found);
  }
  return found;
}

describe("the package in Node", () => {
  it.each([
    ["index.js", torchlet],
    ["extend.js", extend],
  ])("has the names that it has elsewhere: %s", (name, source) => {
    expect(chunks.get(name)?.exports.toSorted()).toEqual(Object.keys(source).toSorted());
  });

  it("has every source once, whichever entry asks for it", () => {
    const sources = [...chunks.values()].flatMap(({ moduleIds }) => moduleIds);
    expect(sources.length).toBeGreaterThan(300);
    expect(sources.filter((path, i) => sources.indexOf(path) !== i)).toEqual([]);
  });

  it("is imported from three files, without a package and without a module of Node's", () => {
    expect([...loadedWith("index.js")]).toEqual(["index.js", "library.js", "rolldown-runtime.js"]);
    const folders = chunks.get("library.js")?.moduleIds.map((path) => dirname(relative("src", path)));
    expect(folders).toContain("tensor/backend/wasm");
    for (const later of ["cli", "report", "run", "tensor/backend/gpujs", "tensor/backend/js"]) {
      expect(folders).not.toContain(later);
    }
  });

  it("is text of one byte a character, with no more comments than one line names its source", () => {
    for (const { code } of chunks.values()) {
      expect(code).not.toMatch(/[^\0-\x7f]/);
      expect(code).not.toContain("/**\n");
    }
    const { code } = chunks.get("library.js")!;
    expect(code).toContain("pixels`");
    expect(code).toContain("\\u00d7");
  });

  it("is the one library for the command line and for those who extend it", () => {
    for (const name of ["cli.js", "extend.js", "photograph.js"]) expect(loadedWith(name)).toContain("library.js");
  });
});

it("decodes photographs on threads", async () => {
  const faces = await folderOf(Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}_1.jpg`, jpeg])));
  const script = join(dirname(program), "read.js");
  await writeFile(
    script,
    `import { subscribe } from "node:diagnostics_channel";
    import { FaceFolder } from "./index.js";
    let threads = 0;
    subscribe("worker_threads", () => threads++);
    const { length } = await FaceFolder.open(process.argv[2], { size: 8, workers: 2 });
    console.log(length, threads);`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script, faces]);
  expect(stdout).toBe("8 2\n");
});
