/** `bench peers`: the same work by torchlet and by other libraries, in turns. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BenchOptions } from "../options.js";
import { type Column, type Row, short, Table } from "../report.js";
import { median } from "../timing.js";
import { Contestant } from "./contestant.js";
import { type Contest, contests, type PeerRow, verdict } from "./contests.js";
import { compareProcesses } from "./processes.js";
import { programOf } from "./programs.js";
import { writeTask } from "./tasks.js";

/** Turns of each side, and how long a turn lasts. One turn is enough for what takes longer than `SLOW_MS`. */
const TURNS = 6;
const TURN_SECONDS = 0.5;
const SLOW_MS = 4000;

/** Of the peer's result from torchlet's, relative to its root mean square. Adam's first step amplifies rounding. */
const TOLERANCE = { matmul: 1e-4, inference: 1e-3, training: 5e-3 };

const times = (ratio: number | undefined) => (ratio === undefined ? "" : `${short(ratio)}x`);

const columns: Column<PeerRow>[] = [
  { title: "work, against", width: 56, text: ({ name, peer }) => `${name}, ${peer}` },
  { title: "threads", width: 7, text: ({ threads, peerThreads }) => `${threads}:${peerThreads}` },
  { title: "torchlet ms", width: 11, text: ({ ours }) => short(ours) },
  { title: "its ms", width: 9, text: ({ theirs }) => short(theirs) },
  { title: "speed", width: 7, text: ({ ratio }) => times(ratio) },
  { title: "needed", width: 7, text: ({ needed }) => times(needed) },
  { title: "aim", width: 7, text: ({ aim }) => times(aim) },
  { title: "verdict", width: 11, text: ({ ratio, needed, aim }) => verdict(ratio, needed, aim) },
];

function nameOf({ work, net, batch }: Contest): string {
  return net ? `${net} ${work}, batch ${batch}` : "matmul 1024²";
}

/** @throws Error when the results differ */
function checkAgreement(ours: number[], theirs: number[], work: Contest["work"]): void {
  // Some peers cannot do all of a step: then only the first loss is compared.
  const n = Math.min(ours.length, theirs.length);
  if (n === 0) throw new Error("it gave no result");
  const rms = Math.sqrt(ours.reduce((sum, x) => sum + x * x, 0) / ours.length);
  for (let i = 0; i < n; i++) {
    const difference = Math.abs(ours[i] - theirs[i]);
    if (!(difference <= TOLERANCE[work] * rms)) {
      throw new Error(`its result is not torchlet's: ${theirs[i]} instead of ${ours[i]} at ${i}`);
    }
  }
}

async function compete(contest: Contest, folder: string): Promise<PeerRow> {
  const { work, batch, threads, peer, needed, aim } = contest;
  const { peerBatch = batch, peerThreads = threads } = contest;
  const theirProgram = programOf(peer);
  const us = new Contestant(programOf("torchlet"));
  const them = new Contestant(theirProgram);
  try {
    const theirTask = await writeTask(folder, contest, peerBatch, peerThreads);
    checkAgreement(await us.prepare({ ...theirTask, threads }), await them.prepare(theirTask), work);
    if (peerBatch !== batch) await us.prepare(await writeTask(folder, contest, batch, threads));
    // The first turn is for warming up.
    await us.time(TURN_SECONDS);
    const [first] = await them.time(TURN_SECONDS);
    const ours: number[] = [];
    const theirs: number[] = first > SLOW_MS ? [first] : [];
    for (let turn = 0; turn < TURNS; turn++) {
      ours.push(...(await us.time(TURN_SECONDS)));
      if (first <= SLOW_MS) theirs.push(...(await them.time(TURN_SECONDS)));
    }
    const [our, their] = [median(ours) / batch, median(theirs) / peerBatch];
    return {
      ...{ name: nameOf(contest), threads, median: median(ours), peer: `${peer} ${theirProgram.version}` },
      ...{ peerThreads, ours: our, theirs: their, ratio: their / our, needed, aim },
    };
  } finally {
    us.stop();
    them.stop();
  }
}

export async function benchPeers({ shape, backend, batch }: BenchOptions, extra: Column<Row>[]): Promise<Row[]> {
  const labelled = contests
    .filter((contest) => (contest.backend ?? "wasm") === backend)
    .map((contest) => (batch === undefined || !contest.net ? contest : { ...contest, batch }))
    .map((contest) => ({ contest, label: `${nameOf(contest)}, ${contest.peer}` }));
  const wanted = labelled.filter(({ label }) => label.includes(shape));
  const folder = mkdtempSync(join(tmpdir(), "torchlet-bench-"));
  const output = new Table<PeerRow>([...columns, ...extra]);
  try {
    for (const { contest, label } of wanted) {
      try {
        output.add(await compete(contest, folder));
      } catch (error) {
        console.log(`${label}: skipped: ${(error as Error).message}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return backend === "wasm" ? [...output.rows, ...(await compareProcesses(shape))] : output.rows;
}
