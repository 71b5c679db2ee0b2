/** lookAt: what a net says to the faces, and what it looks like inside. Loaded once training has begun. */

import {
  Conv2d,
  featureMaps,
  filterPictures,
  gradCam,
  heatPicture,
  imageToTensor,
  mapPictures,
  predict,
  type Sequential,
  slice,
} from "../../../src/index.js";
import type { Chosen, Look, Stage } from "../protocol.js";
import type { FaceSet } from "./faces.js";
import { pixelsOf } from "./pixels.js";

/** Of a stage, so many maps are pictured. */
const PICTURED = 16;

function convolutionsOf(net: Sequential): Conv2d[] {
  return net.layers.filter((layer) => layer instanceof Conv2d);
}

/** @param opinion the class whose reasons are asked for */
async function follow(net: Sequential, faces: FaceSet, face: number, opinion: number): Promise<Chosen> {
  const picture = faces.face(face);
  const image = imageToTensor(picture);
  const stages: Stage[] = [];
  for (const [i, maps] of featureMaps(net, image, { layers: convolutionsOf(net) }).entries()) {
    const [, channels, height, width] = maps.shape;
    const some = slice(maps, 1, 0, Math.min(PICTURED, channels));
    const pictures = (await mapPictures(some)).map(pixelsOf);
    stages.push({ name: `Convolution ${i + 1}`, maps: channels, width, height, pictures });
    maps.dispose();
    some.dispose();
  }
  const [heat] = await gradCam(net, image, [opinion]);
  image.dispose();
  return { face, stages, heat: pixelsOf(heatPicture(picture, heat, { from: "least" })) };
}

/** Asks the net about every face, and follows one of them. Training is not changed by it. */
export async function lookAt(net: Sequential, faces: FaceSet, chosen: number): Promise<Omit<Look, "step">> {
  const { data } = await predict(net, faces, { batchSize: faces.length });
  const covered = Float32Array.from(faces.labels, (_, i) => Math.exp(data[2 * i + 1]));
  const right = faces.labels.filter((label, i) => label === Number(covered[i] > 0.5)).length;
  const filters = (await filterPictures(convolutionsOf(net)[0].weight)).map(pixelsOf);
  const following = await follow(net, faces, chosen, Number(covered[chosen] > 0.5));
  return { covered, accuracy: right / faces.length, filters, chosen: following };
}
