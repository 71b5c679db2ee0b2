/** fuzzRunFolder: a run folder in which one value of one JSON file is another one, or gone. */

import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import fc from "fast-check";
import { expect } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { FileError } from "../../src/file-error.js";
import { loadSafetensors } from "../../src/io/safetensors/file.js";
import { saveSealed } from "../../src/io/safetensors/sealed.js";
import { decisive, trainConfig } from "../../src/run/config.js";
import { resumeRun, startRun } from "../../src/run/run.js";
import { RunFolder } from "../../src/run/run-folder.js";

/** A file of JSON, and what of it a value can be changed in. */
interface Target {
  name: string;
  read(path: string): Promise<unknown>;
  write(path: string, value: unknown): Promise<void>;
}

const json: Pick<Target, "read" | "write"> = {
  read: async (path) => JSON.parse(await readFile(path, "utf8")),
  write: (path, value) => writeFile(path, JSON.stringify(value) ?? ""),
};

const lines: Pick<Target, "read" | "write"> = {
  read: async (path) =>
    (await readFile(path, "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  write: (path, value) =>
    writeFile(
      path,
      Array.isArray(value) ? value.map((line) => `${JSON.stringify(line)}\n`).join("") : (JSON.stringify(value) ?? ""),
    ),
};

/** With digests that fit: what is wrong has to be found by its form. */
const metadata: Pick<Target, "read" | "write"> = {
  read: async (path) => {
    const { sha256: _, ...entries } = (await loadSafetensors(path)).metadata;
    return Object.fromEntries(Object.entries(entries).map(([name, text]) => [name, JSON.parse(text)]));
  },
  write: async (path, value) => {
    const { tensors } = await loadSafetensors(path);
    const entries = Object.entries(value ?? {}).map(([name, each]) => [name, JSON.stringify(each) ?? ""]);
    await saveSealed(path, tensors, Object.fromEntries(entries));
  },
};

const TARGETS: Target[] = [
  ...["config.json", "data.json", "skipped.json", "environment.json", "test.json"].map((name) => ({ name, ...json })),
  { name: "metrics.jsonl", ...lines },
  { name: "last.safetensors", ...metadata },
  { name: "best.safetensors", ...metadata },
  { name: "attempt-1.lock/holder.json", ...json },
];

/** Nothing is taken away from here on: the value goes. */
const GONE = Symbol("gone");

const deep = JSON.parse(`${"[".repeat(500)}${"]".repeat(500)}`);

const replacement = fc.oneof(
  fc.constantFrom<unknown>(GONE, null, {}, [], 0, -1, 7, 1.5, 1e9, 1e300, "", "x", true, "y".repeat(100_000), deep),
  fc.jsonValue({ maxDepth: 2 }),
);

/** What is read where a run goes on. */
export const RESUMED = ["config.json", "data.json", "last.safetensors", "attempt-1.lock/holder.json"];

type Way = (string | number)[];

/** The way to each value in a value, itself first. */
function waysIn(value: unknown): Way[] {
  if (typeof value !== "object" || value === null) return [[]];
  return [[], ...Object.entries(value).flatMap(([key, inner]) => waysIn(inner).map((way) => [key, ...way]))];
}

function changed(value: unknown, [key, ...rest]: Way, to: unknown): unknown {
  if (key === undefined) return to === GONE ? undefined : to;
  const copy = structuredClone(value) as Record<string | number, unknown>;
  if (rest.length === 0 && to === GONE) {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  } else copy[key] = changed(copy[key], rest, to);
  return copy;
}

/**
 * Hands `use` the run so often, each time with another change.
 * @param path of a run that is over
 * @param use throws FileErrors that name the file and its field; what it gives otherwise must be what it gives of the run
 * as it was
 */
export async function fuzzRunFolder(
  path: string,
  { runs, seed, names }: { runs: number; seed: number; names?: string[] },
  use: () => Promise<unknown>,
): Promise<void> {
  await mkdir(join(path, "attempt-1.lock"), { recursive: true });
  const holder = { process: 2 ** 22 + 1, host: hostname(), started: "then", since: "then", attempt: 1 };
  await writeFile(join(path, "attempt-1.lock/holder.json"), JSON.stringify(holder));
  const kept = new Map<string, Buffer>();
  for (const { name } of TARGETS) kept.set(name, await readFile(join(path, name)));
  const asItWas = await use();
  const targets = TARGETS.filter(({ name }) => names?.includes(name) ?? true);
  const property = fc.asyncProperty(fc.constantFrom(...targets), fc.nat(), replacement, async (target, pick, to) => {
    for (const [name, bytes] of kept) {
      await mkdir(join(path, name, ".."), { recursive: true });
      await writeFile(join(path, name), bytes);
    }
    const file = join(path, target.name);
    const before = await target.read(file);
    const ways = waysIn(before);
    const way = ways[pick % ways.length];
    // A place may be any text: that there is nothing is told by whoever looks there.
    if ((way[0] === "data" || way[0] === "cache") && target.name === "config.json" && typeof to === "string") return;
    await target.write(file, changed(before, way, to));
    try {
      expect(await use()).toEqual(asItWas);
    } catch (error) {
      const { message } = error as Error;
      if (message.includes("is being trained by process")) return;
      expect(error, `${target.name} ${way.join(".")}: ${(error as Error).stack}`).toBeInstanceOf(FileError);
      expect(message).toContain(basename(target.name));
      if (way.length > 0 && !Array.isArray(before) && target.name !== "attempt-1.lock/holder.json") {
        expect(message).toContain(String(way[0]));
      }
    }
  });
  try {
    await fc.assert(property, { numRuns: runs, seed });
  } finally {
    for (const [name, bytes] of kept) await writeFile(join(path, name), bytes).catch(() => {});
    await rm(join(path, "attempt-1.lock"), { recursive: true, force: true });
  }
}

/** A short run that is over, and its photographs, in a new folder. */
export async function shortRun(root: string): Promise<string> {
  const [data, path] = [join(root, "faces"), join(root, "run")];
  await drawFaces(data, { train: 6, test: 4, size: 16 });
  const options = { size: 8, epochs: 2, batch: 3, backend: "wasm", threads: 1, augment: { flip: 0.5 } };
  await startRun(path, trainConfig({ data, schedule: "plateau", ...options }), { onEvent: () => {} });
  return path;
}

/** All that predict and export read, and whatever else there is. */
export async function readWhole(path: string) {
  const run = await RunFolder.open(path);
  await Promise.all([run.skipped(), run.sessions(), run.metrics(), run.test()]);
  const model = await run.loadModel("best");
  const weights = Object.values(model.stateDict()).map((value) => {
    const first = value.dataSync().slice(0, 8);
    value.dispose();
    return first;
  });
  return { config: decisive(run.config), data: await run.data(), weights };
}

/** Goes on as far as to the first step. */
export async function goOn(path: string): Promise<string> {
  const onEvent = ({ event }: { event: string }) => {
    if (event === "start") throw new Error("far enough");
  };
  return resumeRun(path, {}, { onEvent }).then(
    () => "over",
    (error: Error) => {
      if (error.message === "far enough") return "begun";
      throw error;
    },
  );
}
