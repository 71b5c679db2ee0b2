/** Tells whether the faces in photographs are covered: `npx tsx examples/predict.ts --weights FILE PHOTO …`. */

import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { decodeImage, imageToTensor, loadSafetensors, Net1, Net2, noGrad, resize } from "../src/index.js";

const { values, positionals: photos } = parseArgs({
  options: { weights: { type: "string", default: "runs/net1.safetensors" } },
  allowPositionals: true,
});
if (photos.length === 0)
  throw new Error("usage: npx tsx examples/predict.ts --weights runs/net1.safetensors PHOTO ...");

const { tensors, metadata } = await loadSafetensors(values.weights);
const model = metadata.net === "net1" ? new Net1() : metadata.net === "net2" ? new Net2() : undefined;
if (!model) throw new Error(`${values.weights}: its metadata does not name net1 or net2, but "${metadata.net}"`);
const size = Number(metadata.size);
model.loadStateDict(tensors);
model.eval();

for (const photo of photos) {
  const image = resize(await decodeImage(await readFile(photo)), size, size);
  const logProbabilities = noGrad(() => model.forward(imageToTensor(image)));
  const [bare, covered] = (await logProbabilities.data()).map(Math.exp);
  const verdict = covered > bare ? "covered" : "not covered";
  console.log(`${photo}: ${verdict} (probability of being covered ${(100 * covered).toFixed(1)} %)`);
}
