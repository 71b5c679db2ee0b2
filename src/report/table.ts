/** table: rows and columns that scroll by themselves where there is no room, with headings for those who hear them. */

import { type Html, html, type Part, SCROLL_HINT } from "./html.js";

/** "1,500", "−0.12", "95.1 %", "3 min 5 s", "8×32×32", "0.91 to 0.95", "3 of 10", "+0.33 points". */
const NUMBER = /^[+−-]?\d[\d.,×]*(\s(%|s|min|h|to|of|points|[+−-]?\d[\d.,]*))*$/;

/** With more rows than this it scrolls within its own height, and with more columns it may be wider than a phone. */
const TALL = 16;
const WIDE = 5;

/** A number in a cell, with a bar as long as its share of the cell. */
export class Bar {
  readonly text: string;
  /** 0 to 1. */
  readonly share: number;

  constructor(text: string, share: number) {
    this.text = text;
    this.share = share;
  }
}

type Cell = Part | Bar;

export interface Table {
  /** What it shows. */
  label: string;
  head: readonly string[];
  /** The first cell of each is its heading. */
  rows: readonly (readonly Cell[])[];
  /** Rows below, which sum the others up. */
  foot?: readonly (readonly Cell[])[];
  /** Names above `head`, each over so many columns; one without a name says nothing. */
  groups?: readonly { name: string; columns: number }[];
  /** The row that stands out. */
  mark?: number;
}

function isNumber(cell: Cell): boolean {
  return typeof cell === "number" || cell instanceof Bar || (typeof cell === "string" && NUMBER.test(cell));
}

function cellOf(cell: Cell): Html {
  if (cell instanceof Bar) {
    return html`<td class="number bar" style="--share: ${cell.share.toFixed(3)}">${cell.text}</td>`;
  }
  return isNumber(cell) ? html`<td class="number">${cell}</td>` : html`<td>${cell}</td>`;
}

function rowOf([name, ...cells]: readonly Cell[], marked = false): Html {
  return html`<tr${marked ? html` class="mark"` : ""}><th scope="row">${name instanceof Bar ? name.text : name}</th>${cells.map(cellOf)}</tr>\n`;
}

/** What is a number, or reads like one, stands to the right. */
export function table({ label, head, rows, foot = [], groups = [], mark }: Table): Html {
  const right = head.map((_, column) => rows.length > 0 && rows.every((row) => !row[column] || isNumber(row[column])));
  const title = (name: string, column: number) =>
    html`<th scope="col"${column > 0 && right[column] ? html` class="number"` : ""}>${name}</th>`;
  const group = ({ name, columns }: { name: string; columns: number }) =>
    name
      ? html`<th scope="colgroup" class="group" colspan="${columns}">${name}</th>`
      : html`<td colspan="${columns}"></td>`;
  const wide = head.length > WIDE;
  const kind = `scroll${rows.length > TALL ? " tall" : ""}`;
  return html`${wide ? SCROLL_HINT : ""}<div class="${kind}" tabindex="0" role="region" aria-label="${label}"><table>
<thead>${groups.length > 0 ? html`<tr>${groups.map(group)}</tr>\n` : ""}<tr>${head.map(title)}</tr></thead>
<tbody>${rows.map((row, i) => rowOf(row, i === mark))}</tbody>
${foot.length > 0 ? html`<tfoot>${foot.map((row) => rowOf(row))}</tfoot>` : ""}</table></div>`;
}
