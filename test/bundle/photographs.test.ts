/** Folders of photographs in a bundled program: there is no file for a thread to run, and the result is the same. */

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { build } from "esbuild";
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

it.each([
  ["one file of CommonJS", { format: "cjs", outExtension: { ".js": ".cjs" } }],
  ["modules that are loaded later", { format: "esm", splitting: true, outExtension: { ".js": ".mjs" } }],
] as const)("are decoded in the program's own thread: %s", async (_name, form) => {
  const photographs = await folderOf(
    Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`${i}_1.jpg`, i % 2 ? jpeg : png])),
  );
  const out = await mkdtemp(join(tmpdir(), "torchlet-bundle-"));
  onTestFinished(() => rm(out, { recursive: true }));
  await build({
    stdin: { contents: program, resolveDir: resolve("."), sourcefile: "program.js" },
    platform: "node",
    ...form,
    // pngjs asks for Node's modules by require, which a module has to be given.
    banner: form.format === "esm" ? { js: REQUIRE } : {},
    bundle: true,
    minify: true,
    entryNames: "program",
    outdir: out,
    logLevel: "silent",
  });
  const { stdout } = await promisify(execFile)(process.execPath, [
    join(out, `program${form.outExtension[".js"]}`),
    photographs,
  ]);
  const hash = createHash("sha256");
  const faces = await FaceFolder.open(photographs, { size: 8, workers: 2 });
  for (let i = 0; i < faces.length; i++) hash.update(faces.pixels(i));
  expect(stdout.trim()).toBe(hash.digest("hex"));
});
