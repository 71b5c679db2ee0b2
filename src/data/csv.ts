/** CSV: tables in text, as spreadsheets save them. */

import { inFile, onFile } from "../file-error.js";
import { nodeModules } from "../node.js";
import { aBoolean, aString, checkArgument, checkOptions, type Kind, type OptionKinds } from "../tensor/arguments.js";
import { aPath } from "../tensor/kinds.js";
import { CsvTable } from "./csv-table.js";

export interface CsvOptions {
  /** Between two fields. Default: found out, among comma, tab, semicolon and others. */
  delimiter?: string;
  /** Whether the first row has the columns' names. Default true; without, they are called "0", "1", … */
  header?: boolean;
}

const aDelimiter: Kind<string> = {
  expected: "one character or more, no quote or line end among them",
  accepts: (value): value is string => typeof value === "string" && /^[^"\r\n\ufeff]+$/.test(value),
  inKind: aString.accepts,
};

const CSV: OptionKinds<CsvOptions> = { delimiter: aDelimiter, header: aBoolean };

/**
 * The table in a text. Fields may be in quotes, with delimiters and line ends in them; empty lines are passed over.
 * @throws Error when quotes are not closed, or a row has more or fewer fields than there are columns
 * @see RFC 4180
 */
export async function decodeCsv(text: string, options: CsvOptions = {}): Promise<CsvTable> {
  checkArgument("decodeCsv", "text", text, aString);
  checkOptions("decodeCsv", options, CSV);
  const { delimiter, header = true } = options;
  const { default: papaparse } = await import("papaparse");
  const { data: lines, errors } = papaparse.parse<string[]>(text, { delimiter, skipEmptyLines: true });
  const [quotes] = errors.filter(({ type }) => type === "Quotes");
  if (quotes)
    throw new Error(`decodeCsv: row ${(quotes.row ?? 0) + 1 - Number(header)}: ${quotes.message.toLowerCase()}`);
  // A line of delimiters is a row, whose fields are missing.
  const data = lines.filter((fields) => fields.length > 1 || fields[0].trim() !== "");
  if (data.length === 0) throw new Error("decodeCsv: there is no row in it");
  const [first] = data;
  return header
    ? new CsvTable(first, data.slice(1))
    : new CsvTable(
        Array.from(first, (_, i) => String(i)),
        data,
      );
}

/**
 * `decodeCsv` of a file in UTF-8.
 * @throws FileError naming the file and what is wrong with it
 */
export async function loadCsv(path: string, options: CsvOptions = {}): Promise<CsvTable> {
  checkArgument("loadCsv", "path", path, aPath);
  checkOptions("loadCsv", options, CSV);
  const { readFile } = nodeModules("loadCsv")("node:fs/promises");
  const bytes = await onFile(path, "read", () => readFile(path));
  try {
    return await decodeCsv(textOf(bytes), options);
  } catch (error) {
    throw inFile(path, error);
  }
}

/** @throws Error when the bytes are no UTF-8 */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new Error("it is not in UTF-8: decodeCsv(new TextDecoder(…).decode(bytes)) reads other texts", {
      cause: error,
    });
  }
}
