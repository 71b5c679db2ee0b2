/** torchlet predict: what a trained net sees in photographs, one after the other, however many there are. */

import { existsSync } from "node:fs";
import { Command, Option } from "commander";
import type { Photograph } from "../data/image.js";
import type { Readers } from "../data/read-all.js";
import type { Sequential } from "../layers/sequential.js";
import { whole } from "../run/option-kinds.js";
import type { CheckpointName, RunFolder } from "../run/run-folder.js";
import { printableName } from "../text.js";
import { bestEpoch, decidingSplit } from "../train/best-epoch.js";
import { checkpointOption } from "./checkpoint-option.js";
import { optionOf } from "./option-of.js";
import { batchesOf, pathsOf } from "./predict-paths.js";
import { FORMATS, type Format, type Prediction, rowsIn } from "./predict-rows.js";
import { checkParts, ofShard, parseShard, partOf, type Shard } from "./predict-shard.js";
import { openSink } from "./predict-sink.js";
import { printError } from "./print.js";
import { queueOption } from "./queue-option.js";

interface PredictFlags {
  run: string;
  checkpoint: CheckpointName;
  format?: Format;
  json?: boolean;
  list?: string;
  shard?: string;
  shards?: number;
  queue?: string;
  out?: string;
  resume?: boolean;
}

/** What a batch's pixels may take, in bytes, and its number of photographs. */
const BATCH_BYTES = 2 ** 26;
const BATCH = 2048;

/** Which weights these are, and what has told the best epoch. */
async function describeWeights(run: RunFolder, checkpoint: CheckpointName): Promise<string> {
  if (checkpoint === "last") return `the last weights of ${run.path}`;
  const { metric } = run.config;
  // Its own reports: metrics.jsonl may have gone on meanwhile, or be gone.
  const best = bestEpoch(await run.reports("best"), metric);
  return `the weights of ${run.path} after epoch ${best.epoch}, the best by ${metric} on the ${decidingSplit(best)} photographs`;
}

/** What a run's net takes, and what it tells. */
interface Predicted {
  size: number;
  classes: readonly string[];
}

/** Reads the photographs, and runs those that can be read through the net. */
async function predictBatch(
  model: Sequential,
  files: readonly string[],
  { size, classes, readers }: Predicted & { readers: Readers },
): Promise<Prediction[]> {
  const { ImageDataset } = await import("../data/image-dataset.js");
  const { predictAll } = await import("../report/predictions.js");
  const predictions: Prediction[] = [];
  const read: { index: number; planes: Uint8Array }[] = [];
  const onPhotograph = (index: number, { planes }: Photograph) => void read.push({ index, planes });
  const failures = await readers.read(files, { size, onError: "skip" }, onPhotograph);
  for (const { index, reason } of failures) predictions[index] = { file: files[index], reason };
  const pixels = read.map(({ planes }) => planes);
  // Nobody has told the labels: that they are 0 here is not looked at.
  const dataset = new ImageDataset({ pixels, labels: new Int32Array(read.length), size, classes });
  const said = await predictAll(model, dataset);
  for (const [i, { index }] of read.entries()) {
    predictions[index] = { file: files[index], probabilities: said.distribution(i) };
  }
  return predictions;
}

/** @throws Error when flags do not go together */
function formatOf(flags: PredictFlags): Format {
  const { json, format = json ? "jsonl" : "text", out, resume, shard, shards, queue } = flags;
  if (json && format !== "jsonl") throw new Error(`--json is --format jsonl, and --format is ${format}`);
  if (out !== undefined && format === "text") throw new Error("--out: text is for people; add --format csv or jsonl");
  if (shard !== undefined && out === undefined) throw new Error("--shard writes a part into a folder: --out DIR");
  if (shard !== undefined && resume)
    throw new Error("--resume: a part is whole or not there; leave it out with --shard");
  if ((shards === undefined) !== (queue === undefined))
    throw new Error("--queue and --shards go together: into how many parts, for the workers of which queue");
  if (queue !== undefined && (shard ?? resume) !== undefined)
    throw new Error(`--${shard === undefined ? "resume" : "shard"}: with --queue, all parts are predicted`);
  if (queue !== undefined && out === undefined) throw new Error("--queue: the parts are for a folder: --out DIR");
  if (resume && out === undefined) throw new Error("--resume goes on with a file: --out FILE");
  return format;
}

