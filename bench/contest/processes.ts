/** Whole processes compared: how much memory training takes, and how long a first step. */

import { fileURLToPath } from "node:url";
import { buildPackage, type FreshRun, freshProcess, freshTraining } from "../fresh-process.js";
import { formatBytes, short } from "../report.js";
import { median } from "../timing.js";
import { type PeerRow, verdict } from "./contests.js";
import { programOf } from "./programs.js";

/** The median of so many starts. */
const STARTS = 5;

interface ProcessContest {
  name: string;
  peer: string;
  ours: () => Promise<FreshRun>;
  theirs: () => Promise<FreshRun>;
  starts: number;
  measure: (run: FreshRun) => number;
  text: (value: number) => string;
  /** The peer's value over ours: what it has to be, and what it should be. */
  needed: number;
  aim: number;
}

function freshPytorch(): Promise<FreshRun> {
  const { command, args } = programOf("pytorch");
  return freshProcess(command, [...args, "fresh", "512", "2", "3"]);
}

async function freshTfjs(): Promise<FreshRun> {
  programOf("tfjs-wasm");
  return freshProcess(process.execPath, [fileURLToPath(new URL("../peers/tfjs-ready.js", import.meta.url))]);
}

const contests: ProcessContest[] = [
  {
    name: "net1 training, batch 512, peak memory",
    ...{ peer: "pytorch", ours: () => freshTraining(512, 2, 3), theirs: freshPytorch, starts: 1 },
    ...{ measure: ({ peakBytes }) => peakBytes, text: formatBytes, needed: 1 / 1.5, aim: 1 },
  },
  {
    name: "net1 training, batch 8, cold start",
    ...{ peer: "tfjs import, wasm ready", ours: () => freshTraining(8, 2, 1), theirs: freshTfjs, starts: STARTS },
    ...{ measure: ({ ms }) => ms, text: (ms) => `${short(ms)} ms`, needed: 1, aim: 2 },
  },
];

/** Both sides in turns. */
async function compare({ ours, theirs, starts, measure }: ProcessContest): Promise<[ours: number, theirs: number]> {
  const values: [number[], number[]] = [[], []];
  for (let start = 0; start < starts; start++) {
    values[0].push(measure(await ours()));
    values[1].push(measure(await theirs()));
  }
  return [median(values[0]), median(values[1])];
}

export async function compareProcesses(shape: string): Promise<PeerRow[]> {
  const wanted = contests.filter(({ name, peer }) => `${name}, ${peer}`.includes(shape));
  if (wanted.length > 0) buildPackage();
  const rows: PeerRow[] = [];
  for (const contest of wanted) {
    const { name, peer, text, needed, aim } = contest;
    try {
      const [ours, theirs] = await compare(contest);
      const ratio = theirs / ours;
      rows.push({ name, threads: 2, median: ours, peer, peerThreads: 2, ours, theirs, ratio, needed, aim });
      console.log(
        `${name}: ${text(ours)}; ${peer}: ${text(theirs)}; ${short(ratio)}x, ` +
          `needed ${short(needed)}x, aim ${short(aim)}x: ${verdict(ratio, needed, aim)}`,
      );
    } catch (error) {
      console.log(`${name}, ${peer}: skipped: ${(error as Error).message}`);
    }
  }
  return rows;
}
