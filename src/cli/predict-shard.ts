/** Shards: shares of the photographs that predict was asked about, for as many machines, and the part that each writes. */

import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { FileError, onFile } from "../file-error.js";
import type { Format } from "./predict-rows.js";

/** One of so many shares, counted from 1. */
export interface Shard {
  index: number;
  of: number;
}

/** @throws Error unless it is "3/16", or the like */
export function parseShard(text: string): Shard {
  const [index, of] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).slice(1).map(Number);
  if (index >= 1 && index <= of) return { index, of };
  throw new Error(`--shard: expected I/N with I from 1 to N, as in 3/16, got "${text}"`);
}

/** Every n-th path: which these are depends on their order alone, so the shards have all of them, and none twice. */
export async function* ofShard(paths: AsyncIterable<string>, { index, of }: Shard): AsyncGenerator<string> {
  let at = 0;
  for await (const path of paths) if (at++ % of === index - 1) yield path;
}

const PART = /^part-\d+-of-(\d+)\.(\w+)$/;

/** @throws FileError when the folder has parts of another number of shards, or of another format */
export async function checkParts(folder: string, of: number, format: Format): Promise<void> {
  const names = existsSync(folder) ? await onFile(folder, "read", () => readdir(folder)) : [];
  for (const name of names) {
    const [, shards = of, other = format] = PART.exec(name) ?? [];
    if (Number(shards) !== of) {
      throw new FileError(
        folder,
        `it has parts of ${Number(shards)} shards, and now there are to be ${of}: choose another --out`,
      );
    }
    if (other !== format) throw new FileError(folder, `it has parts in ${other}, not ${format}: choose another --out`);
  }
}

/** The file of a shard's predictions: `part-00003-of-00016.csv`. */
export function partOf(folder: string, { index, of }: Shard, format: Format): string {
  const [number, count] = [index, of].map((n) => String(n).padStart(5, "0"));
  return join(folder, `part-${number}-of-${count}.${format}`);
}
