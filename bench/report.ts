/** Results: printed as they come, saved, and compared with saved ones. */

import { readFileSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, totalmem } from "node:os";
import { aligned } from "../src/text.js";

/** What every measurement has, whatever else it has. */
export interface Row {
  /** Unique in a report, together with `threads`. */
  name: string;
  threads: number;
  /** Milliseconds. */
  median: number;
}

export interface Report<R extends Row = Row> {
  command: string;
  date: string;
  machine: Record<string, string>;
  rows: R[];
}

export interface Column<R> {
  title: string;
  width: number;
  text: (row: R) => string;
}

/** Three significant digits, without exponents. */
export function short(value: number): string {
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 6));
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(0)} %`;
}

export function formatBytes(bytes: number): string {
  return bytes < 2 ** 20 ? `${short(bytes / 2 ** 10)} KiB` : `${short(bytes / 2 ** 20)} MiB`;
}

/** Prints each row as soon as it is there: a benchmark takes minutes. Text is aligned left in the first column. */
export class Table<R> {
  readonly rows: R[] = [];
  readonly #columns: readonly Column<R>[];

  constructor(columns: readonly Column<R>[]) {
    this.#columns = columns;
    this.#print(columns.map(({ title }) => title));
  }

  add(row: R): void {
    this.rows.push(row);
    this.#print(this.#columns.map(({ text }) => text(row)));
  }

  #print(cells: string[]): void {
    const widths = this.#columns.map(({ width }) => width);
    console.log(aligned(cells, widths, 1));
  }
}

export function describeMachine(): Record<string, string> {
  return {
    cpu: `${cpus()[0]?.model.trim() ?? "unknown"}, ${arch()}, ${availableParallelism()} threads`,
    memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    system: process.platform,
    node: `${process.version} (V8 ${process.versions.v8})`,
  };
}

export function saveReport(path: string, rows: Row[], machine: Record<string, string>): void {
  const command = `npm run bench -- ${process.argv.slice(2).join(" ")}`;
  const report: Report = { command, date: new Date().toISOString(), machine, rows };
  writeFileSync(path, `${JSON.stringify(report, null, 1)}\n`);
}

/** A column with the speed against an earlier report: above 1 is faster than it was. */
export function comparedWith(path: string): Column<Row> {
  let earlier: Report;
  try {
    earlier = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new Error(`--compare: cannot read ${path}: ${(cause as Error).message}`, { cause });
  }
  if (!Array.isArray(earlier.rows)) throw new Error(`--compare: ${path} holds no results; make it with --json`);
  const before = new Map(earlier.rows.map((row) => [`${row.name} ${row.threads}`, row.median]));
  return {
    title: "speed-up",
    width: 8,
    text: ({ name, threads, median }) => {
      const old = before.get(`${name} ${threads}`);
      return old === undefined ? "new" : `${(old / median).toFixed(2)}x`;
    },
  };
}
