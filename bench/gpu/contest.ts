/** Steps of the nets on the GPU by every library: a process for each, and every result compared with `wasm`'s. */

import { availableParallelism } from "node:os";
import { checkAgreement } from "../contest/agreement.js";
import { Contestant } from "../contest/contestant.js";
import type { Contest } from "../contest/contests.js";
import type { Program } from "../contest/programs.js";
import type { Task } from "../contest/protocol.js";
import { writeTask } from "../contest/tasks.js";
import { median } from "../timing.js";

type Work = Pick<Contest, "work" | "net" | "batch">;

/** What is measured, the most telling first. */
export const works: readonly Work[] = [
  { work: "training", net: "net1", batch: 64 },
  { work: "training", net: "net2", batch: 16 },
  { work: "inference", net: "net1", batch: 64 },
  { work: "inference", net: "net2", batch: 16 },
  { work: "training", net: "net1", batch: 512 },
  { work: "training", net: "net2", batch: 128 },
  { work: "inference", net: "net1", batch: 512 },
  { work: "inference", net: "net2", batch: 128 },
  { work: "matmul", batch: 1 },
];

export const tinyWorks: readonly Work[] = [
  { work: "training", net: "net1", batch: 1 },
  { work: "inference", net: "net1", batch: 1 },
];

/** Seconds: a program that takes longer has hung. */
const PREPARE_LIMIT = 60;
const WARM_UP = 0.5;
const MEASURE = 1;

export interface NetRow {
  what: string;
  by: string;
  /** Of a step, an inference or a product; absent where there was none. */
  ms?: number;
  failure?: string;
}

export interface CheckedTask {
  what: string;
  task: Task;
  work: Work["work"];
  expected: readonly number[];
}

const nameOf = ({ work, net, batch }: Work) => (net ? `${net} ${work}, batch ${batch}` : "matmul 1024²");

/** @throws Error when it takes longer */
async function within<T>(seconds: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), 1000 * seconds);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** One time after the other, each on its own, after warming up. */
async function timeOf(contestant: Contestant): Promise<number> {
  await within(PREPARE_LIMIT, contestant.time(WARM_UP));
  return median(await within(PREPARE_LIMIT, contestant.time(MEASURE)));
}

/** Writes the inputs, and has `wasm` do the work first: its results are what the others' are compared with. */
export async function prepareTasks(
  folder: string,
  wanted: readonly Work[],
  torchlet: Program,
  note: (row: NetRow) => void,
): Promise<CheckedTask[]> {
  const threads = availableParallelism();
  const reference = new Contestant(torchlet);
  const tasks: CheckedTask[] = [];
  for (const work of wanted) {
    const [what, by] = [nameOf(work), `torchlet wasm, ${threads} threads`];
    try {
      const task = await writeTask(folder, { ...work, threads, peer: "torchlet" }, work.batch, threads);
      const expected = await within(PREPARE_LIMIT, reference.prepare(task));
      tasks.push({ what, work: work.work, expected, task: { ...task, backend: "gpujs:webgpu", threads: 1 } });
      note({ what, by, ms: await timeOf(reference) });
    } catch (error) {
      note({ what, by, failure: (error as Error).message });
    }
  }
  await reference.stop();
  return tasks;
}

/** Has a program do all tasks, in a new process after each that failed. */
export async function compete(
  program: Program,
  tasks: readonly CheckedTask[],
  note: (row: NetRow) => void,
): Promise<void> {
  let contestant = new Contestant(program);
  for (const { what, task, work, expected } of tasks) {
    try {
      checkAgreement(expected, await within(PREPARE_LIMIT, contestant.prepare(task)), work);
      note({ what, by: program.label, ms: await timeOf(contestant) });
    } catch (error) {
      note({ what, by: program.label, failure: (error as Error).message });
      await contestant.stop();
      contestant = new Contestant(program);
    }
  }
  await contestant.stop();
}
