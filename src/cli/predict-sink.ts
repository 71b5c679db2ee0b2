/** openSink: where predictions go, a batch at a time: standard output, a file that can be gone on with, or a whole part. */

import { once } from "node:events";
import { createReadStream, existsSync } from "node:fs";
import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { FileError, onFile } from "../file-error.js";
import { writeAtomically } from "../io/atomic-file.js";
import type { Prediction, Rows } from "./predict-rows.js";

export interface Sink {
  /**
   * Of the files that come next, those that have no row yet.
   * @throws FileError when the rows are about other files
   */
  without(files: readonly string[]): Promise<string[]>;
  /** Asks for a batch when there is room for one. */
  write(batches: AsyncIterable<readonly Prediction[]>): Promise<void>;
}

const all = async (files: readonly string[]) => [...files];

/** Puts the heading before the first row. */
function textOf(rows: Rows, begun: boolean): (predictions: readonly Prediction[]) => string {
  let head = !begun;
  return (predictions) => {
    if (predictions.length === 0) return "";
    const lines = [...(head ? [rows.head(predictions)] : []), ...predictions.map(rows.row)];
    head = false;
    return lines.join("");
  };
}

function standardOutput(rows: Rows): Sink {
  const text = textOf(rows, false);
  return {
    without: all,
    async write(batches) {
      for await (const predictions of batches) {
        if (!process.stdout.write(text(predictions))) await once(process.stdout, "drain");
      }
    },
  };
}

/** A file that is there once all predictions are in it. */
function partSink(part: string, rows: Rows): Sink {
  async function* textOf(batches: AsyncIterable<readonly Prediction[]>): AsyncGenerator<Uint8Array> {
    // Also where there is no photograph for this part.
    yield Buffer.from(rows.head([]));
    for await (const predictions of batches) yield Buffer.from(predictions.map(rows.row).join(""));
  }
  return { without: all, write: (batches) => writeAtomically(part, textOf(batches)) };
}

/** The rows in the first `end` bytes of a file, whole ones only: what a crash has left behind the last one is none. */
async function* wholeRows(out: string, rows: Rows, end: number): AsyncGenerator<string> {
  if (end === 0) return;
  let row = "";
  let rest = "";
  for await (const piece of createReadStream(out, { encoding: "utf8", end: end - 1 })) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      row += `${line}\n`;
      if (!rows.isWhole(row)) continue;
      yield row;
      row = "";
    }
  }
}

/** The paths in the rows of a file, in their order. @throws FileError naming the row that is none */
async function* filesIn(out: string, rows: Rows, end: number): AsyncGenerator<{ file?: string; bytes: number }> {
  const head = rows.head([]);
  let number = 0;
  for await (const row of wholeRows(out, rows, end)) {
    const isHead = ++number === 1 && head !== "";
    const file = isHead ? undefined : rows.fileOf(row);
    if (isHead ? row !== head : file === undefined) {
      const expected = isHead ? `the heading of this net's rows, ${head.trim()}` : "a row of predictions";
      throw new FileError(out, `row ${number} is not ${expected}: it cannot be gone on with`);
    }
    yield { file, bytes: Buffer.byteLength(row) };
  }
}

/** Removes what is behind the last whole row. @returns how many bytes are left */
async function trimmed(out: string, file: FileHandle, rows: Rows): Promise<number> {
  let bytes = 0;
  for await (const row of filesIn(out, rows, (await file.stat()).size)) bytes += row.bytes;
  await file.truncate(bytes);
  return bytes;
}

/** @throws FileError when there is one of this name */
async function newFile(out: string): Promise<FileHandle> {
  if (existsSync(out)) {
    throw new FileError(out, "it is there already: --resume goes on with its rows; or choose another --out");
  }
  const make = async () => {
    await mkdir(dirname(out), { recursive: true });
    return open(out, "wx");
  };
  return onFile(out, "made", make);
}

async function fileSink(out: string, resume: boolean, rows: Rows): Promise<Sink> {
  const file = resume ? await onFile(out, "gone on with", () => open(out, "r+")) : await newFile(out);
  let end = resume ? await trimmed(out, file, rows) : 0;
  const text = textOf(rows, end > 0);
  const known = filesIn(out, rows, end);
  let number = 0;
  /** The path in the next row that was there. */
  const nextKnown = async (): Promise<string | undefined> => {
    for (;;) {
      const { value, done } = await known.next();
      if (done || value.file !== undefined) return value?.file;
    }
  };
  return {
    async without(files) {
      for (const [i, expected] of files.entries()) {
        const found = await nextKnown();
        if (found === undefined) return files.slice(i);
        number++;
        if (found === expected) continue;
        throw new FileError(
          out,
          `photograph ${number} is ${found} in it, but ${expected} now: give the same list again`,
        );
      }
      return [];
    },
    async write(batches) {
      try {
        for await (const predictions of batches) {
          const bytes = Buffer.from(text(predictions));
          await onFile(out, "written", () => file.write(bytes, 0, bytes.length, end));
          end += bytes.length;
        }
      } finally {
        await file.close();
      }
    },
  };
}

/**
 * @param options `resume` goes on with the file `out`, which is made anew otherwise; `part` is a file that is whole or not
 * there
 */
export async function openSink(
  rows: Rows,
  { out, resume = false, part }: { out?: string; resume?: boolean; part?: string },
): Promise<Sink> {
  if (part !== undefined) return partSink(part, rows);
  return out === undefined ? standardOutput(rows) : fileSink(out, resume, rows);
}
