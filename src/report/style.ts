/** How a page looks: in light and dark, from a phone to a desk, and on paper. */

export const STYLE = `
:root { --text: #1d2126; --muted: #5c646e; --page: #ffffff; --panel: #f4f6f8; --line: #dcdfe4; --link: #1f66a8;
  --shade: rgb(20 30 40 / .22); --for: #e07b22; --against: #3a86c8; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e4e7eb; --muted: #9fa8b2; --page: #15181c; --panel: #1f2329; --line: #363c45; --link: #79b8f3;
    --shade: rgb(0 0 0 / .75); }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; scroll-padding-top: 3.25rem; }
body { margin: 0 auto; padding: 1.75rem 1.25rem 4rem; max-width: 78rem; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.4rem; margin: 3rem 0 .75rem; }
h3 { font-size: 1.05rem; line-height: 1.35; margin: 2rem 0 .5rem; }
p, ul { max-width: 46rem; margin: .5rem 0; }
a { color: var(--link); }
code, pre { font: .875em/1.5 ui-monospace, monospace; }
pre { background: var(--panel); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto; overflow-wrap: normal; }
nav { position: sticky; top: 0; z-index: 3; display: flex; gap: 0 1.4rem; margin: 1.5rem -1.25rem 0; padding: .6rem 1.25rem;
  overflow-x: auto; white-space: nowrap; background: var(--page); border-block: 1px solid var(--line); }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
.muted, figcaption, .hint, caption { color: var(--muted); font-size: .875rem; }
.verdict { font-size: clamp(1.15rem, .9rem + 1vw, 1.3rem); line-height: 1.45; max-width: 62rem; margin: 1rem 0 .75rem; }
.findings { max-width: 62rem; margin: .5rem 0; padding-left: 1.1rem; }
.findings li { margin: .25rem 0; }
.warning { max-width: 62rem; padding: .6rem .9rem; border-left: 4px solid var(--for); background: var(--panel); border-radius: 0 6px 6px 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; margin: 1.25rem 0 .75rem; }
.facts { display: flex; flex-wrap: wrap; gap: .35rem 2rem; margin: .75rem 0; }
.facts div { display: flex; gap: .5rem; }
.facts dt { color: var(--muted); flex: none; }
.facts dd { margin: 0; }
.tile { background: var(--panel); border-radius: 8px; padding: .7rem .85rem; }
.tile b { display: block; font-size: 1.6rem; font-weight: 600; line-height: 1.3; }
.columns { display: grid; gap: 1rem 2.5rem; align-items: start; }
.columns > * { min-width: 0; }
@media (min-width: 60rem) { .columns { grid-template-columns: minmax(0, 1.3fr) minmax(0, 1fr); } }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21.5rem), 1fr)); gap: 1.75rem 1.75rem;
  align-items: start; margin: 1.25rem 0; }
.charts > * { min-width: 0; }
.charts h3:first-child { margin-top: 0; }
.charts table { font-size: .82rem; }
.charts :is(th, td):not(:first-child) { padding-left: .6rem; }
figure { margin: 0; min-width: 0; }
.chart > figcaption { color: var(--text); font-weight: 600; font-size: 1rem; margin-bottom: .35rem; }
.beside { margin-top: 2rem; }
.chart svg { display: block; width: 100%; height: auto; }
.chart.wide .scroll svg { min-width: 70rem; }
.chart.fine .scroll svg { min-width: 30rem; }
.charts > .tall { grid-row: span 2; }
.pictures { display: grid; grid-template-columns: repeat(auto-fill, minmax(6.6rem, 1fr)); gap: 1rem .75rem; margin: .75rem 0; }
.pictures + .pictures { margin-top: 1.5rem; }
.pictures figure { max-width: 8.5rem; }
.pictures.small { grid-template-columns: repeat(auto-fill, 4.5rem); }
.pictures img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--panel);
  border-radius: 4px; margin-bottom: .25rem; }
.pictures figcaption { line-height: 1.35; }
figcaption b { color: var(--text); font-weight: 600; }
.file { display: block; font-size: .75rem; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.pixels img { image-rendering: pixelated; }
.cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 21.5rem), 1fr)); gap: 1rem; margin: 1rem 0; }
.card { background: var(--panel); border-radius: 8px; padding: .85rem; }
.card h3, .card h4 { margin: 0 0 .1rem; font-size: 1rem; line-height: 1.35; }
.card .pictures { grid-template-columns: repeat(4, minmax(0, 1fr)); gap: .5rem; margin: .6rem 0 0; }
.class { display: grid; gap: 0 1.25rem; align-items: start; margin: 1rem 0; }
.class h3 { margin: 0; }
.class .pictures { grid-template-columns: repeat(auto-fill, minmax(4.6rem, 1fr)); margin: .25rem 0 0; }
@media (min-width: 48rem) { .class { grid-template-columns: 8.5rem minmax(0, 1fr); } .class .pictures { grid-template-columns: repeat(8, minmax(0, 1fr)); margin: 0; } }
.groups { display: flex; flex-wrap: wrap; gap: 0 2.5rem; }
.groups .pictures { display: flex; flex-wrap: wrap; }
.groups figure { width: 6.4rem; }
.trios { grid-template-columns: repeat(auto-fill, minmax(min(100%, 21.5rem), 1fr)); gap: 1.25rem 1.75rem; }
.trios figure { max-width: none; display: grid; grid-template-columns: repeat(3, 1fr); gap: .25rem .5rem; align-content: start; }
.trios figcaption { grid-column: 1 / -1; }
summary { cursor: pointer; margin: .75rem 0; padding: .6rem .85rem; background: var(--panel); border-radius: 8px; color: var(--link); }
:is(.pictures, .charts, .cards, .groups) > details { grid-column: 1 / -1; flex-basis: 100%; }
@media (max-width: 40rem) { .class figure:nth-child(n+5) { display: none; } }
@supports selector(::details-content) { @media print, (min-width: 40.01rem) {
  summary { display: none; }
  ::details-content { content-visibility: visible; }
  :is(.pictures, .charts, .cards, .groups, .classes) > details, details > :is(.pictures, .charts, .cards, .groups, .classes),
  :is(.pictures, .charts, .cards, .groups, .classes) > details::details-content { display: contents; }
} }
.swatch { display: inline-block; width: .8em; height: .8em; border-radius: 2px; vertical-align: -.05em; background: var(--for); }
.swatch.against { background: var(--against); }
.options { columns: 17rem; column-gap: 2.5rem; margin: .75rem 0; font-size: .9rem; }
.options div { display: flex; gap: .75rem; justify-content: space-between; break-inside: avoid;
  border-bottom: 1px solid var(--line); padding: .2rem 0; }
.options dt { flex: none; }
.options dd { margin: 0; text-align: right; }
.scroll { overflow: auto; margin: .75rem 0;
  background: linear-gradient(to right, var(--page) 40%, transparent) left / 2.5rem 100% local,
    linear-gradient(to left, var(--page) 40%, transparent) right / 2.5rem 100% local,
    linear-gradient(to right, var(--shade), transparent) left / .8rem 100% scroll,
    linear-gradient(to left, var(--shade), transparent) right / .8rem 100% scroll;
  background-repeat: no-repeat; }
.scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.tall.scroll { max-height: 34rem; border-bottom: 1px solid var(--line); }
.hint { display: none; margin: .75rem 0 -.5rem; }
@media (max-width: 40rem) { .hint { display: block; } }
@media (min-width: 31rem) { .fine .hint { display: none; } }
table { border-collapse: collapse; width: 100%; font-size: .9rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
th, td { text-align: left; vertical-align: top; padding: .3rem 0 .3rem .9rem; border-bottom: 1px solid var(--line); }
:is(th, td):first-child { padding-left: 0; }
th { font-weight: 600; }
thead :is(th, .number) { vertical-align: bottom; line-height: 1.3; white-space: normal; }
.tall tfoot { position: sticky; bottom: 0; }
.tall tfoot :is(th, td) { background: var(--page); }
.tall thead th { position: sticky; top: 0; background: var(--page); box-shadow: inset 0 -1px var(--line); }
thead .group { text-align: center; color: var(--muted); font-weight: 400; }
thead td { border-bottom-color: transparent; }
tbody th { font-weight: 400; min-width: 5.5rem; max-width: 20rem; overflow-wrap: anywhere; }
tfoot :is(th, td) { border-bottom: 0; font-weight: 600; }
tfoot tr:first-child :is(th, td) { border-top: 2px solid var(--line); }
td { max-width: 26rem; }
tr.mark :is(th, td) { font-weight: 600; }
.number { text-align: right; white-space: nowrap; }
@media (max-width: 40rem) {
  body { padding-inline: 1rem; }
  nav { margin-inline: -1rem; padding-inline: 1rem; }
  table { font-size: .78rem; }
  th, td { padding-left: .5rem; }
  tbody th { min-width: 4.5rem; }
}
.bar { min-width: 6rem; background: linear-gradient(var(--against), var(--against)) no-repeat .9rem 100% / calc(var(--share) * (100% - .9rem)) 3px; }
@media (max-width: 40rem) { .bar { min-width: 0; } }
@page { margin: 14mm; }
@media print {
  :root { --text: #000; --muted: #444; --page: #fff; --panel: #f2f2f2; --line: #bbb; --link: #000; }
  html { color-scheme: light; font-size: 10pt; }
  body { padding: 0; max-width: none; font-size: 1rem; }
  nav, .hint { display: none !important; }
  h2, h3, h4, figcaption + svg, p:has(+ :is(h3, p, ul, figure, div, details)) { break-after: avoid; }
  :is(h2, h3) + p, p + p { break-before: avoid; }
  h2 { margin-top: 2rem; }
  p, figure, tr, .tile, .card, .class { break-inside: avoid; }
  .file { font-size: .65rem; }
  .scroll, .tall.scroll, pre { overflow: visible; max-height: none; background: none; }
  .tall :is(thead th, tfoot) { position: static; }
  tfoot { display: table-row-group; }
  table { font-size: 8pt; }
  th, td { padding: .15rem 0 .15rem .6rem; }
  pre { white-space: pre-wrap; }
  .chart:is(.wide, .fine) .scroll svg { min-width: 0; }
  .columns { display: block; }
  .beside { max-width: 9cm; break-inside: avoid; }
  :is(.charts, .cards, .groups, .pictures):where(:not(.class *, .card *)) { display: block; orphans: 1; widows: 1; }
  :is(.charts, .cards, .groups, .pictures):where(:not(.class *, .card *)) > :not(details) { display: inline-block; vertical-align: top;
    margin: 0 .6rem .8rem 0; }
  :is(.charts, .cards) > :not(details) { width: 48%; }
  .charts > :has(.tall) { display: block; width: auto; }
  .pictures:where(:not(.class *, .card *)) > figure { width: 6rem; }
  .small > figure { width: 4rem; }
  .trios:where(:not(.class *)) > figure { display: inline-grid; width: 48%; }
  .class { grid-template-columns: 7rem minmax(0, 1fr); }
  .class .pictures { grid-template-columns: repeat(8, minmax(0, 1fr)); margin: 0; }
  * { print-color-adjust: exact; }
}
`;
