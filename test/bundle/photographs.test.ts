/** Folders of photographs in a bundled program: there is no file for a thread to run, and the result is the same. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { type BuildOptions, build } from "esbuild";
import { expect, it, onTestFinished } from "vitest";
import { FaceFolder } from "../../src/data/face-folder.js";
import { folderOf, jpeg, png } from "../data/photographs.js";

const program = `
  import { createHash } from "node:crypto";
  import { FaceFolder } from ${JSON.stringify(resolve("src/index.ts"))};
  FaceFolder.open(process.argv[2], { size: 8, workers: 2 }).then((faces) => {
    const hash = createHash("sha256");
    for (let i = 0; i < faces.length; i++) hash.update(faces.pixels(i));
    console.log(hash.digest("hex"));
  });
`;

const REQUIRE = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/** Bundles the program by esbuild; gives its file. */
async function bundle(out: string, form: BuildOptions): Promise<string> {
  const { entryNames = "program" } = form;
  await build({
    stdin: { contents: program, resolveDir: resolve("."), sourcefile: "program.js" },
    platform: "node",
    ...form,
    // pngjs asks for Node's modules by require, which a module has to be given.
    banner: form.format === "esm" ? { js: REQUIRE } : {},
    bundle: true,
    minify: true,
    entryNames,
    outdir: out,
    logLevel: "silent",
  });
  return join(out, `${entryNames}.js`);
}

it.each([
  ["one file of CommonJS", "commonjs", { format: "cjs" }],
  ["modules that are loaded later", "module", { format: "esm", splitting: true }],
  // What threads run stands beside a library.js of the package's own.
  ["a file that is called like the package's own", "module", { format: "esm", entryNames: "library" }],
] as const)("are decoded in the program's own thread: %s", async (_name, type, form) => {
  const photographs = await folderOf(
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}_1.jpg`, i % 2 ? jpeg : png])),
  );
  const out = await mkdtemp(join(tmpdir(), "torchlet-bundle-"));
  onTestFinished(() => rm(out, { recursive: true }));
  await writeFile(join(out, "package.json"), JSON.stringify({ type }));
  const file = await bundle(out, form);
  const { stdout } = await promisify(execFile)(process.execPath, [file, photographs]);
  const hash = createHash("sha256");
  const faces = await FaceFolder.open(photographs, { size: 8, workers: 2 });
  for (let i = 0; i < faces.length; i++) hash.update(faces.pixels(i));
  expect(stdout.trim()).toBe(hash.digest("hex"));
});
