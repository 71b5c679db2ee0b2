/** Whole processes compared: how much memory training takes, and how long a first step. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPackage, freshProcess, freshTraining } from "../fresh-process.js";
import type { NetName } from "../nets.js";
import { isWanted } from "../options.js";
import { formatBytes, short } from "../report.js";
import { median } from "../timing.js";
import { Contestant } from "./contestant.js";
import { type Contest, type Measured, type PeerName, type PeerRow, speedOf, verdict } from "./contests.js";
import { type Interpreters, programsOf } from "./programs.js";
import { writeTask } from "./tasks.js";

/** Of both sides. */
const THREADS = 2;

/** The median of so many starts. */
const STARTS = 5;

/** The first makes what the others find: memory is at its most from the second on. */
const STEPS = 3;

interface ProcessContest {
  name: string;
  peer: string;
  /** What one start comes to: milliseconds or bytes. */
  ours: (interpreters: Interpreters) => Promise<number>;
  theirs: (interpreters: Interpreters) => Promise<number>;
  starts: number;
  text: (value: number) => string;
  /** The peer's value over ours: what it has to be, and what it should be. */
  needed: number;
  aim: number;
}

/** A net, and the images that it is trained with. */
interface Trained {
  net: NetName;
  batch: number;
  /** Width and height. Default: what the net is made for. */
  size?: number;
}

/** How many bytes a library holds at most that trains a net. PyTorch as it comes: a heap that is kept is a larger one. */
async function peakOf(peer: PeerName, { net, batch, size }: Trained, by: Interpreters): Promise<number> {
  const contestant = new Contestant(programsOf(peer, by)[0]);
  const folder = mkdtempSync(join(tmpdir(), "torchlet-bench-"));
  try {
    const contest: Contest = { work: "training", net, batch, threads: THREADS, peer };
    const task = await writeTask(folder, contest, batch, THREADS, size);
    const [bytes] = await contestant.prepare({ ...task, work: "memory", steps: STEPS });
    return bytes;
  } finally {
    await contestant.stop();
    rmSync(folder, { recursive: true });
  }
}

function memoryContest(name: string, work: Trained): ProcessContest {
  return {
    name: `${name}, peak memory`,
    peer: "pytorch",
    ours: (by) => peakOf("torchlet", work, by),
    theirs: (by) => peakOf("pytorch", work, by),
    ...{ starts: 1, text: formatBytes, needed: 1 / 1.5, aim: 1 },
  };
}

async function freshTorchlet({ nodes: [node] }: Interpreters): Promise<number> {
  return (await freshTraining(8, THREADS, 1, node)).ms;
}

async function freshTfjs(interpreters: Interpreters): Promise<number> {
  programsOf("tfjs-wasm", interpreters);
  const program = fileURLToPath(new URL("../peers/tfjs-ready.js", import.meta.url));
  return (await freshProcess(interpreters.nodes[0], [program])).ms;
}

const contests: ProcessContest[] = [
  memoryContest("net1 training, batch 512", { net: "net1", batch: 512 }),
  memoryContest("resnet18 training, 224², batch 16", { net: "resnet18", batch: 16, size: 224 }),
  {
    name: "net1 training, batch 8, cold start",
    peer: "tfjs import, wasm ready",
    ours: freshTorchlet,
    theirs: freshTfjs,
    ...{ starts: STARTS, text: (ms) => `${short(ms)} ms`, needed: 1.5, aim: 2 },
  },
];

/** Both sides in turns. */
async function compare({ ours, theirs, starts }: ProcessContest, by: Interpreters): Promise<Measured[]> {
  const values: [number[], number[]] = [[], []];
  for (let start = 0; start < starts; start++) {
    values[0].push(await ours(by));
    values[1].push(await theirs(by));
  }
  return values.map((each) => ({ median: median(each), best: Math.min(...each) }));
}

export async function compareProcesses(shape: string, interpreters: Interpreters): Promise<PeerRow[]> {
  const wanted = contests.filter(({ name, peer }) => isWanted(`${name}, ${peer}`, shape));
  if (wanted.some(({ ours }) => ours === freshTorchlet)) buildPackage();
  const [{ label: us }] = programsOf("torchlet", interpreters);
  const rows: PeerRow[] = [];
  for (const contest of wanted) {
    const { name, peer, text, needed, aim } = contest;
    try {
      const [ours, theirs] = await compare(contest, interpreters);
      const ratio = speedOf(ours, theirs);
      const common = { name, threads: THREADS, median: ours.median, needed, aim };
      rows.push({ ...common, us, ours, peer, peerThreads: THREADS, theirs, ratio });
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
