/** Photographs that the net is sure about, and wrong; and what it looked at. */

import { basename } from "node:path";
import { gradCam } from "../../explain/grad-cam.js";
import { occlusionMap } from "../../explain/occlusion.js";
import { reshape } from "../../tensor/ops/movement/reshape.js";
import type { Examination } from "../examine.js";
import { percent, plural, shortened } from "../format.js";
import { type Html, html } from "../html.js";
import { pictures, type Section, trios } from "../page.js";
import { jpegUri, thumbnail, underHeat } from "../pictures.js";

/** Shown, the surest first. */
const MISTAKES = 24;

/** Of these, so many with what the net looked at. */
const EXPLAINED = 8;

function captionOf({ predictions, data }: Examination, i: number): Html {
  const { classes, labels, predicted } = predictions;
  const sure = percent(predictions.probability(i, predicted[i]));
  const name = shortened(basename(data.test.files[i]), 32);
  if (labels[i] === predicted[i]) return html`${name}<br>is <b>${classes[labels[i]]}</b>, rightly: ${sure}`;
  return html`${name}<br>is <b>${classes[labels[i]]}</b>, called <b>${classes[predicted[i]]}</b>: ${sure}`;
}

/** The photograph, Grad-CAM and occlusion for what it was called. */
export async function explained(examination: Examination, i: number): Promise<{ uris: string[]; caption: Html }> {
  const { model, data, predictions } = examination;
  const photograph = await thumbnail(data.test, i);
  const called = predictions.predicted[i];
  const { image } = data.test.item(i);
  const batch = reshape(image, [1, ...image.shape]);
  const [cam] = await gradCam(model, batch, [called]);
  const occlusion = await occlusionMap(model, image, called);
  for (const tensor of [image, batch]) tensor.dispose();
  const images = [photograph, underHeat(photograph, cam), underHeat(photograph, occlusion)];
  return { uris: await Promise.all(images.map(jpegUri)), caption: captionOf(examination, i) };
}

export async function mistakesSection(examination: Examination): Promise<Section> {
  const { data, predictions } = examination;
  const mistakes = predictions.mistakes();
  const base = { id: "mistakes", title: "Its surest mistakes", charts: [] };
  if (mistakes.length === 0)
    return { ...base, body: html`<p>There are none: every test photograph is called what it is.</p>` };
  const withMaps = [];
  for (const i of mistakes.slice(0, EXPLAINED)) withMaps.push(await explained(examination, i));
  const others = [];
  for (const i of mistakes.slice(EXPLAINED, MISTAKES)) {
    others.push({ uri: await jpegUri(await thumbnail(data.test, i)), caption: captionOf(examination, i) });
  }
  return {
    ...base,
    body: html`<p>${plural(mistakes.length, "mistake")} in ${plural(predictions.length, "test photograph")}. Below are those
of which the net was surest; a look at them often finds wrong labels. Beside each of the first: what spoke for the
wrong class by Grad-CAM (orange), and by hiding parts of the photograph (orange where the class becomes less probable
when it is hidden, blue where more).</p>
${trios(withMaps)}
${pictures(others)}`,
  };
}
