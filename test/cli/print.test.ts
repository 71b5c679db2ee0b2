/** What reaches the terminal, whatever files and classes are called: no control character, on either stream. */

import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { torchlet } from "./torchlet.js";

/** Clears the screen, names the window, rings, begins a line, and turns the direction of the text around. */
const HOSTILE = "\x1b[2J\x1b]0;mine\x07\r\n\x9b1m\u202egnp";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  for (const [k, name] of [HOSTILE, "R&D"].entries()) {
    await mkdir(join(root, "data", name), { recursive: true });
    await drawFaces(join(root, `drawn-${k}`), { train: 6, test: 0, size: 16, seed: k });
    const drawn = join(root, `drawn-${k}/train`);
    for (const file of await readdir(drawn)) await rename(join(drawn, file), join(root, "data", name, HOSTILE + file));
  }
  await writeFile(join(root, "data/R&D", `${HOSTILE}.png`), "no picture");
});
afterAll(() => rm(root, { recursive: true }));

/** Everything but the ends of lines. */
const CONTROL = /[^\P{Cc}\n]|[\u202a-\u202e]/u;

it.each([
  ["train", "data", "--out", "run", "--size", "8", "--epochs", "1", "--batch", "4", "--backend", "wasm"],
  ["predict", "data", "--run", "run"],
  ["predict", "data", "--run", "run", "--json"],
  ["train", HOSTILE],
  ["train", "data", "--net", HOSTILE],
  ["train", "data", `--${HOSTILE}`],
  ["predict", HOSTILE, "--run", "run"],
  ["predict", "data", "--run", HOSTILE],
  ["export", HOSTILE, "--format", "onnx"],
  [HOSTILE],
])("%j", async (...args) => {
  const { stdout, stderr } = await torchlet(root, ...args);
  expect(stdout + stderr).not.toMatch(CONTROL);
  expect(stdout + stderr).toContain("\\u001b[2J");
  expect(stdout + stderr).toContain("\\u202egnp");
  if (!args.includes("--json")) return;
  const [{ file }] = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(file).toContain(HOSTILE);
});
