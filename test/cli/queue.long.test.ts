/**
 * What can happen to a sweep by a queue: whoever is killed, frozen or wiped, in the end there is the table of one machine,
 * byte for byte, and each epoch was trained once, but for what a kill has cut off. `KILLS=30 SEED=2` asks for others, and
 * `PHOTOGRAPHS=faces` for the 24 trials of Net #1 that docs/scale.md tells of; `LOG=FILE` has all that happens and is said,
 * with times.
 */

import { readFileSync } from "node:fs";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { readJson, sessions } from "../../src/run/run-json.js";
import { RunLock } from "../../src/run/run-lock.js";
import { Generator } from "../../src/tensor/random.js";
import { runContents } from "../run/run-contents.js";
import { signal, trainersIn, trialsIn } from "../run/trainers.js";
import { noRedis, RedisServer } from "./redis.js";
import { note, type Running, start, startBy, torchlet } from "./torchlet.js";

const { PHOTOGRAPHS } = process.env;
const kills = Number(process.env.KILLS ?? 7);
const seed = Number(process.env.SEED ?? 1);

/** A checkpoint after each step: most of the time goes into writing files. Four settings and two seeds: 8 trials. */
const small = {
  base: { data: "faces", net: "net1", size: 8, backend: "wasm", schedule: "cosine", checkpointEvery: 1 },
  space: { lr: [0.0003, 0.003], batch: [4, 5] },
  seeds: [1, 2],
  minEpochs: 3,
  maxEpochs: 6,
  factor: 2,
};

const large = {
  base: {
    data: PHOTOGRAPHS && resolve(PHOTOGRAPHS),
    net: "net1",
    backend: "wasm",
    schedule: "cosine",
    limit: 200,
    cache: "cache",
  },
  space: { lr: [0.0003, 0.001, 0.003], batch: [32, 64] },
  seeds: [1, 2, 3, 4],
  maxEpochs: 3,
};

let root: string;
let redis: RedisServer;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  await writeFile(join(root, "sweep.json"), JSON.stringify(PHOTOGRAPHS ? large : small));
  await writeFile(join(root, "two.json"), JSON.stringify({ ...small, space: { lr: [0.001] }, maxEpochs: 3 }));
  if (!noRedis) redis = await RedisServer.start();
});
afterAll(async () => {
  for (const { child } of begun) child.kill("SIGKILL");
  await redis?.remove();
  await rm(root, { recursive: true });
});

const workerArgs = (...more: string[]) => [
  ...["worker", "--queue", redis.url, "--runs", "runs", "--threads", "1", "--lock-seconds", "1"],
  ...more,
];

/** Workers that are told to end, whatever has come of their test. */
const begun: Running[] = [];
function beginWorker(...more: string[]): Running {
  const running = start(root, workerArgs(...more));
  begun.push(running);
  return running;
}

/** Begins a command again whenever it has ended, until it is to end, and keeps what each has said. */
class Kept {
  said = "";
  ended = 0;
  readonly #begin: () => Running;
  #running: Running | undefined;
  #over = false;

  constructor(begin: () => Running) {
    this.#begin = begin;
    this.#next();
  }

  #next(): void {
    const running = this.#begin();
    this.#running = running;
    running.child.stdout?.on("data", (text) => (this.said += text));
    void running.outcome.then(() => {
      this.ended++;
      if (!this.#over) this.#next();
    });
  }

