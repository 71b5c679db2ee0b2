/** html: text for a page, in which everything that was not written as HTML is escaped. */

/** Text that is HTML already. */
export class Html {
  readonly text: string;

  /** @param text is trusted: what comes from a user goes through `html` */
  constructor(text: string) {
    this.text = text;
  }
}

type Part = Html | string | number | undefined | readonly Part[];

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function escaped(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(escaped).join("");
  return String(part).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

/** html`<b>${name}</b>`: what is put in is escaped unless it is `Html` itself; of a list, each element. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, i) => text + (i < parts.length ? escaped(parts[i]) : "")).join(""));
}

/** "1,500", "−0.12", "95.1 %", "3 min 5 s", "8×32×32", "0.91 to 0.95", "3 of 10". */
const NUMBER = /^[+−-]?\d[\d.,×]*(\s(%|s|min|h|to|of|[+−-]?\d[\d.,]*))*$/;

/** A table: what is a number, or reads like one, stands to the right. */
export function table(head: readonly string[], rows: readonly (readonly Part[])[]): Html {
  const numeric = (cell: Part) => typeof cell === "number" || (typeof cell === "string" && NUMBER.test(cell));
  const cell = (part: Part) => (numeric(part) ? html`<td class="number">${part}</td>` : html`<td>${part}</td>`);
  const right = head.map((_, column) => rows.length > 0 && rows.every((row) => !row[column] || numeric(row[column])));
  const title = (name: string, column: number) =>
    right[column] ? html`<th class="number">${name}</th>` : html`<th>${name}</th>`;
  return html`<div class="scroll"><table>
<thead><tr>${head.map(title)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody>
</table></div>`;
}
