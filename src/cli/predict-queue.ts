/** queueShards: predictions by the workers of a queue: each shard's part is there when it is whole. */

import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { onFile } from "../file-error.js";
import { plural } from "../text.js";
import { Interruption, onInterruptions } from "./interruptions.js";
import { endAs, LostOutput } from "./lost-output.js";
import type { Format } from "./predict-rows.js";
import { checkParts, partOf } from "./predict-shard.js";
import { printError } from "./print.js";
import type { Work } from "./queue.js";
import { finishByQueue, type Plan } from "./queue-control.js";
import { checkAllDone } from "./sweep-workers.js";

interface ShardsOptions {
  paths: readonly string[];
  list?: string;
  run: string;
  checkpoint: string;
  format: Format;
  /** The folder of the parts. */
  out: string;
  shards: number;
}

/** What each worker tells predict. */
function argsOf({ paths, list, run, checkpoint, format }: ShardsOptions): string[] {
  if (list === "-") throw new Error("--list -: workers cannot read this process's input; write the list into a file");
  const lists = list === undefined ? [] : ["--list", resolve(list)];
  const flags = ["--run", resolve(run), "--checkpoint", checkpoint, "--format", format];
  return [...flags, ...lists, ...paths.map((path) => resolve(path))];
}

/** @throws Error naming the shards that could not be predicted */
export async function queueShards(address: string, options: ShardsOptions): Promise<void> {
  const signal = onInterruptions();
  const { out, shards, format } = options;
  const folder = resolve(out);
  const args = argsOf(options);
  await onFile(folder, "made", () => mkdir(folder, { recursive: true }));
  const all = Array.from({ length: shards }, (_, i): Work & { kind: "shard" } => {
    const part = basename(partOf(folder, { index: i + 1, of: shards }, format));
    return { kind: "shard", folder, name: `${i + 1}/${shards}`, args, part };
  });
  let told = -1;
  const look: Plan["look"] = async () => {
    await checkParts(folder, shards, format);
    const works = all.filter(({ part }) => !existsSync(`${folder}/${part}`));
    const done = shards - works.length;
    if (done !== told) printError(`${done} of ${plural(shards, "part")} in ${out}`);
    told = done;
    return { works, over: works.length === 0 };
  };
  const onProblem = (problem: string, name?: string) =>
    printError(name === undefined ? problem : `${name}  ${problem}`);
  try {
    checkAllDone(await finishByQueue(address, { folder, look }, { signal, onProblem }), "part");
  } catch (error) {
    if (!(error instanceof Interruption || error instanceof LostOutput)) throw error;
    printError(
      `\nInterrupted (${error.message}). Workers go on with what is in the queue; the same command with the rest.`,
    );
    endAs(error.exitCode);
  }
}
