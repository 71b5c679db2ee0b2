/** JobQueue: what can be done now, for workers on any machine: a list in Redis or Valkey, by BullMQ, and no more than that. */

import type { Job, Queue } from "bullmq";
import type { Redis } from "ioredis";
import * as v from "valibot";
import { digestOf } from "../run/trial.js";
import { TRIES } from "./child.js";
import { connect, loadBullMq } from "./queue-connection.js";

/** The queue's own; several sweeps and predictions share it. Another number of a database is another queue. */
export const QUEUE = "torchlet";

const place = {
  /** The folder of the sweep, or of a prediction's parts: the truth about what is done is there. */
  folder: v.string(),
  /** Within this folder: of two pieces of work with one name, one is done. */
  name: v.string(),
};

const schema = v.variant("kind", [
  v.object({
    ...place,
    kind: v.literal("trial"),
    until: v.number(),
    backend: v.string(),
    /** So often the trial was found held by somebody else. */
    held: v.optional(v.number()),
    /** Why a worker has given it back. */
    refusal: v.optional(v.string()),
  }),
  v.object({
    ...place,
    kind: v.literal("shard"),
    /** What predict is told, but for the shard and the folder. */
    args: v.array(v.string()),
    /** The file in the folder that is there when it is done. */
    part: v.string(),
    refusal: v.optional(v.string()),
  }),
]);

/** A piece of work: a trial up to the end of an epoch, or a shard of a prediction. */
export type Work = v.InferOutput<typeof schema>;

/** @throws Error when another version of torchlet, or another program, has put it there */
export function workOf({ id, data }: Job): Work {
  const { success, output, issues } = v.safeParse(schema, data);
  if (success) return output;
  throw new Error(`job ${id} is of another version of torchlet, or of another program: ${issues[0].message}`);
}

/** With a letter in it: BullMQ refuses an id that is a whole number, and one digest in 300 has digits alone. */
function idOf({ kind, folder, name }: Work): string {
  return `${kind}-${digestOf([folder, name])}`;
}

/** What the queue has of a folder's work, by name. */
interface Queued {
  /** Waiting, or in a worker's hands. */
  there: Map<string, Work>;
  /** Given up, and why. */
  failed: Map<string, string>;
  /** Workers that have nothing to do. */
  idle: number;
}

/** That nobody works on. */
const OPEN = ["waiting", "delayed"] as const;

export class JobQueue {
  readonly #redis: Redis;
  readonly #queue: Queue;

  private constructor(redis: Redis, queue: Queue) {
    this.#redis = redis;
    this.#queue = queue;
  }

  /** As `connect`. */
  static async open(address: string, say: (problem: string) => void, signal: AbortSignal): Promise<JobQueue> {
    const { Queue } = await loadBullMq();
    const redis = await connect(address, say, signal);
    const queue = new Queue(QUEUE, { connection: redis, streams: { events: { maxLen: 100 } } });
    // `connect` has told of it.
    queue.on("error", () => {});
    return new JobQueue(redis, queue);
  }

  async look(folder: string): Promise<Queued> {
    const [open, active, failed, workers] = await Promise.all([
      this.#queue.getJobs([...OPEN]),
      this.#queue.getJobs(["active"]),
      this.#queue.getJobs(["failed"]),
      this.#queue.getWorkersCount(),
    ]);
    const own = (jobs: readonly Job[]) => jobs.filter((job) => job?.data.folder === folder);
    return {
      there: new Map(own([...open, ...active]).map((job) => [workOf(job).name, workOf(job)])),
      failed: new Map(own(failed).map((job) => [workOf(job).name, job.failedReason])),
      idle: Math.max(0, workers - active.length - open.length),
    };
  }

  /** Adds what is not there. */
  async add(works: readonly Work[]): Promise<void> {
    // Of what the server has lost in part, as one that throws things away does, there may be a rest that is in the way.
    await Promise.all(works.map((work) => this.#queue.remove(idOf(work))));
    await this.#queue.addBulk(
      works.map((work) => ({
        name: work.kind,
        data: work,
        opts: {
          jobId: idOf(work),
          attempts: TRIES.killed,
          removeOnComplete: true,
        },
      })),
    );
  }

  /** Takes out what nobody works on: it was put there by somebody who may have known less, or was given up. */
  async forget(folder: string): Promise<void> {
    for (const job of await this.#queue.getJobs([...OPEN, "failed"])) {
      // A worker may have taken it meanwhile.
      if (job?.data.folder === folder) await job.remove().catch(() => {});
    }
  }

  /** At once, whether the server answers or not. */
  close(): void {
    this.#redis.disconnect();
  }
}
