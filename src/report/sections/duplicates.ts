/** Photographs that are there more than once: within a split, or, worse, on both sides of it. */

import { basename } from "node:path";
import { type DuplicateCluster, findDuplicates } from "../../data/duplicates.js";
import type { Split } from "../../train/best-epoch.js";
import { type Picture, pictures } from "../blocks.js";
import type { Examination } from "../examine.js";
import { plural, shortened } from "../format.js";
import { type Html, html, named } from "../html.js";
import { jpegUri, thumbnail } from "../pictures.js";

/** Clusters that are shown, and photographs of each. */
const CLUSTERS = 12;
const MEMBERS = 6;

/** What is worse comes first: labels that contradict each other, then what was trained on and tested on. */
function badness({ mixedLabels, acrossSplits }: DuplicateCluster): number {
  return 2 * Number(mixedLabels) + Number(acrossSplits);
}

async function picturesOf({ data }: Examination, { images }: DuplicateCluster): Promise<Picture[]> {
  return Promise.all(
    images.slice(0, MEMBERS).map(async ({ split, index, label }) => {
      const dataset = data[split as Split]!;
      const caption = html`${split}: ${named(shortened(basename(dataset.files[index]), 32))}<br>${named(dataset.classes[label])}`;
      return { uri: await jpegUri(await thumbnail(dataset, index)), alt: dataset.files[index], caption };
    }),
  );
}

/** How many groups that are in `split` have been trained on as well. */
function trainedOn(clusters: readonly DuplicateCluster[], split: Split): number {
  const has = ({ images }: DuplicateCluster, name: Split) => images.some((image) => image.split === name);
  return clusters.filter((cluster) => has(cluster, "train") && has(cluster, split)).length;
}

export async function duplicates(examination: Examination): Promise<Html> {
  const { train, validation, test } = examination.data;
  const clusters = findDuplicates(validation ? { train, validation, test } : { train, test });
  if (clusters.length === 0) return html`<p>No two photographs are the same, as far as their pixels tell.</p>`;
  const validated = validation ? ` In both train and validation: ${trainedOn(clusters, "validation")}.` : "";
  const mixed = clusters.filter(({ mixedLabels }) => mixedLabels).length;
  const photographs = clusters.reduce((sum, { images }) => sum + images.length, 0);
  const worst = clusters.toSorted((a, b) => badness(b) - badness(a)).slice(0, CLUSTERS);
  const shown: Html[] = [];
  for (const cluster of worst) shown.push(pictures(await picturesOf(examination, cluster)));
  return html`<p>${plural(photographs, "photograph")} in ${plural(clusters.length, "group")} are the same one or nearly, by
their pixels: recompressed, lit otherwise, or cut out a little aside. Groups in both train and test, so that the net is
tested on what it was trained on: ${trainedOn(clusters, "test")}.${validated} Groups with more than one label, of which one must be wrong: ${mixed}.
${clusters.length > CLUSTERS ? html`The ${CLUSTERS} that matter most:` : html``}</p>
<div class="groups">${shown}</div>`;
}
