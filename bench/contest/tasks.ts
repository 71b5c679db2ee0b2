/** The inputs that every contestant gets, as files. */

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exportOnnx, Generator, manualSeed, saveSafetensors, tensor, useBackend } from "../../src/index.js";
import { labelsOf, nets, noisyImages } from "../nets.js";
import type { Contest } from "./contests.js";
import type { Task } from "./protocol.js";

/** Of the square matrices that are multiplied. */
const MATRIX = 1024;

function matrix(name: string) {
  const generator = new Generator(1).fork(name);
  const values = Float32Array.from({ length: MATRIX ** 2 }, () => 2 * generator.uniform() - 1);
  return tensor(values, [MATRIX, MATRIX]);
}

/**
 * Writes the inputs into `folder`, without which the contestants cannot start.
 * @param size width and height of the images; default: what the net is made for
 */
export async function writeTask(
  folder: string,
  { work, net, backend = "wasm" }: Contest,
  batch: number,
  threads: number,
  size?: number,
): Promise<Task> {
  // Without workers, which would be there beside those that are measured.
  await useBackend("wasm", { threads: 1 });
  const file = join(folder, `${net ?? work}-${batch}.safetensors`);
  if (!net) {
    await saveSafetensors(file, { a: matrix("a"), b: matrix("b") });
    return { work, layers: [], backend, threads, file };
  }
  manualSeed(1);
  const { make, layers } = nets[net];
  const given = size === undefined ? nets[net] : { ...nets[net], size };
  const [model, images, labels] = [make(0), noisyImages(batch, given), tensor(labelsOf(batch))];
  await saveSafetensors(file, { images, labels, ...model.stateDict() });
  const task = { work, layers, backend, threads, file };
  if (work !== "inference") return task;
  const onnx = join(folder, `${net}-${batch}.onnx`);
  await writeFile(onnx, await exportOnnx(model, { inputShape: images.shape.slice(1), batch }));
  return { ...task, onnx };
}
