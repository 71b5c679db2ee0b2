/** CSV: what is read from it as numbers and as classes, and what is no table. */

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeCsv, loadCsv } from "../../src/data/csv.js";

const PETS = `name,weight,legs,kind
Tom,4.5,4,cat
"Rex, the ""dog""",3e1,4,dog

Tweety, .02 ,2,bird
Kit,5,,cat
`;

describe("a table", () => {
  it("has columns, and rows of texts in quotes or without, whatever the line ends", async () => {
    const table = await decodeCsv(PETS);
    expect([table.columns, table.length]).toEqual([["name", "weight", "legs", "kind"], 4]);
    expect(table.texts("name")).toEqual(["Tom", 'Rex, the "dog"', "Tweety", "Kit"]);
    for (const text of [
      PETS.replaceAll("\n", "\r\n"),
      PETS.trimEnd(),
      `\ufeff${PETS}`,
      PETS.replace("name", '"name"'),
    ]) {
      expect(await decodeCsv(text)).toEqual(table);
      expect((await decodeCsv(text)).columns).toEqual(table.columns);
    }
    const lines = await decodeCsv('a,b\n"one\ntwo",3\n');
    expect(lines.texts("a")).toEqual(["one\ntwo"]);
  });

  it("has numbers, in the order that is asked for", async () => {
    const table = await decodeCsv(PETS);
    expect(table.numbers(["weight"])).toEqual({ data: Float32Array.of(4.5, 30, 0.02, 5), shape: [4, 1] });
    expect(table.numbers(["legs", "weight"], { missing: -1 })).toEqual({
      data: Float32Array.of(4, 4.5, 4, 30, 2, 0.02, -1, 5),
      shape: [4, 2],
    });
  });

  it("has classes, sorted by name or in a given order", async () => {
    const table = await decodeCsv(PETS);
    expect(table.classes("kind")).toEqual({ targets: Int32Array.of(1, 2, 0, 1), classes: ["bird", "cat", "dog"] });
    const classes = ["cat", "dog", "bird", "fish"];
    expect(table.classes("kind", classes)).toEqual({ targets: Int32Array.of(0, 1, 2, 0), classes });
  });

  it("may have another delimiter, which is found out or said, and no header", async () => {
    for (const delimiter of ["\t", ";", "|"]) {
      const table = await decodeCsv("a,b\n1.5,2\n".replaceAll(",", delimiter));
      expect(table.numbers(["a", "b"]).data).toEqual(Float32Array.of(1.5, 2));
    }
    expect((await decodeCsv("a:b\n1:2\n", { delimiter: ":" })).columns).toEqual(["a", "b"]);
    expect((await decodeCsv("a|b::c\n1::2", { delimiter: "::" })).columns).toEqual(["a|b", "c"]);
    const bare = await decodeCsv("5.1,3.5,Iris-setosa\n7,3.2,Iris-versicolor\n", { header: false });
    expect([bare.columns, bare.length]).toEqual([["0", "1", "2"], 2]);
    expect(bare.numbers(["1", "0"]).data).toEqual(Float32Array.of(3.5, 5.1, 3.2, 7));
    expect((await decodeCsv("a\n1\n2\n")).numbers(["a"]).data).toEqual(Float32Array.of(1, 2));
  });
});

it("lines without a field are passed over, rows whose fields are all missing are not", async () => {
  const table = await decodeCsv("a,b\n1,2\n\n  \n,\n3,4\n");
  expect(table.numbers(["a", "b"], { missing: 0 }).data).toEqual(Float32Array.of(1, 2, 0, 0, 3, 4));
});

describe("what is refused, with its row", () => {
  it.each([
    ["nothing", "\n\n", "there is no row in it"],
    ["a row that is too short", "a,b\n1,2\n\n3\n", "row 2 has 1 fields, and there are 2 columns"],
    ["a row that is too long", "a,b\n1,2,3\n", "row 1 has 3 fields, and there are 2 columns"],
    ["two columns of one name", "a,b,a\n1,2,3\n", 'two columns are called "a"'],
    ["quotes that are not closed", 'a,b\n1,2\n3,"4\n', "row 2: quoted field unterminated"],
  ])("%s", (_, text, message) => expect(decodeCsv(text)).rejects.toThrow(message));

  it("what is no number", async () => {
    const table = await decodeCsv(PETS);
    expect(() => table.numbers(["weight", "legs"])).toThrow(
      'numbers: row 4: legs is "", and no number; what it counts as, `missing` says',
    );
    expect(() => table.numbers(["kind"], { missing: 0 })).toThrow('numbers: row 1: kind is "cat", and no number');
    expect(() => table.numbers(["wieght"])).toThrow(
      'numbers: there is no column "wieght"; there are "name", "weight", "legs", "kind"',
    );
    expect(() => table.numbers("weight" as unknown as string[])).toThrow("must be a list of columns' names");
  });

  it.each([
    ["0x10", "and no number"],
    ["1_000", "and no number"],
    ["Infinity", "and no number"],
    ["NaN", "and no number"],
    ["1,5", "and no number"],
    ["1e39", "and no number: a float32 goes to 3.4e38"],
  ])("what only some read as a number: %s", async (text, message) => {
    const table = await decodeCsv(`a\tb\n${text}\t1\n`);
    expect(() => table.numbers(["a"])).toThrow(`numbers: row 1: a is ${JSON.stringify(text)}, ${message}`);
  });

  it("no number that people write", async () => {
    const texts = ["12", "-0.5", "+.5", "3.", "1.5e-3", " 2E+2 "];
    const table = await decodeCsv(`a\n${texts.join("\n")}\n`);
    expect(table.numbers(["a"]).data).toEqual(Float32Array.of(12, -0.5, 0.5, 3, 1.5e-3, 200));
  });

  it("what is no class", async () => {
    const table = await decodeCsv(PETS);
    expect(() => table.classes("kind", ["cat", "dog"])).toThrow('classes: row 3: kind is "bird", none of "cat", "dog"');
    const gap = await decodeCsv("kind,legs\ncat,4\n,2\n");
    expect(() => gap.classes("kind")).toThrow("classes: row 2: kind is empty; where that is a class, list all classes");
    expect(gap.classes("kind", ["", "cat"]).targets).toEqual(Int32Array.of(1, 0));
    const blank = await decodeCsv("kind,n\n  ,1\ncat,2");
    expect(() => blank.classes("kind")).toThrow("classes: row 1: kind is empty");
  });

  it.each(["", "\n", '"', '",', ',"', ",\r"])("what is no delimiter: %j", async (delimiter) => {
    await expect(decodeCsv("a,b\n1,2", { delimiter })).rejects.toThrow(
      `decodeCsv: delimiter must be one character or more, no quote or line end among them, got ${JSON.stringify(delimiter)}`,
    );
  });
});

describe("a file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "torchlet-csv-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("is read, and named where something is wrong with it", async () => {
    const path = join(folder, "pets.csv");
    await writeFile(path, PETS.replace("Tweety", "Zoë"));
    expect((await loadCsv(path)).texts("name")[2]).toBe("Zoë");
    await writeFile(path, Buffer.from(PETS.replace("Tweety", "Zoë"), "latin1"));
    await expect(loadCsv(path)).rejects.toThrow(`${path}: it is not in UTF-8`);
    await writeFile(path, "a,b\n1\n");
    await expect(loadCsv(path)).rejects.toThrow(`${path}: CsvTable: row 1 has 1 fields`);
    await expect(loadCsv(`${path}.gz`)).rejects.toThrow("there is no such file or folder");
  });
});
