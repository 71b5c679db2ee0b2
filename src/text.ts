/** Text for people to read on a console or a page: times, numbers of things, paths, and rows in columns. */

/** "9.5 s", "58 s", "1 min 19 s", "3 h 20 min": seconds up to a minute, and no number above 59 behind a larger unit. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 18259 as "18,259". */
export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** With its noun: "1 photograph", "2,000 photographs", "3 classes". */
export function plural(n: number, noun: string, nouns = `${noun}s`): string {
  return `${count(n)} ${n === 1 ? noun : nouns}`;
}

/** A path as a command line takes it: what is printed to be copied may hold spaces, or begin like an option. */
export function asArgument(path: string): string {
  const safe = path.startsWith("-") ? `./${path}` : path;
  return /^[\w./@:+-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}

/** One row, its cells as wide as `widths` says: names, the first `left` of them, to the left, and numbers to the right. */
export function aligned(cells: readonly string[], widths: readonly number[], left: number): string {
  const inColumn = (cell: string, i: number) => (i < left ? cell.padEnd(widths[i]) : cell.padStart(widths[i]));
  return cells.map(inColumn).join("  ").trimEnd();
}

/** Rows of as many cells each, every column as wide as its widest cell; `left` as in `aligned`. */
export function inColumns(rows: readonly (readonly string[])[], left: number): string[] {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows.map((row) => aligned(row, widths, left));
}

/** Control characters but newline and tab, marks that turn the direction of a line around, and what no XML may hold. */
const UNPRINTABLE = /[^\P{Cc}\n\t]|[\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]|\p{Cs}/gu;

function escapedUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** A text that changes nothing of a terminal, and fits into XML: "\u001b" for an escape. In JSON it stays the same. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escapedUnit);
}

/** The same of a name, which is one line. */
export function printableName(name: string): string {
  return printable(name).replace(/[\n\t]/g, escapedUnit);
}
