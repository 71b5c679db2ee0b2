/** The command line that the training examples share. */

import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type BackendName, backends } from "../src/index.js";
import { drawFaces } from "./drawn-faces.js";
import { numberOption } from "./number-option.js";

export interface TrainOptions {
  /** Folders of the training and the test photographs. */
  train: string;
  test: string;
  epochs: number;
  batch: number;
  lr: number;
  weightDecay: number;
  seed: number;
  backend: BackendName | "auto";
  threads: number | undefined;
  /** At most so many photographs of each folder. */
  limit: number | undefined;
  /** Where the weights are saved. */
  out: string;
  /** Feed softmax instead of log-softmax to the NLL loss, as the original experiment did. */
  softmaxNll: boolean;
}

function help(epochs: number, batch: number, out: string): string {
  return `
  --data DIR          train on DIR/train and test on DIR/test: names end in their label, 000041_1.jpg
                      (default: faces drawn by the program itself)
  --epochs N          passes over the training set (${epochs})
  --batch N           images in a step (${batch})
  --lr X              learning rate (0.001)
  --weight-decay X    L2 penalty (0.001)
  --seed N            one seed gives one result (1)
  --backend NAME      auto, ${backends().join(", ")}
  --threads N         threads of the wasm backend
  --limit N           use at most N photographs of each folder
  --out FILE          where the weights go (${out})
  --softmax-nll       minimise -p instead of -log p, as the original experiment did
`;
}

/** Reads the command line. Without --data, draws a set of faces and returns its folders. */
export async function readOptions(defaults: { epochs: number; batch: number; out: string }): Promise<TrainOptions> {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      data: text,
      epochs: text,
      batch: text,
      lr: text,
      "weight-decay": text,
      seed: text,
      backend: text,
      threads: text,
      limit: text,
      out: text,
      "softmax-nll": { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help) {
    console.log(help(defaults.epochs, defaults.batch, defaults.out));
    process.exit(0);
  }
  const seed = numberOption("seed", values.seed ?? "1", 0, true);
  const backend = values.backend ?? "auto";
  if (backend !== "auto" && !backends().some((name) => name === backend)) {
    throw new Error(`--backend: there is no "${backend}"; there are auto, ${backends().join(", ")}`);
  }
  const numbers = {
    epochs: numberOption("epochs", values.epochs ?? String(defaults.epochs), 1, true),
    batch: numberOption("batch", values.batch ?? String(defaults.batch), 1, true),
    lr: numberOption("lr", values.lr ?? "0.001", 0, false),
    weightDecay: numberOption("weight-decay", values["weight-decay"] ?? "0.001", 0, false),
    threads: values.threads === undefined ? undefined : numberOption("threads", values.threads, 1, true),
    limit: values.limit === undefined ? undefined : numberOption("limit", values.limit, 1, true),
  };
  const folder = values.data ?? (await drawnFolder(seed));
  for (const split of ["train", "test"]) {
    if (!existsSync(join(folder, split))) throw new Error(`--data: ${folder} has no folder "${split}"`);
  }
  return {
    ...numbers,
    train: join(folder, "train"),
    test: join(folder, "test"),
    seed,
    backend: backend as BackendName | "auto",
    out: values.out ?? defaults.out,
    softmaxNll: values["softmax-nll"] ?? false,
  };
}

/** Draws into another folder first, so that an interrupted run leaves no half of a set behind. */
async function drawnFolder(seed: number): Promise<string> {
  const folder = join("runs", `drawn-faces-${seed}`);
  if (!existsSync(folder)) {
    console.log(`Drawing faces with and without covers into ${folder} (use --data DIR for photographs of your own).`);
    const unfinished = `${folder}.unfinished`;
    rmSync(unfinished, { recursive: true, force: true });
    await drawFaces(unfinished, { train: 1200, test: 300, seed });
    renameSync(unfinished, folder);
  }
  return folder;
}
