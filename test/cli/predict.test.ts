/** torchlet predict: any number of photographs, what cannot be read among them, in every format, gone on with. */

import { appendFile, cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { start, torchlet } from "./torchlet.js";

let root: string;
/** Photographs in their order, one that is missing and one that is none among them. */
let files: string[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  const small = ["--size", "8", "--batch", "8", "--backend", "wasm", "--threads", "1", "--epochs", "1"];
  expect((await torchlet(root, "train", "faces", "--out", "a", ...small)).code).toBe(0);
  const [first, ...rest] = (await readdir(join(root, "faces/test"))).sort().map((name) => `faces/test/${name}`);
  await cp(join(root, first), join(root, 'o "quoted", in two\nlines.png'));
  await writeFile(join(root, "text.jpg"), "no picture");
  files = [first, "missing.png", ...rest, "text.jpg", 'o "quoted", in two\nlines.png'];
});
afterAll(() => rm(root, { recursive: true }));

const predict = (...args: string[]) => torchlet(root, "predict", "--run", "a", ...args);
const written = (name: string) => readFile(join(root, name), "utf8");

describe("what cannot be read", () => {
  it("is named on standard error and by the exit code; the rest is predicted", async () => {
    const { code, stdout, stderr } = await predict(files[0], "missing.png");
    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^photograph +class +not covered +covered$/),
      expect.stringMatching(new RegExp(`^${files[0]} +(not )?covered +[\\d.]+ % +[\\d.]+ %$`)),
    ]);
    expect(stderr).toMatch(
      /^By the weights of a after epoch 1, .*\nmissing\.png: there is no such file or folder \(ENOENT\)\n$/,
    );
  });
});

describe("formats", () => {
  it("have a row for every photograph, in their order, with the same numbers", async () => {
    const [csv, json] = [await predict("--format", "csv", ...files), await predict("--json", ...files)];
    expect([csv.code, json.code, csv.stderr]).toEqual([1, 1, json.stderr]);
    const objects = json.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(objects.map(({ file }) => file)).toEqual(files);
    expect(objects[1]).toEqual({ file: "missing.png", error: "there is no such file or folder (ENOENT)" });
    const rows = objects.map(({ file, class: verdict = "", probabilities = {}, error = "" }) => {
      const cells = [file, verdict, probabilities["not covered"] ?? "", probabilities.covered ?? "", error];
      return cells.map((cell) => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",");
    });
    expect(csv.stdout).toBe(`${["file,class,not covered,covered,error", ...rows].join("\n")}\n`);
  });
});

describe("a list", () => {
  it("is read from a file or from standard input, a path in each line", async () => {
    const plain = files.filter((file) => !file.includes("\n"));
    await writeFile(join(root, "list.txt"), `${plain.join("\r\n")}\n\n`);
    const { stdout } = await predict("--json", ...plain);
    expect((await predict("--json", "--list", "list.txt")).stdout).toBe(stdout);
    const { child, outcome } = start(root, ["predict", "--run", "a", "--json", "--list", "-"]);
    child.stdin!.end(plain.join("\n"));
    expect((await outcome).stdout).toBe(stdout);
  });
});

it("a list that is none is named", async () => {
  const { code, stderr } = await predict("--json", "--list", "faces");
  expect([code, stderr]).toEqual([1, "torchlet: faces: it could not be read: it is a folder, not a file (EISDIR)\n"]);
});

