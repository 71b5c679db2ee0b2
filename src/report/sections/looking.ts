/** What the net looks at: its first filters, what they make of a photograph, and where it finds its reasons. */

import { featureMaps } from "../../explain/feature-maps.js";
import { filterPictures, mapPictures } from "../../explain/pictures.js";
import { Conv2d } from "../../layers/conv2d.js";
import { reshape } from "../../tensor/ops/movement/reshape.js";
import type { Generator } from "../../tensor/random.js";
import { columns, folded, type Picture, pictures, trios } from "../blocks.js";
import { isGrey } from "../charts/data.js";
import type { Examination } from "../examine.js";
import { html } from "../html.js";
import type { Section } from "../page.js";
import { jpegUri, pngUri, thumbnail } from "../pictures.js";
import { explained, REASONS } from "./reasons.js";

/** Photographs that are explained. */
const EXAMPLES = 6;

/** Shown; a deeper net's first layer may have hundreds. */
const CHANNELS = 32;

async function numbered(what: string, images: Parameters<typeof pngUri>[0][]): Promise<Picture[]> {
  const shown = images.slice(0, CHANNELS);
  return Promise.all(
    shown.map(async (image, k) => ({ uri: await pngUri(image), alt: `${what} ${k}`, caption: String(k) })),
  );
}

/** Photographs that are called what they are, drawn at random: of each class the same number, of many classes one. */
function rightlyCalled({ predictions }: Examination, generator: Generator): number[] {
  const { labels, predicted, classes } = predictions;
  const shuffled = Array.from(generator.permutation(labels.length)).filter((i) => labels[i] === predicted[i]);
  const each = Math.ceil(EXAMPLES / classes.length);
  const taken = classes.map(() => 0);
  const chosen = shuffled.filter((i) => taken[labels[i]]++ < each);
  return chosen.slice(0, EXAMPLES).sort((a, b) => labels[a] - labels[b]);
}

export async function lookingSection(examination: Examination, generator: Generator): Promise<Section> {
  const { model, data } = examination;
  const first = Array.from(model.modules()).find((module) => module instanceof Conv2d)!;
  const chosen = rightlyCalled(examination, generator);
  const shown = chosen[0] ?? 0;
  const grey = isGrey(data.test);
  const filters = await numbered("filter", await filterPictures(first.weight, { grey }));
  const { image } = data.test.item(shown);
  const batch = reshape(image, [1, ...image.shape]);
  const maps = featureMaps(model, batch);
  const mapped = await numbered("map", await mapPictures(maps));
  for (const tensor of [image, batch, maps]) tensor.dispose();
  const uri = await jpegUri(await thumbnail(data.test, shown));
  const withMaps = [];
  for (const i of chosen) withMaps.push(await explained(examination, i));
  return {
    id: "looking",
    title: "What it looks at",
    charts: [],
    body: html`<p>Photographs that are called what they are, drawn at random, with the net's reasons.</p>
${REASONS}
${trios(withMaps)}
${folded(
  "Filters and feature maps",
  columns(
    html`<h3>First filters</h3>
<p>The weights of the first convolution, each filter in its own range${grey ? ", summed over the channels" : ", as colours"}. A filter answers most to
what looks like it.</p>
${pictures(filters, "small pixels")}`,
    html`<h3>Feature maps</h3>
<p>What the first convolution makes of the photograph on the left: bright where the filter of the same number answers.</p>
${pictures([{ uri, alt: "the photograph", caption: "input" }, ...mapped], "small pixels")}`,
  ),
)}`,
  };
}
