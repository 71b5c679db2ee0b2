/** The page around the sections: one file that needs nothing else, in light and dark, on a phone and on paper. */

import type { Chart } from "./charts/chart.js";
import { Html, html } from "./html.js";
import { STYLE } from "./style.js";

export interface Section {
  /** Of the link to it. */
  id: string;
  title: string;
  body: Html;
  /** Those in the body, to be saved as files, too. */
  charts: readonly Chart[];
}

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
</header>
<nav aria-label="Sections">${sections.map(({ id, title }) => html`<a href="#${id}">${title}</a>\n`)}</nav>
<main>
${sections.map(({ id, title, body }) => html`<section id="${id}">\n<h2>${title}</h2>\n${body}\n</section>\n`)}
</main>
</body>
</html>
`.text;
}
