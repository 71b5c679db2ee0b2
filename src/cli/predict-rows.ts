/** rowsIn: predictions as text for people, as CSV, and as JSON lines. */

import { likeliest } from "../metrics/likeliest.js";
import { aligned, printable, printableName } from "../text.js";

export const FORMATS = ["text", "csv", "jsonl"] as const;
export type Format = (typeof FORMATS)[number];

/** A photograph's path and the probability of each class, or the reason why there is none. */
export type Prediction = { file: string; probabilities: number[] } | { file: string; reason: string };

/** How predictions are written, and what has been written is read. */
export interface Rows {
  /** The lines before the first row, for these predictions and those that follow. */
  head(first: readonly Prediction[]): string;
  /** A row with its end, or nothing. */
  row(prediction: Prediction): string;
  /** Whether a text, which ends where a line does, ends where a row does. */
  isWhole(text: string): boolean;
  /** The path in a row; undefined where it is none. */
  fileOf(row: string): string | undefined;
}

/** What the likeliest class is called. */
function nameOf(classes: readonly string[], probabilities: readonly number[]): string {
  return classes[likeliest(probabilities)];
}

const percent = (probability: number) => `${(100 * probability).toFixed(1)} %`;

/** Of more classes, text has the likeliest ones only: a line has no room for a column of each. */
const COLUMNS = 8;

const LIKELIEST = ["likeliest", "second", "third"];

/** What text says behind a photograph's name; the first of its columns, `names` of them, are words. */
function textColumns(classes: readonly string[]): {
  titles: readonly string[];
  names: number;
  cells: (probabilities: readonly number[]) => string[];
} {
  if (classes.length <= COLUMNS) {
    const cells = (probabilities: readonly number[]) => [nameOf(classes, probabilities), ...probabilities.map(percent)];
    return { titles: ["class", ...classes], names: 1, cells };
  }
  const cells = (probabilities: readonly number[]) => {
    const order = [...probabilities.keys()].sort((a, b) => probabilities[b] - probabilities[a] || a - b);
    return LIKELIEST.map((_, i) => `${classes[order[i]]} ${percent(probabilities[order[i]])}`);
  };
  return { titles: LIKELIEST, names: LIKELIEST.length, cells };
}

/** Columns as wide as the first rows need. */
function textRows(classes: readonly string[]): Rows {
  let widths: number[] = [];
  const columns = textColumns(classes);
  const titles = ["photograph", ...columns.titles].map(printableName);
  const cellsOf = (prediction: Prediction): string[] =>
    "reason" in prediction ? [] : [prediction.file, ...columns.cells(prediction.probabilities)].map(printableName);
  const line = (cells: readonly string[]) =>
    cells.length === 0 ? "" : `${aligned(cells, widths, 1 + columns.names)}\n`;
  return {
    head(first) {
      const rows = first.map(cellsOf).filter(({ length }) => length > 0);
      widths = titles.map((title, i) => rows.reduce((most, cells) => Math.max(most, cells[i].length), title.length));
      return rows.length > 0 ? line(titles) : "";
    },
    row: (prediction) => line(cellsOf(prediction)),
    isWhole: () => true,
    fileOf: () => undefined,
  };
}

/** @see RFC 4180 */
function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

function csvRows(classes: readonly string[]): Rows {
  const line = (cells: readonly string[]) => `${cells.map(quoted).join(",")}\n`;
  return {
    head: () => line(["file", "class", ...classes, "error"]),
    row: (prediction) =>
      "reason" in prediction
        ? line([prediction.file, "", ...classes.map(() => ""), prediction.reason])
        : line([
            prediction.file,
            nameOf(classes, prediction.probabilities),
            ...prediction.probabilities.map(String),
            "",
          ]),
    // A name may have a line's end in it, within quotes.
    isWhole: (text) => text.split('"').length % 2 === 1,
    fileOf: (row) => {
      const [, inQuotes, plain] = /^(?:"((?:[^"]|"")*)"|([^",]*)),/.exec(row) ?? [];
      return inQuotes?.replaceAll('""', '"') ?? plain;
    },
  };
}

function jsonRows(classes: readonly string[]): Rows {
  return {
    head: () => "",
    row(prediction) {
      const { file } = prediction;
      if ("reason" in prediction) return `${printable(JSON.stringify({ file, error: prediction.reason }))}\n`;
      const { probabilities } = prediction;
      const byClass = Object.fromEntries(classes.map((name, label) => [name, probabilities[label]]));
      const value = { file, class: nameOf(classes, probabilities), probabilities: byClass };
      return `${printable(JSON.stringify(value))}\n`;
    },
    isWhole: () => true,
    fileOf: (row) => {
      try {
        const { file } = JSON.parse(row) as { file?: unknown };
        return typeof file === "string" ? file : undefined;
      } catch {
        return undefined;
      }
    },
  };
}

export function rowsIn(format: Format, classes: readonly string[]): Rows {
  return { text: textRows, csv: csvRows, jsonl: jsonRows }[format](classes);
}
