/** The page around the sections: one file that needs nothing else, in light and dark, on a phone and on paper. */

import type { Chart } from "./charts/chart.js";
import { Html, html } from "./html.js";

export interface Section {
  /** Of the link to it. */
  id: string;
  title: string;
  body: Html;
  /** Those in the body, to be saved as files, too. */
  charts: readonly Chart[];
}

const STYLE = `
:root { --text: #1d2126; --muted: #5c646e; --page: #ffffff; --panel: #f5f6f8; --line: #dcdfe4; --link: #1f66a8; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7eb; --muted: #9aa3ad; --page: #15181c; --panel: #1f2329; --line: #363c45; --link: #79b8f3; }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 76rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 .75rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
p, ul { max-width: 46rem; margin: .5rem 0; }
a { color: var(--link); }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
pre { background: var(--panel); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto; overflow-wrap: normal; }
nav { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; margin: 1rem 0; }
.muted, figcaption { color: var(--muted); font-size: .875rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .75rem; margin: 1.25rem 0; }
.tile { background: var(--panel); border-radius: 8px; padding: .7rem .85rem; }
.tile b { display: block; font-size: 1.4rem; font-weight: 600; line-height: 1.3; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21.5rem), 1fr)); gap: 1.75rem 1.5rem;
  align-items: start; margin: 1rem 0; }
figure { margin: 0; min-width: 0; }
.charts figcaption { color: var(--text); font-weight: 600; margin-bottom: .25rem; }
.charts svg { display: block; width: 100%; height: auto; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.4rem, 1fr)); gap: 1rem .75rem; margin: .75rem 0; }
.pictures figure { max-width: 8.5rem; }
.pictures.small { grid-template-columns: repeat(auto-fill, 4.5rem); }
.pictures img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--panel);
  border-radius: 4px; }
.pixels img { image-rendering: pixelated; }
.groups { display: flex; flex-wrap: wrap; gap: 0 2.5rem; }
.groups .pictures { display: flex; flex-wrap: wrap; }
.groups figure { width: 6.4rem; }
.trios { grid-template-columns: repeat(auto-fill, minmax(min(100%, 21.5rem), 1fr)); gap: 1.25rem 1.5rem; }
.trios figure { max-width: none; display: grid; grid-template-columns: repeat(3, 1fr); gap: .25rem .5rem; align-content: start; }
.trios figcaption { grid-column: 1 / -1; }
.options { columns: 15rem; margin: .75rem 0; font-size: .9rem; }
.options div { display: flex; gap: .75rem; justify-content: space-between; break-inside: avoid;
  border-bottom: 1px solid var(--line); padding: .2rem 0; }
.options dt { flex: none; }
.options dd { margin: 0; text-align: right; }
.scroll { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; width: max-content; font-size: .9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
td { max-width: 26rem; }
.number { text-align: right; white-space: nowrap; }
@page { margin: 14mm; }
@media print {
  :root { --text: #000; --muted: #444; --page: #fff; --panel: #f2f2f2; --line: #bbb; --link: #000; }
  html { color-scheme: light; }
  body { padding: 0; max-width: none; font-size: 10.5pt; }
  nav { display: none; }
  h2, h3 { break-after: avoid; }
  figure, tr, .tile { break-inside: avoid; }
  .scroll, pre { overflow: visible; }
  table { width: auto; max-width: 100%; font-size: .8rem; }
  pre { white-space: pre-wrap; }
  .charts { display: flex; flex-wrap: wrap; gap: 0 2.5rem; }
  .trios { grid-template-columns: repeat(2, 1fr); }
  * { print-color-adjust: exact; }
}
`;

/** Refuses everything but the styles and pictures in the file itself: whatever a name may hold, nothing is loaded. */
const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** @param lead what stands before the sections */
export function page(title: string, lead: Html, sections: readonly Section[]): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header>
<h1>${title}</h1>
${lead}
<nav>${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>\n`)}</nav>
</header>
<main>
${sections.map(({ id, title, body }) => html`<section id="${id}">\n<h2>${title}</h2>\n${body}\n</section>\n`)}
</main>
</body>
</html>
`.text;
}

/** Charts side by side, as many as fit. */
export function chartGrid(charts: readonly Chart[]): Html {
  const figure = ({ name, title, svg }: Chart) =>
    html`<figure data-chart="${name}"><figcaption>${title}</figcaption>${new Html(svg)}</figure>\n`;
  return html`<div class="charts">${charts.map(figure)}</div>`;
}

/** Figures that sum everything up. */
export function tiles(entries: readonly { name: string; value: string; note?: string }[]): Html {
  const tile = ({ name, value, note }: (typeof entries)[number]) =>
    html`<div class="tile"><span class="muted">${name}</span><b>${value}</b><span class="muted">${note}</span></div>\n`;
  return html`<div class="tiles">${entries.map(tile)}</div>`;
}

export interface Picture {
  /** As data. */
  uri: string;
  caption: Html | string;
}

/** @param kind "small" for many; "pixels" keeps the edges of what has few pixels */
export function pictures(list: readonly Picture[], kind = ""): Html {
  const figure = ({ uri, caption }: Picture) =>
    html`<figure><img src="${uri}" alt=""><figcaption>${caption}</figcaption></figure>\n`;
  return html`<div class="pictures ${kind}">${list.map(figure)}</div>`;
}

/** Three pictures of the same, with one caption. */
export function trios(list: readonly { uris: readonly string[]; caption: Html }[]): Html {
  const images = (uris: readonly string[]) => uris.map((uri) => html`<img src="${uri}" alt="">`);
  return html`<div class="pictures trios">${list.map(
    ({ uris, caption }) => html`<figure>${images(uris)}<figcaption>${caption}</figcaption></figure>\n`,
  )}</div>`;
}
