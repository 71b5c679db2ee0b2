/**
 * What the workers of a queue ask of Redis: `npx tsx bench/scale/redis.ts redis://localhost:6379 1000` lets so many take a
 * job each and hold it, as `torchlet worker` does, then lets them wait, and says what the server has to do for them.
 */

import { setTimeout as delay } from "node:timers/promises";
import { Queue, Worker } from "bullmq";
import { Redis } from "ioredis";

const [address = "redis://localhost:6379", count = "1000"] = process.argv.slice(2);
const workers = Number(count);
/** Of a worker that is given none. */
const LOCK_MS = 30_000;
/** For so long it is looked at: a third of a lock's time is one renewal of each. */
const SECONDS = 20;
const NAME = "torchlet-bench";

const connect = () => new Redis(address, { maxRetriesPerRequest: null });
const redis = connect();
const queue = new Queue(NAME, { connection: redis });

async function state() {
  const info = await redis.info();
  const number = (name: string) => Number(new RegExp(`^${name}:(.*)$`, "m").exec(info)?.[1]);
  return {
    commands: number("total_commands_processed"),
    cpu: number("used_cpu_user") + number("used_cpu_sys"),
    memory: number("used_memory"),
    clients: number("connected_clients"),
  };
}

async function watch(what: string): Promise<void> {
  const before = await state();
  await delay(1000 * SECONDS);
  const after = await state();
  const rate = ((after.commands - before.commands) / SECONDS).toFixed(0);
  const cpu = ((100 * (after.cpu - before.cpu)) / SECONDS).toFixed(1);
  console.log(
    `${workers} workers ${what}: ${rate} commands a second, ${cpu} % of a core, ${after.clients} connections`,
  );
}

await queue.obliterate({ force: true });
const before = await state();
const start = performance.now();
const data = { kind: "trial", folder: "/mnt/runs/sweep", name: "3f2a9c01b7de", until: 9, backend: "wasm" };
const jobs = Array.from({ length: 10 * workers }, (_, i) => ({ name: "trial", data, opts: { jobId: `j${i}` } }));
await queue.addBulk(jobs);
const seconds = (performance.now() - start) / 1000;
const bytes = ((await state()).memory - before.memory) / jobs.length;
console.log(`${jobs.length} jobs: added in ${seconds.toFixed(2)} s, ${bytes.toFixed(0)} bytes each`);

const options = { lockDuration: LOCK_MS, stalledInterval: LOCK_MS, maxStalledCount: 1_000_000 };
const all = Array.from({ length: workers }, () => new Worker(NAME, null, { connection: connect(), ...options }));
const held = await Promise.all(
  all.map(async (worker, i) => {
    void worker.startStalledCheckTimer();
    // They did not begin at the same moment.
    await delay((i / workers) * 5000);
    const job = (await worker.getNextJob(String(i)))!;
    const beat = setInterval(() => job.extendLock(String(i), LOCK_MS), LOCK_MS / 3);
    return { job, beat };
  }),
);
await watch("that train");
const over = performance.now();
for (const { beat } of held) clearInterval(beat);
await Promise.all(held.map(({ job }, i) => job.moveToCompleted(null, String(i), false)));
console.log(`${workers} jobs completed in ${((performance.now() - over) / 1000).toFixed(2)} s`);
await queue.drain();
for (const [i, worker] of all.entries()) {
  void (async () => {
    while (!worker.closing) await worker.getNextJob(String(i));
  })();
}
await delay(5000);
await watch("that wait");
await queue.obliterate({ force: true });
process.exit();
