/** Whole processes compared: how much memory training takes, and how long a first step. */

import { fileURLToPath } from "node:url";
import { buildPackage, type FreshRun, freshProcess, freshTraining } from "../fresh-process.js";
import { isWanted } from "../options.js";
import { formatBytes, short } from "../report.js";
import { median } from "../timing.js";
import { type Measured, type PeerRow, speedOf, verdict } from "./contests.js";
import { type Interpreters, programsOf } from "./programs.js";

/** The median of so many starts. */
const STARTS = 5;

interface ProcessContest {
  name: string;
  peer: string;
  ours: (interpreters: Interpreters) => Promise<FreshRun>;
  theirs: (interpreters: Interpreters) => Promise<FreshRun>;
  starts: number;
  measure: (run: FreshRun) => number;
  text: (value: number) => string;
  /** The peer's value over ours: what it has to be, and what it should be. */
  needed: number;
  aim: number;
}

function freshPytorch(interpreters: Interpreters): Promise<FreshRun> {
  // As it comes: a heap that is kept is a larger one.
  const [{ command, args }] = programsOf("pytorch", interpreters);
  return freshProcess(command, [...args, "fresh", "512", "2", "3"]);
}

async function freshTfjs(interpreters: Interpreters): Promise<FreshRun> {
  programsOf("tfjs-wasm", interpreters);
  return freshProcess(interpreters.nodes[0], [fileURLToPath(new URL("../peers/tfjs-ready.js", import.meta.url))]);
}

const contests: ProcessContest[] = [
  {
    name: "net1 training, batch 512, peak memory",
    ...{ peer: "pytorch", ours: ({ nodes }) => freshTraining(512, 2, 3, nodes[0]), theirs: freshPytorch, starts: 1 },
    ...{ measure: ({ peakBytes }) => peakBytes, text: formatBytes, needed: 1 / 1.5, aim: 1 },
  },
  {
    name: "net1 training, batch 8, cold start",
    ...{
      peer: "tfjs import, wasm ready",
      ours: ({ nodes }) => freshTraining(8, 2, 1, nodes[0]),
      theirs: freshTfjs,
      starts: STARTS,
    },
    ...{ measure: ({ ms }) => ms, text: (ms) => `${short(ms)} ms`, needed: 1.5, aim: 2 },
  },
];

/** Both sides in turns. */
async function compare({ ours, theirs, starts, measure }: ProcessContest, by: Interpreters): Promise<Measured[]> {
  const values: [number[], number[]] = [[], []];
  for (let start = 0; start < starts; start++) {
    values[0].push(measure(await ours(by)));
    values[1].push(measure(await theirs(by)));
  }
  return values.map((each) => ({ median: median(each), best: Math.min(...each) }));
}

export async function compareProcesses(shape: string, interpreters: Interpreters): Promise<PeerRow[]> {
  const wanted = contests.filter(({ name, peer }) => isWanted(`${name}, ${peer}`, shape));
  if (wanted.length > 0) buildPackage();
  const [{ label: us }] = programsOf("torchlet", interpreters);
  const rows: PeerRow[] = [];
  for (const contest of wanted) {
    const { name, peer, text, needed, aim } = contest;
    try {
      const [ours, theirs] = await compare(contest, interpreters);
      const ratio = speedOf(ours, theirs);
      const common = { name, threads: 2, median: ours.median, needed, aim };
      rows.push({ ...common, us, ours, peer, peerThreads: 2, theirs, ratio });
      console.log(
        `${name}: ${text(ours.median)}; ${peer}: ${text(theirs.median)}; ${short(ratio)}x, ` +
          `needed ${short(needed)}x, aim ${short(aim)}x: ${verdict(ratio, needed, aim)}`,
      );
    } catch (error) {
      console.log(`${name}, ${peer}: skipped: ${(error as Error).message}`);
    }
  }
  return rows;
}
