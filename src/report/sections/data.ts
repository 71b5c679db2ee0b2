/** The photographs before anything is learned from them. */

import type { PhotoFolder } from "../../data/photo-folder.js";
import type { Generator } from "../../tensor/random.js";
import { count, plural } from "../../text.js";
import { chartGrid, grid, type Picture, pictures } from "../blocks.js";
import type { Charts } from "../charts/chart.js";
import {
  brightness,
  channelStatistics,
  classBalance,
  isGrey,
  NAMED_BARS,
  originalSizes,
  type Splits,
  splitsOf,
} from "../charts/data.js";
import type { Examination } from "../examine.js";
import { percent, shortened } from "../format.js";
import { type Html, html, named } from "../html.js";
import type { Section } from "../page.js";
import { jpegUri, thumbnail } from "../pictures.js";
import { table } from "../table.js";
import { duplicates } from "./duplicates.js";

/** With more classes than this, each has one picture and no row of its own. */
const ROWS = 10;

/** In a row. */
const EXAMPLES = 8;

/** Classes that are shown where each has one picture. */
const SHOWN = 100;

/** Not folded on a phone: of these, and of classes with a row of their own. */
const OPEN = 12;
const OPEN_CLASSES = 4;

/** Listed; of more, the number is told. */
const LISTED = 50;

/** Width and height of each photograph in its file. */
function sizesOf(data: Splits): [width: number, height: number][] {
  return splitsOf(data).flatMap(({ photographs: { widths, heights } }) =>
    Array.from(widths, (width, i): [number, number] => [width, heights[i]]),
  );
}

function areTheSame([[width, height], ...others]: readonly (readonly [number, number])[]): boolean {
  return others.every((size) => size[0] === width && size[1] === height);
}

/** How large photographs are in their files, and what the net sees of them. */
export function sizesInWords(sizes: readonly (readonly [width: number, height: number])[], side: number): string {
  const seen = `${side} × ${side} pixels`;
  const [[width, height]] = sizes;
  if (areTheSame(sizes)) {
    const all = `All photographs are ${count(width)} × ${count(height)} pixels`;
    return width === side && height === side
      ? `${all}, as the net sees them.`
      : `${all}; the net sees them stretched to ${seen}.`;
  }
  const sides = sizes.map(([width, height]) => Math.max(width, height)).sort((a, b) => a - b);
  const square = sizes.filter(([width, height]) => width === height).length;
  const [least, median, most] = [sides[0], sides[sides.length >> 1], sides[sides.length - 1]];
  const longer =
    least === most
      ? `The longer side of every photograph is ${count(least)} pixels`
      : `The longer side of the photographs is ${count(least)} to ${count(most)} pixels, half of them have at most ${count(median)}`;
  const shape =
    square === sizes.length
      ? "all are square"
      : square === 0
        ? "none is square"
        : `${percent(square / sizes.length)} are square`;
  return `${longer}; ${shape}. The net sees each stretched to ${seen}.`;
}

function countsTable(data: Splits): Html {
  const splits = splitsOf(data);
  const counts = (label: number) => splits.map(({ photographs }) => count(photographs.counts[label]));
  return table({
    label: "Photographs of each class",
    head: ["class", ...splits.map(({ name }) => name)],
    rows: data.train.classes.map((name, label) => [named(name), ...counts(label)]),
    foot: [["all", ...splits.map(({ photographs }) => count(photographs.length))]],
  });
}

async function examplesOf(dataset: PhotoFolder, k: number, most: number, generator: Generator): Promise<string[]> {
  const members = [...dataset.labels.keys()].filter((i) => dataset.labels[i] === k);
  const chosen = generator.permutation(members.length).subarray(0, most);
  return Promise.all(Array.from(chosen, async (j) => jpegUri(await thumbnail(dataset, members[j]))));
}

/** A row of pictures for each class; of many classes, one picture of each. */
async function examples(dataset: PhotoFolder, generator: Generator): Promise<Html> {
  const { classes } = dataset;
  const few = classes.length <= ROWS;
  const shown = classes.slice(0, SHOWN);
  const alt = (name: string) => `a photograph of ${name}`;
  const blocks: Html[] = [];
  const one: Picture[] = [];
  for (const [k, name] of shown.entries()) {
    const uris = await examplesOf(dataset, k, few ? EXAMPLES : 1, generator);
    if (few) {
      const row = uris.map((uri) => ({ uri, alt: alt(name), caption: undefined }));
      blocks.push(html`<div class="class"><h3>${named(name)}</h3>${pictures(row)}</div>`);
    } else one.push(...uris.map((uri) => ({ uri, alt: alt(name), caption: named(shortened(name, 40)) })));
  }
  const more = classes.length > SHOWN ? html`<p>And ${count(classes.length - SHOWN)} more classes.</p>` : "";
  return html`${few ? grid("classes", blocks, OPEN_CLASSES, `${blocks.length - OPEN_CLASSES} more`) : pictures(one, "", OPEN)}${more}`;
}

function skippedFiles({ skipped }: Examination): Html {
  if (skipped.length === 0) return html`<p>Every file could be used.</p>`;
  const rows = skipped.slice(0, LISTED).map(({ split, file, reason }) => [file, split, reason]);
  const more = skipped.length > LISTED ? html`<p>And ${count(skipped.length - LISTED)} more.</p>` : html``;
  return html`<p>${plural(skipped.length, "file")} could not be used:</p>${table({
    label: "Skipped files",
    head: ["file", "split", "reason"],
    rows,
  })}${more}`;
}

export async function dataSection(examination: Examination, charts: Charts, generator: Generator): Promise<Section> {
  const { data } = examination;
  const splits = splitsOf(data);
  const sizes = sizesOf(data);
  const grey = splits.every(({ photographs }) => isGrey(photographs));
  const statistics = splits.map(({ photographs }) => channelStatistics(photographs, grey));
  const drawn = [
    classBalance(charts, data),
    ...(areTheSame(sizes) ? [] : [originalSizes(charts, data)]),
    brightness(charts, statistics[0]),
  ];
  const moments = table({
    label: "Mean and standard deviation of each channel",
    head: ["channel", "mean", "deviation"],
    rows: splits.flatMap(({ name }, k) =>
      statistics[k].map(({ channel, mean, deviation }) => [
        `${name}, ${channel}`,
        ...[mean, deviation].map((value) => value.toFixed(4)),
      ]),
    ),
  });
  const more = {
    [`Mean and deviation of the ${grey ? "values" : "channels"}`]: html`<p class="muted">Of values from 0 to 1, as the net sees them.</p>${moments}`,
    ...(data.train.classes.length > NAMED_BARS ? { Classes: countsTable(data) } : {}),
  };
  return {
    id: "data",
    title: "The photographs",
    charts: drawn,
    body: html`<p>${sizesInWords(sizes, data.train.size)}${grey ? " All are grey: their three channels are the same." : ""}</p>
${chartGrid(drawn, more)}
<h3>Some of the training photographs, drawn at random</h3>
${await examples(data.train, generator)}
<h3>Near-duplicates</h3>
${await duplicates(examination)}
<h3>Skipped files</h3>
${skippedFiles(examination)}`,
  };
}
