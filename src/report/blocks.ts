/** What sections are built of: charts in a grid, figures on tiles, findings, pictures with captions. */

import type { Chart } from "./charts/chart.js";
import { Html, html, type Part, SCROLL_HINT } from "./html.js";

/** One chart with its title, and what has to be said about it. */
export function chartFigure({ name, title, svg, note, shape }: Chart): Html {
  const drawing = new Html(svg);
  const shown =
    shape === "wide"
      ? html`${SCROLL_HINT}<div class="scroll" tabindex="0" role="region" aria-label="${title}">${drawing}</div>`
      : drawing;
  const below = note === undefined ? html`` : html`<p class="muted">${note}</p>`;
  return html`<figure class="chart ${shape}" data-chart="${name}"><figcaption>${title}</figcaption>${shown}${below}</figure>\n`;
}

/** Charts side by side, as many as fit, and behind them what else belongs there. */
export function chartGrid(charts: readonly Chart[], more: readonly Html[] = []): Html {
  return html`<div class="charts">${charts.map(chartFigure)}${more.map((block) => html`<div>${block}</div>`)}</div>`;
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

export interface Picture {
  /** As data. */
  uri: string;
  /** What it is, for those who do not see it. */
  alt: string;
  caption: Part;
}

/** @param kind "small" for many; "pixels" keeps the edges of what has few pixels */
export function pictures(list: readonly Picture[], kind = ""): Html {
  const figure = ({ uri, alt, caption }: Picture) =>
    html`<figure><img src="${uri}" alt="${alt}">${caption === undefined ? "" : html`<figcaption>${caption}</figcaption>`}</figure>\n`;
  return html`<div class="pictures ${kind}">${list.map(figure)}</div>`;
}

/** Three pictures of the same, with one caption. */
export interface Trio {
  images: readonly Omit<Picture, "caption">[];
  caption: Part;
}

export function trios(list: readonly Trio[]): Html {
  const image = ({ uri, alt }: Trio["images"][number]) => html`<img src="${uri}" alt="${alt}">`;
  const figure = ({ images, caption }: Trio) =>
    html`<figure>${images.map(image)}<figcaption>${caption}</figcaption></figure>\n`;
  return html`<div class="pictures trios">${list.map(figure)}</div>`;
}
