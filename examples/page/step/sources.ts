/** The sources of the operations, which come with the page: what computes a step can be read beside it. */

const files = import.meta.glob<string>("../../../src/tensor/ops/**/*.ts", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Lines of a file, and where they begin, from 1. */
export interface Excerpt {
  first: number;
  /** The line that names the operation. */
  named: number;
  lines: string[];
}

/** So many lines are shown before and after the one that names the operation. */
const [BEFORE, AFTER] = [10, 24];

/** Where a file of src/tensor/ops says what an operation is. */
export function excerptOf(path: string, operation: string): Excerpt | undefined {
  const text = files[`../../../${path}`];
  if (text === undefined) return undefined;
  const lines = text.split("\n");
  const defines = new RegExp(`^export (?:function|const) ${operation}\\b`);
  const records = lines.findIndex((line) => line.includes(`"${operation}"`));
  const defined = lines.findIndex((line) => defines.test(line));
  const at = Math.max(0, defined >= 0 ? defined : records);
  const first = Math.max(0, at - BEFORE);
  return { first: first + 1, named: at + 1, lines: lines.slice(first, at + AFTER) };
}