  signal(name: NodeJS.Signals): void {
    signal(this.#running?.child.pid, name);
  }

  async end(): Promise<void> {
    this.#over = true;
    this.signal("SIGCONT");
    this.signal("SIGTERM");
    await this.#running?.outcome;
  }
}

/** Of a worker who can write no file of more than 50 kB: the disk is full. */
const CRAMPED = ["bash", "-c", 'ulimit -f 50; exec "$@"', "bash"];

const epochsIn = (text: string) =>
  [...text.matchAll(/^(\w{12}) .*\bepoch (\d+)\//gm)].map(([, id, epoch]) => `${id} ${epoch}`);

describe.skipIf(noRedis)("a sweep by a queue (skipped where there is no redis-server)", () => {
  it("comes to the same table, whoever is killed or frozen, or wiped", {
    timeout: 30_000 * kills + 300_000,
  }, async () => {
    const random = new Generator(seed);
    const never = await torchlet(root, "sweep", "sweep.json", "--runs", "runs/never", "--json", "--csv", "never.csv");
    expect([never.code, never.stderr.match(/it was ended/)]).toEqual([0, null]);

    const runs = join(root, "runs/killed");
    const args = [
      "sweep",
      "sweep.json",
      "--queue",
      redis.url,
      "--runs",
      "runs/killed",
      "--json",
      "--csv",
      "killed.csv",
    ];
    const workers = [0, 1].map(() => new Kept(() => start(root, workerArgs())));
    const full = new Kept(() => startBy(CRAMPED, root, workerArgs()));
    const controller = new Kept(() => start(root, args));
    const one = <T>(list: readonly T[]): T => list[random.int(list.length)];
    /** Of those who train; where nobody does yet, the first one who will. */
    const trainer = async (): Promise<number | undefined> => {
      for (let i = 0; i < 100; i++) {
        const there = trainersIn(runs);
        if (there.length > 0) return one(there);
        await delay(50);
      }
      return undefined;
    };
    const freeze = (send: (name: NodeJS.Signals) => void) => {
      send("SIGSTOP");
      setTimeout(() => send("SIGCONT"), 2500);
    };
    const happenings = {
      worker: () => one(workers).signal("SIGKILL"),
      trainer: async () => signal(await trainer(), "SIGKILL"),
      controller: () => controller.signal("SIGKILL"),
      "frozen worker": () => {
        const worker = one(workers);
        freeze((name) => worker.signal(name));
      },
      "frozen trainer": async () => {
        const pid = await trainer();
        freeze((name) => signal(pid, name));
      },
      redis: async () => {
        await redis.kill();
        await delay(1500);
        await redis.begin();
      },
      wiped: () => redis.ask("FLUSHALL"),
    };
    const names = Object.keys(happenings) as (keyof typeof happenings)[];
    const counts = Object.fromEntries(names.map((name) => [name, 0]));
    let turn: typeof names = [];
    try {
      for (let kill = 0; kill < kills; kill++) {
        // Each kind once, then each once more, in another order.
        if (turn.length === 0) turn = [...random.permutation(names.length)].map((i) => names[i]);
        await delay((PHOTOGRAPHS ? 5000 : 1000) * (0.3 + 0.7 * random.uniform()));
        const name = turn.pop()!;
        note(name, "now");
        await happenings[name]();
        counts[name]++;
      }
      await delay(2500);
      await controller.end();
      const { code, stdout, stderr } = await torchlet(root, ...args);
      expect(code, stderr).toBe(0);
      expect(stdout).toBe(never.stdout);
    } finally {
      for (const kept of [controller, ...workers, full]) await kept.end();
    }
    expect(full.said).toMatch(/could not be written: it would be larger than the system allows/);
    expect(readFileSync(join(root, "killed.csv"), "utf8")).toBe(readFileSync(join(root, "never.csv"), "utf8"));
    for (const id of trialsIn(runs)) {
      expect(await runContents(join(runs, id))).toEqual(await runContents(join(root, "runs/never", id)));
    }
    // An epoch is told once it is saved. Those that nobody told: their worker was killed between the two, or the trainer.
    const whole = epochsIn(never.stderr);
    const told = epochsIn([...workers, full].map(({ said }) => said).join(""));
    expect(told.filter((epoch, i) => told.indexOf(epoch) !== i)).toEqual([]);
    expect(told.filter((epoch) => !whole.includes(epoch))).toEqual([]);
    // What was begun again has repeated less than an epoch: nothing but what it was in when it was cut off.
    const begun = (
      await Promise.all(trialsIn(runs).map((id) => readJson(join(runs, id, "environment.json"), sessions)))
    ).flat();
    console.log(
      `${JSON.stringify(counts)}; ${workers.map(({ ended }) => ended).join(" and ")} workers, ${controller.ended} controllers; ` +
        `${trialsIn(runs).length} trials were begun ${begun.length} times; told ${told.length} of ${whole.length} epochs, none twice`,
    );
  });

  it("gives back what a machine cannot do, takes over from a host that is gone, and tells what fails", async () => {
    // Two trials: a process of another host holds the one, the other's checkpoint is damaged.
    const list = async () => (await torchlet(root, "trial", "two.json", "--runs", "runs/two")).stdout.split("\n");
    const [held, broken] = (await list()).map((line) => line.split(" ")[0]);
    const paths = [held, broken].map((id) => join(root, "runs/two", id));
    for (const id of [held, broken]) {
      await torchlet(root, "trial", "two.json", id, "--runs", "runs/two", "--until", "1", "--threads", "1");
    }
    await RunLock.take(paths[0]);
    const holder = join(paths[0], "attempt-1.lock/holder.json");
    await writeFile(holder, JSON.stringify({ ...JSON.parse(await readFile(holder, "utf8")), host: "elsewhere" }));
    await writeFile(join(paths[1], "last.safetensors"), "damaged");
    await cp(join(root, "faces"), join(root, "others"), { recursive: true });
    const [photograph] = await readdir(join(root, "others/train"));
    await rm(join(root, "others/train", photograph));

    const sweep = (...more: string[]) => ["sweep", "two.json", "--queue", redis.url, "--runs", "runs/two", ...more];
    const stranger = beginWorker("--data", "others");
    let worker: Running | undefined;
    const { child, outcome } = start(root, sweep());
    child.stderr?.on("data", (text) => {
      // Once the stranger has given something back, there is somebody who can do it.
      if (String(text).includes("are not those that")) worker ??= beginWorker();
    });
    const { code, stderr, stdout } = await outcome;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\w{12} {2}\S+: .*photographs in .* are not those that the run was begun with/m);
    expect(stderr).toContain(
      `torchlet: 1 trial could not be done; the same command tries again, and keeps the others:\n${broken}: `,
    );
    expect(stdout).toContain(`${held}  lr 0.001, seed 1  finished`);
    await rm(paths[1], { recursive: true });
    expect((await torchlet(root, ...sweep())).code).toBe(0);
    for (const running of [stranger, worker!]) {
      running.child.kill("SIGTERM");
      expect((await running.outcome).code).toBe(143);
    }
    expect((await list()).slice(0, 2)).toEqual(
      [held, broken].map((id) => expect.stringMatching(`^${id} .* 3 of 3 epochs$`)),
    );
  });

  it("halves asynchronously, and decides for one worker what it decides on one machine", async () => {
    const asynchronous = {
      ...small,
      space: { lr: [0.001, 0.01, 0.1], batch: [5] },
      seeds: [1],
      halving: "asynchronous",
    };
    await writeFile(join(root, "asha.json"), JSON.stringify({ ...asynchronous, minEpochs: 1, maxEpochs: 2 }));
    const worker = beginWorker();
    const [queued, local] = await Promise.all([
      torchlet(root, "sweep", "asha.json", "--queue", redis.url, "--runs", "runs/asha", "--json"),
      torchlet(root, "sweep", "asha.json", "--workers", "1", "--runs", "runs/asha-here", "--json"),
    ]);
    worker.child.kill("SIGTERM");
    await worker.outcome;
    expect([queued.code, queued.stdout]).toEqual([0, local.stdout]);
    const decisions = (runs: string) => readFile(join(root, runs, "decisions.jsonl"), "utf8");
    expect(await decisions("runs/asha")).toBe(await decisions("runs/asha-here"));
  });

  it("predicts photographs in parts, as one machine does", async () => {
    const small = "--size 8 --batch 8 --backend wasm --threads 1 --epochs 1".split(" ");
    await torchlet(root, "train", "faces", "--out", "runs/net", ...small);
    // With one that cannot be read: predict tells of it by its exit code, and the part is whole.
    await writeFile(join(root, "paths.txt"), `${join(root, "faces/test")}\n${join(root, "sweep.json")}\n`);
    const args = ["predict", "--list", "paths.txt", "--run", "runs/net", "--format", "csv"];
    const queued = [...args, "--out", "runs/parts", "--shards", "3", "--queue", redis.url];
    const worker = beginWorker();
    const { code, stderr } = await torchlet(root, ...queued);
    worker.child.kill("SIGTERM");
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^0 of 3 parts in runs\/parts\n(.*\n)*3 of 3 parts in /)]);
    for (const shard of ["1/3", "2/3", "3/3"]) await torchlet(root, ...args, "--out", "here", "--shard", shard);
    const parts = await readdir(join(root, "here"));
    expect([parts.length, await readdir(join(root, "runs/parts"))]).toEqual([3, parts]);
    for (const part of parts) {
      expect(await readFile(join(root, "runs/parts", part))).toEqual(await readFile(join(root, "here", part)));
    }
    expect((await torchlet(root, ...queued)).stderr).toBe("3 of 3 parts in runs/parts\n");
    expect((await worker.outcome).stdout).toContain("part-00002-of-00003.csv");
  });
});