/** What the net sees, batch by batch; what cannot be read is told of. */
async function* predictions(
  model: Sequential,
  batches: AsyncIterable<readonly string[]>,
  about: Predicted,
): AsyncGenerator<Prediction[]> {
  const { Readers } = await import("../data/read-all.js");
  const readers = new Readers();
  try {
    for await (const files of batches) {
      const batch = await predictBatch(model, files, { ...about, readers });
      for (const prediction of batch) {
        if (!("reason" in prediction)) continue;
        printError(`${printableName(prediction.file)}: ${prediction.reason}`);
        process.exitCode = 1;
      }
      yield batch;
    }
  } finally {
    await readers.end();
  }
}

/** What is still to be predicted of each batch. */
async function* leftOf(
  batches: AsyncIterable<readonly string[]>,
  without: (files: readonly string[]) => Promise<string[]>,
): AsyncGenerator<string[]> {
  for await (const files of batches) yield without(files);
}

async function predict(paths: readonly string[], flags: PredictFlags): Promise<void> {
  const { run: path, checkpoint, list, out, resume } = flags;
  const format = formatOf(flags);
  const shard: Shard | undefined = flags.shard === undefined ? undefined : parseShard(flags.shard);
  if (paths.length === 0 && list === undefined) throw new Error("no photographs: name some, or a --list of them");
  const { RunFolder } = await import("../run/run-folder.js");
  const run = await RunFolder.open(path);
  const { classes } = await run.data();
  const { size } = run.config;
  if (out !== undefined) {
    const { checkApart } = await import("../run/apart.js");
    checkApart("--out", out, run.config);
  }
  if (shard && out !== undefined) await checkParts(out, shard.of, format);
  if (flags.queue !== undefined && flags.shards !== undefined && out !== undefined) {
    const { queueShards } = await import("./predict-queue.js");
    return queueShards(flags.queue, { ...flags, paths, format, out, shards: flags.shards });
  }
  // Whoever has started this listens; a part of which nobody waits for the end is another's.
  process.once("disconnect", () => process.exit(1));
  process.channel?.unref();
  const part = shard && out !== undefined ? partOf(out, shard, format) : undefined;
  if (part !== undefined && existsSync(part)) return printError(`${part} is there already`);
  const model = await run.loadModel(checkpoint);
  const rows = rowsIn(format, classes);
  const sink = await openSink(rows, { out, resume, part });
  if (format === "text") printError(`By ${await describeWeights(run, checkpoint)}:`);
  const most = Math.min(BATCH, Math.max(64, Math.floor(BATCH_BYTES / (3 * size * size))));
  const named = pathsOf(paths, list);
  const batches = batchesOf(shard ? ofShard(named, shard) : named, most);
  await sink.write(predictions(model, leftOf(batches, sink.without), { size, classes }));
}

export function predictCommand(): Command {
  return new Command("predict")
    .description("tell the classes of photographs with a trained net")
    .argument("[PHOTO...]", "photographs, or folders of them")
    .optionsGroup("What is predicted, by what:")
    .requiredOption("--run <RUN>", "the run that trained the net")
    .addOption(checkpointOption())
    .option("--list <FILE>", "more photographs, or folders of them: a path in each line; - is standard input")
    .option(
      "--shard <I/N>",
      "of all of these, every N-th from the I-th on, as a part of its own: --out DIR is a folder then",
    )
    .addOption(queueOption("have the workers of a queue in Redis predict all of them, in --shards parts: --out DIR"))
    .addOption(optionOf("--shards", whole(1, 99_999), "into so many parts, with --queue"))
    .optionsGroup("How it is told:")
    .addOption(new Option("--format <NAME>", "text is for people").choices(FORMATS).default(undefined, "text"))
    .option("--json", "the same as --format jsonl: one line of JSON for each photograph")
    .option("--out <FILE>", "write csv or jsonl to a new file instead of standard output")
    .option("--resume", "go on with --out: rows that are there are not computed again")
    .addHelpText(
      "after",
      "\nWhat cannot be read is named on standard error, and the exit code is 1 then; csv and jsonl have a row for it, too.",
    )
    .action(predict);
}
