/** torchlet sweep --queue and torchlet worker, as they are run from a shell, with a Redis of their own. */

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { JobQueue } from "../../src/cli/queue.js";
import { loadBullMq } from "../../src/cli/queue-connection.js";
import { finishByQueue } from "../../src/cli/queue-control.js";
import { noRedis, RedisServer } from "./redis.js";
import { start, torchlet } from "./torchlet.js";

let root: string;

const sweep = {
  base: { data: "faces", net: "net1", size: 8, batch: 9, backend: "wasm" },
  space: { lr: [0.001, 0.01] },
  seeds: [1],
  minEpochs: 1,
  maxEpochs: 2,
  factor: 2,
};

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  await writeFile(join(root, "sweep.json"), JSON.stringify(sweep));
});
afterAll(() => rm(root, { recursive: true }));

describe.skipIf(noRedis)("a queue (skipped where there is no redis-server)", () => {
  it("has a worker train the trials, to the same table as on one machine; at SIGTERM the worker ends", async () => {
    const redis = await RedisServer.start();
    const told: string[] = [];
    const flags = ["--queue", redis.url, "--runs", ".", "--threads", "1", "--lock-seconds", "1"];
    const worker = start(root, ["worker", ...flags], (line) => told.push(line));
    try {
      const args = ["--json", "--csv"];
      const [queued, local] = await Promise.all([
        torchlet(root, "sweep", "sweep.json", "--queue", redis.url, "--runs", "runs/queued", ...args, "queued.csv"),
        torchlet(root, "sweep", "sweep.json", "--workers", "1", "--runs", "runs/local", ...args, "local.csv"),
      ]);
      expect([queued.code, queued.stdout]).toEqual([0, local.stdout]);
      expect(await readFile(join(root, "queued.csv"), "utf8")).toBe(await readFile(join(root, "local.csv"), "utf8"));
      expect(queued.stderr).toMatch(/^2 trials, by the workers of a queue, in runs\/queued$/m);
      // Two up to the first epoch, the better one up to the second: told by the worker, and read from the folders.
      const epochs = (text: string) => text.match(/epoch \d\/2/g)?.sort();
      expect(epochs(told.join("\n"))).toEqual(["epoch 1/2", "epoch 1/2", "epoch 2/2"]);
      expect(epochs(queued.stderr)).toEqual(["epoch 1/2", "epoch 1/2", "epoch 2/2"]);
      worker.child.kill("SIGTERM");
      expect((await worker.outcome).code).toBe(143);
      // Nothing is left behind: a server that several use would fill up.
      expect(await redis.ask("KEYS *")).not.toMatch(/:trial-/);
    } finally {
      worker.child.kill("SIGKILL");
      await redis.remove();
    }
  });

  it("ends at once where the server refuses, and says what to do", async () => {
    const redis = await RedisServer.start();
    const outcome = (url: string) => torchlet(root, "worker", "--queue", url, "--runs", ".");
    try {
      expect(await outcome(`${redis.url}/99`)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^torchlet: --queue: 127\.0\.0\.1:\d+ refuses: it has not so many databases: 16/),
      });
      await redis.ask("CONFIG SET requirepass secret");
      const [none, wrong] = [redis.url, redis.url.replace("//", "//:wrong@")].map(outcome);
      expect(await none).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("it wants a password: redis://:PASS"),
      });
      expect(await wrong).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("it has another password, or no su"),
      });
    } finally {
      await redis.remove();
    }
  });

  it("tells of work that is done where the folder is another one", async () => {
    const redis = await RedisServer.start();
    const work = {
      kind: "shard",
      folder: "/runs/parts",
      name: "1/2",
      args: [],
      part: "part-00001-of-00002.csv",
    } as const;
    const problems: string[] = [];
    const look = async () => {
      // As if a worker had done it.
      await redis.ask("FLUSHALL");
      return { works: problems.length > 0 ? [] : [{ ...work, args: [] }], over: problems.length > 0 };
    };
    const onProblem = (problem: string, name?: string) => problems.push(`${name}: ${problem}`);
    try {
      const { signal } = new AbortController();
      await finishByQueue(redis.url, { folder: work.folder, look }, { signal, onProblem });
      expect(problems).toEqual([expect.stringMatching("1/2: .* is not done in /runs/parts: is that the same folder")]);
    } finally {
      await redis.remove();
    }
  });

  it("takes work whose digest has digits alone, and again when the server has lost it in part", async () => {
    const redis = await RedisServer.start();
    const queue = await JobQueue.open(redis.url, () => {}, new AbortController().signal);
    const there = async () => [...(await queue.look("/runs/parts")).there.keys()];
    const add = () =>
      queue.add([{ kind: "shard", folder: "/runs/parts", name: "9/10", args: [], part: "part-00009-of-00010.csv" }]);
    try {
      await add();
      expect(await there()).toEqual(["9/10"]);
      await redis.ask("DEL bull:torchlet:wait");
      expect(await there()).toEqual([]);
      await add();
      expect(await there()).toEqual(["9/10"]);
    } finally {
      queue.close();
      await redis.remove();
    }
  });
});

it.each([
  [
    ["worker", "--queue", "localhost", "--runs", "."],
    '--queue: expected an address, as redis://host:6379, got "localh',
  ],
  [
    ["worker", "--queue", "redis://x:123456", "--runs", "."],
    '--queue: expected an address, as redis://host:6379, got "r',
  ],
  [["sweep", "sweep.json", "--queue", "redis://x", "--workers", "2"], "--workers: with --queue, torchlet worker does"],
  [["predict", "a.png", "--run", "a", "--shards", "2"], "--queue and --shards go together"],
  [["predict", "a.png", "--run", "a", "--queue", "redis://x", "--shards", "2"], "--queue: the parts are for a folder"],
])("%j is refused", async (args, message) => {
  const { code, stderr } = await torchlet(root, ...args);
  expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
});

it("says what to install where its package is missing", async () => {
  vi.doMock("bullmq", () => {
    throw new Error("Cannot find package 'bullmq'");
  });
  await expect(loadBullMq()).rejects.toThrow(
    "--queue needs the package bullmq, which does not come with torchlet: npm install bullmq ioredis\n",
  );
  vi.doUnmock("bullmq");
});
