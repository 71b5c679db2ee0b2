/** The photographs before anything is learned from them. */

import { basename } from "node:path";
import type { PhotoFolder } from "../../data/photo-folder.js";
import type { Generator } from "../../tensor/random.js";
import type { Charts } from "../charts/chart.js";
import { brightness, channelStatistics, classBalance, originalSizes, SPLITS } from "../charts/data.js";
import type { Examination } from "../examine.js";
import { count, percent, plural, shortened } from "../format.js";
import { type Html, html, table } from "../html.js";
import { chartGrid, type Picture, pictures, type Section } from "../page.js";
import { jpegUri, thumbnail } from "../pictures.js";
import { duplicates } from "./duplicates.js";

/** Shown in all; of each class at least 2, and at most 8. */
const EXAMPLES = 64;

/** Listed; of more, the number is told. */
const LISTED = 50;

function sizesInWords({ train, test }: Examination["data"]): Html {
  const all = [train, test].flatMap(({ widths, heights }) => Array.from(widths, (width, i) => [width, heights[i]]));
  const sides = all.map(([width, height]) => Math.max(width, height)).sort((a, b) => a - b);
  const square = all.filter(([width, height]) => width === height).length / all.length;
  const [least, median, most] = [sides[0], sides[sides.length >> 1], sides[sides.length - 1]];
  return html`<p>The longer side of the photographs is ${count(least)} to ${count(most)} pixels, half of them have at most
${count(median)}; ${percent(square)} are square. The net sees each stretched to ${train.size}×${train.size} pixels.</p>`;
}

function countsTable({ train, test }: Examination["data"]): Html {
  const rows = train.classes.map((name, k) => [name, count(train.counts[k]), count(test.counts[k])]);
  return table(["class", "train", "test"], [...rows, ["all", count(train.length), count(test.length)]]);
}

async function examplesOf(dataset: PhotoFolder, k: number, generator: Generator): Promise<Picture[]> {
  const shown = Math.min(8, Math.max(2, Math.floor(EXAMPLES / dataset.classes.length)));
  const members = [...dataset.labels.keys()].filter((i) => dataset.labels[i] === k);
  const chosen = generator.permutation(members.length).subarray(0, shown);
  return Promise.all(
    Array.from(chosen, async (j) => ({
      uri: await jpegUri(await thumbnail(dataset, members[j])),
      caption: shortened(basename(dataset.files[members[j]]), 32),
    })),
  );
}

function skippedFiles({ skipped }: Examination): Html {
  if (skipped.length === 0) return html`<p>Every file could be used.</p>`;
  const rows = skipped.slice(0, LISTED).map(({ split, file, reason }) => [split, file, reason]);
  const more = skipped.length > LISTED ? html`<p>And ${count(skipped.length - LISTED)} more.</p>` : html``;
  return html`<p>${plural(skipped.length, "file")} could not be used:</p>${table(["split", "file", "reason"], rows)}${more}`;
}

export async function dataSection(examination: Examination, charts: Charts, generator: Generator): Promise<Section> {
  const { data } = examination;
  const channels = channelStatistics(data.train);
  const drawn = [classBalance(charts, data), originalSizes(charts, data), brightness(charts, channels)];
  const statistics = SPLITS.map((split) => (split === "train" ? channels : channelStatistics(data[split])));
  const moments = channels.map(({ channel }, c) => [
    channel,
    ...statistics.flatMap((list) => [list[c].mean.toFixed(4), list[c].deviation.toFixed(4)]),
  ]);
  const examples: Html[] = [];
  for (const [k, name] of data.train.classes.entries()) {
    examples.push(html`<h3>${name}</h3>${pictures(await examplesOf(data.train, k, generator))}`);
  }
  return {
    id: "data",
    title: "The photographs",
    charts: drawn,
    body: html`${countsTable(data)}
${sizesInWords(data)}
${chartGrid(drawn)}
<p>Mean and standard deviation of each channel, of values from 0 to 1 as the net sees them:</p>
${table(["", "train, mean", "deviation", "test, mean", "deviation"], moments)}
<p>Some of the training photographs, drawn at random:</p>
${examples}
<h3>Near-duplicates</h3>
${await duplicates(examination)}
<h3>Skipped files</h3>
${skippedFiles(examination)}`,
  };
}
