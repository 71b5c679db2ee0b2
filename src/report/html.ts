/** html: text for a page, in which everything that was not written as HTML is escaped. */

import { printable } from "../text.js";

/** Text that is HTML already. */
export class Html {
  readonly text: string;

  /** @param text is trusted: what comes from a user goes through `html` */
  constructor(text: string) {
    this.text = text;
  }
}

/** What can be put into a page. */
export type Part = Html | string | number | undefined | readonly Part[];

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text inside of an element or an attribute, of HTML and of XML. */
export function escapeText(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

function escaped(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Html) return part.text;
  if (Array.isArray(part)) return part.map(escaped).join("");
  return escapeText(String(part));
}

/** html`<b>${name}</b>`: what is put in is escaped unless it is `Html` itself; of a list, each element. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(texts.map((text, i) => text + (i < parts.length ? escaped(parts[i]) : "")).join(""));
}

/** Above what may be wider than a phone. */
export const SCROLL_HINT = html`<p class="hint">Wide: scroll it sideways.</p>\n`;

/** A name among other text: one that is written from right to left does not turn what stands around it. */
export function named(name: string): Html {
  return html`<bdi>${name}</bdi>`;
}
