/** The inputs that every contestant gets, as files. */

import { join } from "node:path";
import { Generator, manualSeed, saveSafetensors, tensor, useBackend } from "../../src/index.js";
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

/** Writes the inputs into `folder`, without which the contestants cannot start. */
export async function writeTask(
  folder: string,
  { work, net, backend = "wasm" }: Contest,
  batch: number,
  threads: number,
): Promise<Task> {
  await useBackend("js");
  const file = join(folder, `${net ?? work}-${batch}.safetensors`);
  if (!net) {
    await saveSafetensors(file, { a: matrix("a"), b: matrix("b") });
    return { work, layers: [], backend, threads, file };
  }
  manualSeed(1);
  const { make, size, layers } = nets[net];
  await saveSafetensors(file, {
    images: noisyImages(batch, size),
    labels: tensor(labelsOf(batch)),
    ...make(0).stateDict(),
  });
  return { work, layers, backend, threads, file };
}
