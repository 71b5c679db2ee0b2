/** What a run folder holds, but for times: what must be the same however often a run was interrupted. */

import { createHash } from "node:crypto";
import { loadSealed } from "../../src/io/safetensors/sealed.js";
import { RunFolder } from "../../src/run/run-folder.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import { stateOf } from "../../src/train/checkpoint.js";

const untimed = ({ seconds: _, imagesPerSecond: __, ...line }: Record<string, unknown>) => line;

function digest(value: Tensor): string {
  const text = createHash("sha256").update(value.dataSync()).digest("hex");
  value.dispose();
  return text;
}

export async function checkpointContents(path: string) {
  const { tensors, metadata } = await loadSealed(path);
  const { seconds: _, reports, ...progress } = await stateOf(metadata);
  const values = Object.entries(tensors).map(([name, value]) => [name, value.shape, digest(value)]);
  // The number of epochs to come is no part of what was computed.
  return {
    values,
    reports: reports.map(({ epochs: _, ...report }) => untimed(report)),
    progress,
  };
}

export async function runContents(path: string) {
  const run = await RunFolder.open(path);
  return {
    lines: (await run.metrics()).map((line) => untimed({ ...line })),
    last: await checkpointContents(run.checkpoint("last")),
    best: await checkpointContents(run.checkpoint("best")),
    test: await run.test(),
  };
}
