/** Photographs that are there more than once: within a split, or, worse, on both sides of it. */

import { type DuplicateCluster, findDuplicates } from "../../data/duplicates.js";
import { plural } from "../../text.js";
import type { Split } from "../../train/best-epoch.js";
import { fileName, grid, type Picture, pictures } from "../blocks.js";
import type { Examination } from "../examine.js";
import { shortened } from "../format.js";
import { type Html, html, named } from "../html.js";
import { jpegUri, thumbnail } from "../pictures.js";

/** Clusters that are shown, and photographs of each. */
const CLUSTERS = 12;
const MEMBERS = 6;

/** Clusters that are not folded on a phone. */
const OPEN = 4;

/** What is worse comes first: labels that contradict each other, then what was trained on and tested on. */
function badness({ mixedLabels, acrossSplits }: DuplicateCluster): number {
  return 2 * Number(mixedLabels) + Number(acrossSplits);
}

/** Some of a cluster, and how many more there are. */
async function clusterOf({ data }: Examination, { images, exact }: DuplicateCluster): Promise<Html> {
  const shown = await Promise.all(
    images.slice(0, MEMBERS).map(async ({ split, index, label }): Promise<Picture> => {
      const dataset = data[split as Split]!;
      const caption = html`<b>${named(shortened(dataset.classes[label], 40))}</b><br>${split}<br>${fileName(dataset.files[index])}`;
      return { uri: await jpegUri(await thumbnail(dataset, index)), alt: dataset.files[index], caption };
    }),
  );
  const more = images.length - shown.length;
  const remarks = [...(exact ? ["the same to the byte"] : []), ...(more > 0 ? [`and ${more} more`] : [])];
  return html`<div>${pictures(shown)}${remarks.length > 0 ? html`<p>${remarks.join(", ")}</p>` : html``}</div>`;
}

/** How many groups that are in `split` have been trained on as well. */
function trainedOn(clusters: readonly DuplicateCluster[], split: Split): number {
  const has = ({ images }: DuplicateCluster, name: Split) => images.some((image) => image.split === name);
  return clusters.filter((cluster) => has(cluster, "train") && has(cluster, split)).length;
}

/** What can be done about groups that are on both sides. */
function advice({ run }: Examination, clusters: readonly DuplicateCluster[]): string {
  if (!clusters.some(({ acrossSplits }) => acrossSplits)) return "";
  return run.config.duplicates === "apart"
    ? " (--duplicates together keeps groups on one side of a split that is drawn.)"
    : " (A split that is drawn keeps groups on one side as far as it can; a folder that was split before is taken as it is.)";
}

export async function duplicates(examination: Examination): Promise<Html> {
  const { train, validation, test } = examination.data;
  const clusters = findDuplicates(validation ? { train, validation, test } : { train, test });
  if (clusters.length === 0) return html`<p>No two photographs are the same, as far as their pixels tell.</p>`;
  const count = (which: (cluster: DuplicateCluster) => boolean) => clusters.filter(which).length;
  const photographs = clusters.reduce((sum, { images }) => sum + images.length, 0);
  const worst = clusters.toSorted((a, b) => badness(b) - badness(a)).slice(0, CLUSTERS);
  const shown: Html[] = [];
  for (const cluster of worst) shown.push(await clusterOf(examination, cluster));
  const facts = [
    `Certain, for they are the same to the byte: ${count(({ exact }) => exact)}.`,
    `In both train and test, so that the net may be tested on what it was trained on: ${trainedOn(clusters, "test")}.${advice(examination, clusters)}`,
    ...(validation ? [`In both train and validation: ${trainedOn(clusters, "validation")}.`] : []),
    `With more than one label, of which one may be wrong (one is, where they are the same to the byte): ${count(({ mixedLabels }) => mixedLabels)}.`,
  ];
  return html`<p>${plural(photographs, "photograph")} in ${plural(clusters.length, "group")} look like copies of one another: recompressed,
made lighter or darker, or cut a little differently. Of these groups:</p>
<ul>${facts.map((fact) => html`<li>${fact}</li>`)}</ul>
${clusters.length > CLUSTERS ? html`<p>The ${CLUSTERS} that matter most:</p>` : html``}
${grid("groups", shown, OPEN, `${shown.length - OPEN} more`)}`;
}
