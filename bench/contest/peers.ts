/** `bench peers`: the same work by torchlet and by other libraries, one process at a time, in turns. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BenchOptions, isWanted } from "../options.js";
import { type Column, type Row, short, Table } from "../report.js";
import { median } from "../timing.js";
import { checkAgreement } from "./agreement.js";
import { Contestant } from "./contestant.js";
import { type Contest, contests, type Measured, type PeerRow, speedOf, verdict } from "./contests.js";
import { compareProcesses } from "./processes.js";
import { type Program, programsOf } from "./programs.js";
import type { Task } from "./protocol.js";
import { writeTask } from "./tasks.js";

/** How long a program warms up in each turn, and how long it is measured then. */
const WARM_UP_SECONDS = 1;
const TURN_SECONDS = 1;

/** One time is enough for what takes longer. */
const SLOW_MS = 4000;

const times = (ratio: number | undefined) => (ratio === undefined ? "" : `${short(ratio)}x`);
const medianAndBest = ({ median, best }: Measured) => `${short(median)} (${short(best)})`;

const columns: Column<PeerRow>[] = [
  { title: "work, against", width: 66, text: ({ name, peer }) => `${name}, ${peer}` },
  { title: "threads", width: 7, text: ({ threads, peerThreads }) => `${threads}:${peerThreads}` },
  { title: "us", width: 24, text: ({ us }) => us },
  { title: "our ms (best)", width: 15, text: ({ ours }) => medianAndBest(ours) },
  { title: "its ms (best)", width: 15, text: ({ theirs }) => medianAndBest(theirs) },
  { title: "speed", width: 7, text: ({ ratio }) => times(ratio) },
  { title: "needed", width: 7, text: ({ needed }) => times(needed) },
  { title: "aim", width: 7, text: ({ aim }) => times(aim) },
  { title: "verdict", width: 11, text: ({ ratio, needed, aim }) => verdict(ratio, needed, aim) },
];

function nameOf({ work, net, batch }: Contest): string {
  return net ? `${net} ${work}, batch ${batch}` : "matmul 1024²";
}

/** Who does a task, and how long it has taken, turn by turn. */
class Entrant {
  readonly program: Program;
  readonly batch: number;
  readonly #task: Task;
  readonly #turns: number[][] = [];
  isSlow = false;

  constructor(program: Program, batch: number, task: Task) {
    this.program = program;
    this.batch = batch;
    this.#task = task;
  }

  /** Milliseconds of a product or an image. */
  get measured(): Measured {
    const each = (turn: readonly number[]) => median(turn) / this.batch;
    return { median: each(this.#turns.flat()), best: Math.min(...this.#turns.map(each)) };
  }

  result(): Promise<number[]> {
    return this.#alone((contestant) => contestant.prepare(this.#task));
  }

  async takeTurn(): Promise<void> {
    await this.#alone(async (contestant) => {
      await contestant.prepare(this.#task);
      const warmUp = await contestant.time(WARM_UP_SECONDS);
      this.isSlow = warmUp[0] > SLOW_MS;
      this.#turns.push(this.isSlow ? warmUp : await contestant.time(TURN_SECONDS));
    });
  }

  /** With a process of its own, which has ended when this returns: nothing spins beside the next. */
  async #alone<T>(work: (contestant: Contestant) => Promise<T>): Promise<T> {
    const contestant = new Contestant(this.program);
    try {
      return await work(contestant);
    } finally {
      await contestant.stop();
    }
  }
}

/** Where the same is done: one measurement of torchlet serves all of its contests. */
function workOf({ backend, work, net, batch, threads }: Contest): string {
  return [backend, work, net, batch, threads].join();
}

/** The entrants of a library whose results are ours. */
async function admit(contest: Contest, folder: string, options: BenchOptions): Promise<Entrant[]> {
  const { work, batch, threads, peerBatch = batch, peerThreads = threads } = contest;
  const task = await writeTask(folder, contest, peerBatch, peerThreads);
  const [us] = programsOf("torchlet", options);
  const expected = await new Entrant(us, peerBatch, { ...task, threads }).result();
  const admitted: Entrant[] = [];
  for (const program of programsOf(contest.peer, options)) {
    const entrant = new Entrant(program, peerBatch, task);
    try {
      checkAgreement(expected, await entrant.result(), work);
      admitted.push(entrant);
    } catch (error) {
      console.log(`${nameOf(contest)}, ${program.label}: skipped: ${(error as Error).message}`);
    }
  }
  return admitted;
}

/** torchlet on each Node beside every library that does this work, in each of its ways. */
async function compete(group: readonly Contest[], folder: string, options: BenchOptions): Promise<PeerRow[]> {
  const theirs: { contest: Contest; entrant: Entrant }[] = [];
  for (const contest of group) {
    try {
      for (const entrant of await admit(contest, folder, options)) theirs.push({ contest, entrant });
    } catch (error) {
      console.log(`${nameOf(contest)}, ${contest.peer}: skipped: ${(error as Error).message}`);
    }
  }
  if (theirs.length === 0) return [];
  const { batch, threads } = group[0];
  const self: Contest = { ...group[0], peer: "torchlet", peerBatch: batch, peerThreads: threads };
  const ours = await admit(self, folder, options);
  for (let turn = 0; turn < options.turns; turn++) {
    for (const entrant of [...ours, ...theirs.map(({ entrant }) => entrant)]) {
      if (!entrant.isSlow) await entrant.takeTurn();
    }
  }
  return theirs.flatMap(({ contest, entrant }) =>
    ours.map((us): PeerRow => {
      const { peerThreads = threads, needed, aim } = contest;
      const [our, their] = [us.measured, entrant.measured];
      return {
        ...{ name: nameOf(contest), threads, median: our.median * batch, us: us.program.label, ours: our },
        ...{ peer: entrant.program.label, peerThreads, theirs: their, ratio: speedOf(our, their), needed, aim },
      };
    }),
  );
}

export async function benchPeers(options: BenchOptions, extra: Column<Row>[]): Promise<Row[]> {
  const { shape, backend, batch } = options;
  const wanted = contests
    .filter((contest) => (contest.backend ?? "wasm") === backend)
    .map((contest) => (batch === undefined || !contest.net ? contest : { ...contest, batch }))
    .filter((contest) => isWanted(`${nameOf(contest)}, ${contest.peer}`, shape));
  const works = new Set(wanted.map(workOf));
  const folder = mkdtempSync(join(tmpdir(), "torchlet-bench-"));
  const output = new Table<PeerRow>([...columns, ...extra]);
  try {
    for (const work of works) {
      const group = wanted.filter((contest) => workOf(contest) === work);
      for (const row of await compete(group, folder, options)) output.add(row);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return backend === "wasm" ? [...output.rows, ...(await compareProcesses(shape, options))] : output.rows;
}
