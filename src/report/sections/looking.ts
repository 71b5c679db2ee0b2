/** What the net looks at: its first filters, what they make of a photograph, and where it finds its reasons. */

import { featureMaps } from "../../explain/feature-maps.js";
import { Conv2d } from "../../layers/conv2d.js";
import { reshape } from "../../tensor/ops/movement/reshape.js";
import type { Generator } from "../../tensor/random.js";
import type { Examination } from "../examine.js";
import { html } from "../html.js";
import { type Picture, pictures, type Section, trios } from "../page.js";
import { filterPictures, jpegUri, mapPictures, pngUri, thumbnail } from "../pictures.js";
import { explained } from "./mistakes.js";

/** Photographs that are explained: so many, or one of each class. */
const EXAMPLES = 6;

/** Shown; a deeper net's first layer may have hundreds. */
const CHANNELS = 32;

async function numbered(images: Parameters<typeof pngUri>[0][]): Promise<Picture[]> {
  const shown = images.slice(0, CHANNELS);
  return Promise.all(shown.map(async (image, k) => ({ uri: await pngUri(image), caption: String(k) })));
}

/** Photographs of class k that are called so, drawn at random. */
function rightlyCalled({ predictions }: Examination, k: number, generator: Generator): number[] {
  const { labels, predicted } = predictions;
  const right = [...labels.keys()].filter((i) => labels[i] === k && predicted[i] === k);
  const shown = Math.ceil(EXAMPLES / predictions.classes.length);
  return Array.from(generator.permutation(right.length).subarray(0, shown), (j) => right[j]);
}

export async function lookingSection(examination: Examination, generator: Generator): Promise<Section> {
  const { model, data, predictions } = examination;
  const first = Array.from(model.modules()).find((module) => module instanceof Conv2d)!;
  const chosen = predictions.classes.flatMap((_, k) => rightlyCalled(examination, k, generator));
  const shown = chosen[0] ?? 0;
  const filters = await numbered(filterPictures(await first.weight.data(), first.weight.shape));
  const { image } = data.test.item(shown);
  const batch = reshape(image, [1, ...image.shape]);
  const maps = featureMaps(model, batch);
  const mapped = await numbered(mapPictures(await maps.data(), maps.shape.slice(1)));
  for (const tensor of [image, batch, maps]) tensor.dispose();
  const photograph = { uri: await jpegUri(await thumbnail(data.test, shown)), caption: "the photograph" };
  const withMaps = [];
  for (const i of chosen) withMaps.push(await explained(examination, i));
  return {
    id: "looking",
    title: "What it looks at",
    charts: [],
    body: html`<h3>First filters</h3>
<p>The weights of the first convolution, as colours; each filter in its own range. A filter answers most to what looks
like it.</p>
${pictures(filters, "small pixels")}
<h3>Feature maps</h3>
<p>What the first convolution makes of a photograph: bright where the filter of the same number answers.</p>
${pictures([photograph])}
${pictures(mapped, "small pixels")}
<h3>Reasons</h3>
<p>Photographs called what they are, drawn at random, with what spoke for it: by Grad-CAM on the last convolution, and
by hiding parts of the photograph. Orange speaks for the class, blue against it.</p>
${trios(withMaps)}`,
  };
}
