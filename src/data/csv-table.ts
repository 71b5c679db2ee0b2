/** CsvTable: the columns of a table, as texts, as numbers or as classes. */

import {
  aNumber,
  aString,
  checkArgument,
  checkOptions,
  type Kind,
  listOf,
  type OptionKinds,
} from "../tensor/arguments.js";
import { fixFields, refuseOtherNames } from "../tensor/known-names.js";
import { show } from "../tensor/show.js";
import type { HostArray } from "./host-array.js";

export interface NumbersOptions {
  /** What an empty field counts as. Default: it is an error. */
  missing?: number;
}

const NUMBERS: OptionKinds<NumbersOptions> = { missing: aNumber };

/** As people write numbers: 12, -0.5, 1.5e-3. What only JavaScript reads as one (0x10, Infinity) is more likely a mistake. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

const names: Kind<string[]> = listOf("a list of columns' names", aString);

const aRow: Kind<string[]> = listOf("a list of texts", aString);

/** Rows of text under the names of their columns. */
export class CsvTable {
  /** The columns' names, from left to right. */
  readonly columns: readonly string[];
  readonly #rows: readonly (readonly string[])[];

  /**
   * @param columns a name for each
   * @param rows a field for each column
   * @throws Error when two columns have one name, or a row has more or fewer fields
   */
  constructor(columns: readonly string[], rows: readonly (readonly string[])[]) {
    checkArgument("CsvTable", "columns", columns, names);
    checkArgument("CsvTable", "rows", rows, listOf("a list of rows", aRow));
    const twice = columns.find((name, i) => columns.indexOf(name) !== i);
    if (twice !== undefined) throw new Error(`CsvTable: two columns are called ${show(twice)}`);
    const odd = rows.findIndex((row) => row.length !== columns.length);
    if (odd !== -1) {
      throw new Error(
        `CsvTable: row ${odd + 1} has ${rows[odd].length} fields, and there are ${columns.length} columns`,
      );
    }
    this.columns = columns;
    fixFields(this);
    this.#rows = rows;
  }

  /** Number of rows. */
  get length(): number {
    return this.#rows.length;
  }

  #indexOf(who: string, name: string): number {
    const index = this.columns.indexOf(name);
    if (index !== -1) return index;
    throw new Error(`${who}: there is no column ${show(name)}; there are ${this.columns.map(show).join(", ")}`);
  }

  /**
   * A column as it is written.
   * @throws Error when there is no such column
   */
  texts(column: string): string[] {
    checkArgument("texts", "column", column, aString);
    const index = this.#indexOf("texts", column);
    return this.#rows.map((row) => row[index]);
  }

  /**
   * Some columns, in this order, [rows, columns]: the inputs of a `TensorDataset`, or targets of a regression.
   * @throws Error when there is no such column, or a field is no decimal number that a float32 holds, naming the row (from
   *   1, without the header)
   */
  numbers(columns: readonly string[], options: NumbersOptions = {}): HostArray {
    checkArgument("numbers", "columns", columns, names);
    checkOptions("numbers", options, NUMBERS);
    const indices = columns.map((name) => this.#indexOf("numbers", name));
    const data = this.#rows.flatMap((row, at) =>
      indices.map((index) => {
        const text = row[index].trim();
        if (text === "" && options.missing !== undefined) return options.missing;
        const isDecimal = DECIMAL.test(text);
        if (isDecimal && Number.isFinite(Math.fround(Number(text)))) return Number(text);
        const most = isDecimal ? ": a float32 goes to 3.4e38" : "";
        const advice = text === "" ? "; what it counts as, `missing` says" : most;
        throw new Error(
          `numbers: row ${at + 1}: ${this.columns[index]} is ${show(row[index])}, and no number${advice}`,
        );
      }),
    );
    return { data: Float32Array.from(data), shape: [this.length, columns.length] };
  }

  /**
   * A column of names as classes: the `targets` of a `TensorDataset`, and its `classes`.
   * @param classes by label: those of another table. Default: the names in the column, sorted
   * @throws Error when there is no such column, a name is none of the classes, or a field is empty and no classes are given
   */
  classes(column: string, classes?: readonly string[]): { targets: Int32Array; classes: readonly string[] } {
    const texts = this.texts(column);
    if (classes !== undefined) checkArgument("classes", "classes", classes, listOf("a list of names", aString));
    const known = classes ?? [...new Set(texts)].sort();
    const empty = classes ? -1 : texts.findIndex((text) => text.trim() === "");
    if (empty !== -1) {
      throw new Error(`classes: row ${empty + 1}: ${column} is empty; where that is a class, list all classes`);
    }
    const labelOf = new Map(known.map((name, label) => [name, label]));
    const targets = Int32Array.from(texts, (text, at) => {
      const label = labelOf.get(text);
      if (label !== undefined) return label;
      throw new Error(`classes: row ${at + 1}: ${column} is ${show(text)}, none of ${known.map(show).join(", ")}`);
    });
    return { targets, classes: known };
  }
}

refuseOtherNames(CsvTable, "its columns and rows are given when it is made");
