/** Why the net called a photograph what it called it: Grad-CAM and occlusion, beside the photograph. */

import { gradCam } from "../../explain/grad-cam.js";
import { occlusionMap } from "../../explain/occlusion.js";
import { heatPicture } from "../../explain/pictures.js";
import { reshape } from "../../tensor/ops/movement/reshape.js";
import { fileName, type Trio } from "../blocks.js";
import type { Examination } from "../examine.js";
import { percent, shortened } from "../format.js";
import { type Html, html, named } from "../html.js";
import { jpegUri, thumbnail } from "../pictures.js";

/** What the pictures and colours mean. */
export const REASONS = html`<p class="muted">In each row of three: the photograph; what spoke for the class by Grad-CAM on the
last convolution; and what becomes of the class where a part of the photograph is hidden.
<span class="swatch"></span> speaks for the class, <span class="swatch against"></span> against it; only the stronger
part of either is coloured. A picture without colour: nothing there speaks for the class more than the rest.</p>`;

/**
 * "Ankle boot → Sandal, 99.5 %": what a photograph is, what it is called, and how sure the net was; and its file.
 * @param room for the name of the file, in characters
 */
export function captionOf({ predictions, data }: Examination, i: number, room?: number): Html {
  const { classes, labels, predicted } = predictions;
  const own = named(shortened(classes[labels[i]], 40));
  const called = named(shortened(classes[predicted[i]], 40));
  const names = labels[i] === predicted[i] ? own : html`${own} → ${called}`;
  return html`<b>${names}</b>, ${percent(predictions.confidence(i), 1)}<br>${fileName(data.test.files[i], room)}`;
}

/** The photograph, Grad-CAM and occlusion for what it was called. */
export async function explained(examination: Examination, i: number): Promise<Trio> {
  const { model, data, predictions } = examination;
  const photograph = await thumbnail(data.test, i);
  const called = predictions.predicted[i];
  const { image } = data.test.item(i);
  const batch = reshape(image, [1, ...image.shape]);
  const [cam] = await gradCam(model, batch, [called]);
  const occlusion = await occlusionMap(model, image, called);
  for (const tensor of [image, batch]) tensor.dispose();
  return {
    images: [
      { uri: await jpegUri(photograph), alt: "the photograph" },
      { uri: await jpegUri(heatPicture(photograph, cam, { from: "least" })), alt: "Grad-CAM on it" },
      { uri: await jpegUri(heatPicture(photograph, occlusion)), alt: "what hiding parts of it changes" },
    ],
    caption: captionOf(examination, i, 40),
  };
}