it("rows go into a folder that is made for them, but not among the photographs of the training", async () => {
  expect((await predict("--json", files[0], "--out", "new/folder/rows.jsonl")).code).toBe(0);
  expect(await written("new/folder/rows.jsonl")).toMatch(/^\{"file":.*\n$/);
  const { stderr } = await predict("--json", files[0], "--out", "faces/test/rows.jsonl");
  expect(stderr).toContain("faces/test/rows.jsonl is inside the photographs' folder");
});

describe.each(["csv", "jsonl"])("a file of %s", (format) => {
  const args = (out: string, ...more: string[]) => ["--format", format, "--out", out, ...more];

  it("is gone on with behind its last whole row, wherever a crash has cut it off", async () => {
    const whole = `whole.${format}`;
    const { stdout } = await predict(...args(whole), ...files);
    const text = await written(whole);
    expect(stdout).toBe("");
    expect(text).toBe((await predict("--format", format, ...files)).stdout);
    const { length } = Buffer.from(text);
    for (const cut of [0, 10, Math.floor(length / 2), length - 5, length]) {
      await cp(join(root, whole), join(root, "cut"));
      await truncate(join(root, "cut"), cut);
      await predict(...args("cut", "--resume"), ...files);
      expect(await written("cut")).toBe(text);
    }
  }, 60_000);

  it("is not overwritten, and not gone on with for other photographs or with other content", async () => {
    const out = `kept.${format}`;
    await predict(...args(out), files[0], files[2]);
    const before = await written(out);
    const again = await predict(...args(out), files[0]);
    expect([again.code, again.stderr]).toEqual([
      1,
      `torchlet: ${out}: it is there already: --resume goes on with its rows; or choose another --out\n`,
    ]);
    const others = await predict(...args(out, "--resume"), files[0], files[3]);
    expect(others.stderr).toContain(`photograph 2 is ${files[2]} in it, but ${files[3]} now: give the same list again`);
    expect(await written(out)).toBe(before);
    await appendFile(join(root, out), '"\n"\n');
    const odd = await predict(...args(out, "--resume"), files[0], files[2]);
    expect(odd.stderr).toMatch(/row \d is not a row of predictions: it cannot be gone on with/);
  });
});

describe("shards", () => {
  const shard = (of: string, out: string, ...more: string[]) =>
    predict("--format", "jsonl", "--shard", of, "--out", out, ...more);
  const rowsOf = (text: string) => text.split("\n").slice(0, -1);

  it("have each photograph once, whatever order they are computed in, as it is predicted alone", async () => {
    const expected = rowsOf((await predict("--format", "jsonl", ...files)).stdout);
    const outcomes = await Promise.all(["3/3", "1/3", "2/3"].map((of) => shard(of, "parts", ...files)));
    expect(outcomes.map(({ stdout }) => stdout)).toEqual(["", "", ""]);
    expect((await readdir(join(root, "parts"))).sort()).toEqual(
      [1, 2, 3].map((index) => `part-0000${index}-of-00003.jsonl`),
    );
    const parts = await Promise.all([1, 2, 3].map((index) => written(`parts/part-0000${index}-of-00003.jsonl`)));
    expect(expected.map((_, at) => rowsOf(parts[at % 3])[Math.floor(at / 3)])).toEqual(expected);
    expect(parts.flatMap(rowsOf)).toHaveLength(expected.length);
  });

  it("whose parts are there are done; parts of another number of shards, or in another format, are others'", async () => {
    const part = "parts/part-00002-of-00003.jsonl";
    await writeFile(join(root, part), "as it is");
    const again = await shard("2/3", "parts", ...files);
    expect([again.code, again.stdout, again.stderr]).toEqual([0, "", `${part} is there already\n`]);
    expect(await written(part)).toBe("as it is");
    const { code, stderr } = await shard("2/4", "parts", ...files);
    expect([code, stderr]).toEqual([
      1,
      "torchlet: parts: it has parts of 3 shards, and now there are to be 4: choose another --out\n",
    ]);
    const csv = await predict("--format", "csv", "--shard", "2/3", "--out", "parts", ...files);
    expect([csv.code, csv.stderr]).toEqual([
      1,
      "torchlet: parts: it has parts in jsonl, not csv: choose another --out\n",
    ]);
  });

  it("without a photograph have a part all the same; without photographs there are no shards", async () => {
    const args = ["--format", "csv", "--shard", "3/3", "--out", "two"];
    expect((await predict(...args, files[0], files[2])).code).toBe(0);
    expect(await written("two/part-00003-of-00003.csv")).toBe("file,class,not covered,covered,error\n");
    await writeFile(join(root, "empty.txt"), "\n");
    const none = await shard("1/2", "none", "--list", "empty.txt");
    expect([none.code, none.stderr]).toEqual([1, "torchlet: no photographs in empty.txt\n"]);
    expect(await readdir(join(root, "none"))).toEqual([]);
  });

  it.each([
    [["--shard", "0/4", "--out", "x"], '--shard: expected I/N with I from 1 to N, as in 3/16, got "0/4"'],
    [["--shard", "5/4", "--out", "x"], '--shard: expected I/N with I from 1 to N, as in 3/16, got "5/4"'],
    [["--shard", "1/4"], "--shard writes a part into a folder: --out DIR"],
    [["--shard", "1/4", "--out", "x", "--resume"], "--resume: a part is whole or not there; leave it out with --shard"],
  ])("%s is refused", async (args, message) => {
    const { code, stderr } = await predict("--format", "csv", ...args, files[0]);
    expect([code, stderr]).toEqual([1, `torchlet: ${message}\n`]);
  });
});
