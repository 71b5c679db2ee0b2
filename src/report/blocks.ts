/** What sections are built of: charts in a grid, figures on tiles, findings, pictures with captions. */

import { basename } from "node:path";
import type { Chart } from "./charts/chart.js";
import { shortened } from "./format.js";
import { Html, html, named, type Part, SCROLL_HINT } from "./html.js";

/** One chart with its title, and what has to be said about it. */
export function chartFigure({ name, title, svg, note, shape }: Chart): Html {
  const drawing = new Html(svg);
  const shown =
    shape === "wide" || shape === "fine"
      ? html`${SCROLL_HINT}<div class="scroll" tabindex="0" role="region" aria-label="${title}">${drawing}</div>`
      : drawing;
  const below = note === undefined ? html`` : html`<p class="muted">${note}</p>`;
  return html`<figure class="chart ${shape}" data-chart="${name}"><figcaption>${title}</figcaption>${shown}${below}</figure>\n`;
}

/** What a phone shows only when it is asked to; where there is room, and on paper, it is there. */
export function folded(summary: Part, body: Part): Html {
  return html`<details><summary>${summary}</summary>${body}</details>\n`;
}

/** Blocks side by side, as many as fit; on a phone `open` of them, and the others folded. */
export function grid(kind: string, blocks: readonly Html[], open: number, summary: string): Html {
  const rest = blocks.slice(open);
  const more = rest.length > 0 ? folded(summary, html`<div class="${kind}">${rest}</div>`) : "";
  return html`<div class="${kind}">${blocks.slice(0, open)}${more}</div>`;
}

/** Charts side by side, and behind them what else belongs there, under its name; on a phone the first alone. */
export function chartGrid(charts: readonly Chart[], more: Readonly<Record<string, Html>> = {}): Html {
  const names = [...charts.slice(1).map(({ title }) => title), ...Object.keys(more)];
  const others = Object.entries(more).map(([name, block]) => html`<div><h3>${name}</h3>${block}</div>\n`);
  return grid("charts", [...charts.map(chartFigure), ...others], 1, `Also: ${names.join("; ")}`);
}

/** Two blocks side by side, where there is room. */
export function columns(left: Html, right: Html): Html {
  return html`<div class="columns"><div>${left}</div><div>${right}</div></div>`;
}

/** Sentences that say the most important, the first of them in large letters. */
export function findings([first, ...others]: readonly Part[]): Html {
  return html`<p class="verdict">${first}</p>
<ul class="findings">${others.map((finding) => html`<li>${finding}</li>`)}</ul>`;
}

/** What whoever reads the figures has to know first. */
export function warning(text: string): Html {
  return html`<p class="warning"><b>${text}</b></p>\n`;
}

/** Figures that sum everything up. */
export function tiles(entries: readonly { name: string; value: string; note?: string }[]): Html {
  const tile = ({ name, value, note }: (typeof entries)[number]) =>
    html`<div class="tile"><span class="muted">${name}</span><b>${value}</b><span class="muted">${note}</span></div>\n`;
  return html`<div class="tiles">${entries.map(tile)}</div>`;
}

/** What else there is to know, in a line or two. */
export function facts(entries: readonly { name: string; value: string }[]): Html {
  return html`<dl class="facts">${entries.map(({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>`;
}

/** Characters of a file's name that fit on one line below a small picture. */
const FILE = 14;

/** The name of a photograph's file, on one line. */
export function fileName(path: string, length = FILE): Html {
  return html`<span class="file">${named(shortened(basename(path), length))}</span>`;
}

export interface Picture {
  /** As data. */
  uri: string;
  /** What it is, for those who do not see it. */
  alt: string;
  caption: Part;
}

/**
 * @param kind "small" for many; "pixels" keeps the edges of what has few pixels
 * @param open so many are not folded on a phone
 * @param of what the folded ones are called, behind their number
 */
export function pictures(list: readonly Picture[], kind = "", open = list.length, of = "more"): Html {
  const figure = ({ uri, alt, caption }: Picture) =>
    html`<figure><img src="${uri}" alt="${alt}" title="${alt}">${caption === undefined ? "" : html`<figcaption>${caption}</figcaption>`}</figure>\n`;
  return grid(`pictures ${kind}`, list.map(figure), open, `${list.length - open} ${of}`);
}

/** Three pictures of the same, with one caption. */
export interface Trio {
  images: readonly Omit<Picture, "caption">[];
  caption: Part;
}

const OPEN_TRIOS = 3;

/** Some of them are not folded on a phone. */
export function trios(list: readonly Trio[]): Html {
  const image = ({ uri, alt }: Trio["images"][number]) => html`<img src="${uri}" alt="${alt}">`;
  const figure = ({ images, caption }: Trio) =>
    html`<figure>${images.map(image)}<figcaption>${caption}</figcaption></figure>\n`;
  return grid("pictures trios", list.map(figure), OPEN_TRIOS, `${list.length - OPEN_TRIOS} more with reasons`);
}
