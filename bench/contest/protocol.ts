/** How the benchmark talks to the programs it compares: a JSON line in, a JSON line out. `peers/pytorch.py` speaks it, too. */

import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { BackendName } from "../../src/index.js";
import type { LayerKind } from "../layer-list.js";
import { elapsed } from "../timing.js";

export type Work = "matmul" | "inference" | "training";

export interface Task {
  /** "memory": some steps of a training, whose result is the most memory that the process has held, in bytes. */
  work: Work | "memory";
  /** Of the net; the result of layer i has its weights under `${i}.weight`. Empty for a matrix product. */
  layers: LayerKind[];
  /** torchlet's; the others are programs of their own. */
  backend: BackendName;
  threads: number;
  /** How many a "memory" takes. */
  steps?: number;
  /** In the safetensors format: "a" and "b", or "images", "labels" and the weights. */
  file: string;
  /** The net of an inference as an ONNX file, for batches of that size. */
  onnx?: string;
}

export interface Values {
  shape: number[];
  values: Float32Array;
}

export type Inputs = Record<string, Values>;

export interface Prepared {
  /** The product, the log-probabilities, the losses before and after one step without any dropout, or bytes. */
  result: ArrayLike<number>;
  /** Does the work once, all of it. */
  run: () => unknown;
  /** Frees what `run` needed. */
  dispose?: () => void;
}

export type Request = { task: Task } | { seconds: number };

export type Answer = { result: number[] } | { times: number[] } | { error: string };

/** Only what the benchmark writes: float32, aligned. */
export function readInputs(path: string): Inputs {
  const bytes = readFileSync(path);
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header: Record<string, { shape: number[]; data_offsets: [number, number] }> = JSON.parse(
    bytes.subarray(8, start).toString(),
  );
  const { __metadata__, ...entries } = header;
  return Object.fromEntries(
    Object.entries(entries).map(
      ([
        name,
        {
          shape,
          data_offsets: [begin, end],
        },
      ]) => {
        const { buffer } = Uint8Array.from(bytes.subarray(start + begin, start + end));
        return [name, { shape, values: new Float32Array(buffer) }];
      },
    ),
  );
}

/** At least one time, and more until `seconds` have passed. */
async function timesOf(run: () => unknown, seconds: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + 1000 * seconds;
  do times.push(await elapsed(run));
  while (performance.now() < end);
  return times;
}

/** Answers requests until its input ends. */
export async function serve(prepare: (task: Task, inputs: Inputs) => Promise<Prepared>): Promise<void> {
  let prepared: Prepared | undefined;
  const answer = async (request: Request): Promise<Answer> => {
    if ("seconds" in request) {
      if (!prepared) throw new Error("nothing has been prepared");
      return { times: await timesOf(prepared.run, request.seconds) };
    }
    prepared?.dispose?.();
    prepared = await prepare(request.task, readInputs(request.task.file));
    return { result: Array.from(prepared.result) };
  };
  for await (const line of createInterface(process.stdin)) {
    const response = await answer(JSON.parse(line)).catch(
      (error): Answer => ({ error: String(error?.message ?? error) }),
    );
    console.log(JSON.stringify(response));
  }
  process.exit();
}
