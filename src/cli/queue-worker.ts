/** workOff: takes work from a queue, one piece at a time, has a child do it, and gives back what cannot be done here. */

import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Job } from "bullmq";
import { isWithin } from "../run/apart.js";
import { type Ending, runInChild, TRIES, type Watching } from "./child.js";
import { QUEUE, type Work, workOf } from "./queue.js";
import { connect, loadBullMq } from "./queue-connection.js";
import { EXIT, type TrialEvent } from "./trial.js";
import { savedAt, trainInChild } from "./trial-child.js";

export interface WorkerOptions {
  /** Of the queue's server. */
  queue: string;
  /** The folder that it may work in. */
  runs: string;
  /** Where the photographs are, if not where the sweep says. */
  data?: string;
  threads?: number;
  /** Milliseconds without a word from a worker, after which its work is others'. */
  lockMs: number;
  signal: AbortSignal;
  say: (text: string) => void;
}

/** A job is never given up because workers die: BullMQ counts how often one did. */
const MANY_STALLS = 1_000_000;

/** How long whoever gives something back waits before asking for more, in milliseconds. */
const PAUSE = { least: 2000, most: 60_000 };

/** A trial that was found held so often before, if by another host, is held by a process that is gone, frozen or cut off. */
const HELD = 1;

/** Does it, as far as it goes. */
async function run(work: Work, { data, threads }: WorkerOptions, watching: Watching): Promise<Ending> {
  if (work.kind === "shard") {
    return runInChild(["predict", ...work.args, "--shard", work.name, "--out", work.folder], watching);
  }
  const { folder, name, backend, until, held = 0 } = work;
  const job = { trial: { id: name, config: { backend } }, until };
  const file = join(folder, "plan.json");
  return trainInChild(job, { file, runs: folder, data, threads, takeOver: held >= HELD, ...watching });
}

/** Of a shard, the part says so: predict ends with an error where photographs could not be read, too. */
function isDone(work: Work, { code }: Ending): boolean {
  return work.kind === "shard" ? existsSync(join(work.folder, work.part)) : code === 0;
}

/** @throws Error when this worker does not see its folder, or may not change it */
function checkPlace({ folder }: Work, { runs }: WorkerOptions): void {
  if (!existsSync(folder)) throw new Error(`there is no ${folder} on this machine`);
  if (!isWithin(runs, folder)) throw new Error(`${folder} is not in ${runs}, which is all that this worker may change`);
}

/** Whether it says that a job is gone, or somebody else's by now: BullMQ's own codes are numbers. */
function isLoss(error: unknown): boolean {
  return typeof (error as { code?: unknown }).code === "number";
}

/** Keeps a job's lock. @returns what is told of its loss, and what ends this */
function holdLock(job: Job, token: string, lockMs: number): { lost: AbortSignal; stop: () => void } {
  const lost = new AbortController();
  let asked = false;
  const beat = setInterval(async () => {
    // While the server is away, one question waits for it: nobody else can take the job then, either.
    if (asked) return;
    asked = true;
    const kept = await job.extendLock(token, lockMs).catch(() => 0);
    asked = false;
    if (kept !== 1) lost.abort();
  }, lockMs / 3);
  return { lost: lost.signal, stop: () => clearInterval(beat) };
}

/** Of one worker: how long it waits before it asks for more, as long as it cannot do what it gets. */
class Patience {
  #pause = 0;

  succeed(): void {
    this.#pause = 0;
  }

  async fail(signal: AbortSignal): Promise<void> {
    this.#pause = Math.min(PAUSE.most, Math.max(PAUSE.least, 2 * this.#pause));
    await delay(this.#pause, undefined, { signal }).catch(() => {});
  }
}

/** Ends when the signal says so: what it works on is saved then, and given back. */
export async function workOff(options: WorkerOptions): Promise<void> {
  const { queue, lockMs, signal, say } = options;
  const { Worker, UnrecoverableError } = await loadBullMq();
  const worker = new Worker(QUEUE, null, {
    connection: await connect(queue, say, signal),
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: MANY_STALLS,
  });
  // `connect` has told of it.
  worker.on("error", () => {});
  void worker.startStalledCheckTimer();
  const token = randomUUID();
  const patience = new Patience();
  const interrupted = new Promise<undefined>((resolve) => {
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });

  /** Leaves it to others, at once, whatever the time is on their clocks; no try is used up. */
  const giveBack = async (job: Job, refusal?: string): Promise<void> => {
    if (refusal !== undefined) await job.updateData({ ...job.data, refusal: `${hostname()}: ${refusal}` });
    await job.moveToWait(token);
  };

  /** Gives back what cannot be begun here. */
  const refuse = async (job: Job, reason: string): Promise<void> => {
    say(reason);
    await giveBack(job, reason);
    await patience.fail(signal);
  };

  /** Says what has come of it. */
  const settle = async (job: Job, work: Work, ending: Ending, farther: boolean): Promise<void> => {
    const { code, killed, said } = ending;
    if (isDone(work, ending)) {
      if (work.kind === "shard") say(`${work.name}  ${work.part}`);
      patience.succeed();
      // What is done is done, whosever the job is by now.
      await job.moveToCompleted(null, token, false).catch((error) => {
        if (!isLoss(error)) throw error;
      });
      return;
    }
    if (signal.aborted) return giveBack(job);
    const problem = killed ? `it was ended by ${killed}` : said;
    say(`${work.name}  ${problem}`);
    if (code === EXIT.held) {
      const { held = 0 } = work as { held?: number };
      await job.updateData({ ...job.data, held: held + 1 });
      return job.moveToDelayed(Date.now() + lockMs, token);
    }
    if (code === EXIT.unfit) await giveBack(job, problem);
    else if (farther) await giveBack(job);
    else {
      const last = job.attemptsMade + 1 >= (killed ? TRIES.killed : TRIES.error);
      await job.moveToFailed(last ? new UnrecoverableError(problem) : new Error(problem), token, false);
    }
    await patience.fail(signal);
  };

  const onEvent = (name: string) => (event: TrialEvent) => {
    if (event.event === "epoch") say(`${name}  epoch ${event.epoch}/${event.epochs}`);
    if (event.event === "result") say(`${name}  ${event.broken === undefined ? "finished" : "broken off"}`);
  };

  const attend = async (job: Job): Promise<void> => {
    let work: Work;
    try {
      work = workOf(job);
      checkPlace(work, options);
    } catch (error) {
      return refuse(job, (error as Error).message);
    }
    const { lost, stop } = holdLock(job, token, lockMs);
    const path = join(work.folder, work.name);
    const before = savedAt(path);
    const sayLost = () => say(`${work.name}  its lock in the queue was lost: saved, and left to others`);
    try {
      const watching = { signal: AbortSignal.any([signal, lost]), onEvent: onEvent(work.name) };
      const ending = await run(work, options, watching);
      if (lost.aborted) return sayLost();
      // A server that is away does not hold up the end.
      await Promise.race([settle(job, work, ending, savedAt(path) !== before), interrupted.then(() => delay(2000))]);
    } catch (error) {
      if (!isLoss(error)) throw error;
      sayLost();
    } finally {
      stop();
    }
  };

  while (!signal.aborted) {
    try {
      const job = await Promise.race([worker.getNextJob(token), interrupted]);
      if (job) await attend(job);
    } catch (error) {
      say((error as Error).message);
      await delay(PAUSE.least, undefined, { signal }).catch(() => {});
    }
  }
}
