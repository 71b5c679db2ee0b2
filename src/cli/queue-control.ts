/** finishByQueue: sees to it that a folder's work is in the queue until nothing of it is left; it keeps nothing in mind itself. */

import { setTimeout as delay } from "node:timers/promises";
import { JobQueue, type Work } from "./queue.js";

/** How a folder's work goes on. */
export interface Plan {
  folder: string;
  /**
   * Reads from the folder what is to be done now.
   * @param queued names that are in the queue, and how many workers have nothing to do
   */
  look(queued: { names: ReadonlySet<string>; idle: number }): Promise<{ works: Work[]; over: boolean }>;
}

export interface ControlOptions {
  signal: AbortSignal;
  /** Is told what is wrong with a piece of work, or, without a name, with the queue. */
  onProblem: (problem: string, name?: string) => void;
}

/** Work that was put into the queue so often, and is not done: twice may be an emptied queue. */
const AGAIN = 3;

/** The least time between two looks at the folder; and looking takes this share of the time. */
const LOOK = { least: 500, share: 0.1 };

const lostTo = (folder: string) =>
  `it has left the queue ${AGAIN - 1} times, and is not done in ${folder}: is that the same folder on all machines?`;

async function finish(
  queue: JobQueue,
  { folder, look }: Plan,
  { signal, onProblem }: ControlOptions,
): Promise<Map<string, string>> {
  const told = new Map<string, string>();
  const tell = (name: string, problem: string | undefined) => {
    if (problem !== undefined && told.get(name) !== problem) onProblem(problem, name);
    if (problem !== undefined) told.set(name, problem);
  };
  const added = new Map<string, number>();
  const note = (work: Work) => {
    const key = JSON.stringify(work);
    added.set(key, (added.get(key) ?? 0) + 1);
    if (added.get(key) === AGAIN) tell(work.name, lostTo(folder));
  };
  await queue.forget(folder);
  for (;;) {
    const start = performance.now();
    // Before the folder: what is done meanwhile is seen there, and what is begun meanwhile the next time.
    const { there, failed, idle } = await queue.look(folder);
    for (const [name, { refusal }] of there) tell(name, refusal);
    for (const [name, problem] of failed) tell(name, problem);
    const { works, over } = await look({ names: new Set([...there.keys(), ...failed.keys()]), idle });
    const missing = works.filter(({ name }) => !there.has(name) && !failed.has(name));
    if (over || missing.length + there.size === 0) {
      await queue.forget(folder);
      // What was given up may have been done by somebody after all.
      return over ? new Map() : failed;
    }
    if (missing.length > 0) await queue.add(missing);
    missing.forEach(note);
    await delay(Math.max(LOOK.least, (performance.now() - start) / LOOK.share), undefined, { signal });
  }
}

/**
 * Whoever calls this may be killed at any moment, and the queue emptied: what is missing is added, whenever it is looked at.
 * @param address of the server: "redis://host:6379"
 * @returns what was given up, by name, and why
 * @throws the signal's reason
 */
export async function finishByQueue(
  address: string,
  plan: Plan,
  options: ControlOptions,
): Promise<Map<string, string>> {
  const { signal, onProblem } = options;
  const queue = await JobQueue.open(address, onProblem, signal);
  // A server that is away answers nothing: whoever ends this does not wait for it.
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  try {
    signal.throwIfAborted();
    return await Promise.race([finish(queue, plan, options), aborted]);
  } finally {
    queue.close();
  }
}
