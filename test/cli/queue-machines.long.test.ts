/**
 * A sweep by workers on two machines, which are network namespaces of this one with 1 Gbit/s between them: the link is cut
 * in the middle of a trial, Redis is begun anew meanwhile, and a disk is full. The folder is one that both see.
 */

import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { runContents } from "../run/run-contents.js";
import { signal, trialsIn } from "../run/trainers.js";
import { noRedis, RedisServer } from "./redis.js";
import { note, type Running, startBy, torchlet } from "./torchlet.js";

const mayDivide = spawnSync("unshare", ["--net", "--mount", "--uts", "true"]).status === 0;
const missing = noRedis || !mayDivide || spawnSync("ip", ["-V"]).status !== 0;
if (missing && mayDivide && inject("mustRun")) throw new Error("there is no ip: apt-get install iproute2");

function ip(...args: string[]): void {
  const { status, stderr } = spawnSync("ip", args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`ip ${args.join(" ")}: ${stderr}`);
}

/** A machine with a name, a network and an address of its own. */
class Machine {
  readonly name: string;
  readonly address: string;

  constructor(letter: string, address: string) {
    this.name = `torchlet-${process.pid}-${letter}`;
    this.address = address;
    ip("netns", "add", this.name);
  }

  /** A cable between two. */
  static link(one: Machine, other: Machine): void {
    ip(..."link add cable netns".split(" "), one.name, ..."type veth peer name cable netns".split(" "), other.name);
    for (const machine of [one, other]) {
      machine.#ip(..."address add dev cable".split(" "), `${machine.address}/24`);
      machine.#ip(..."link set cable up".split(" "));
      machine.#ip(..."link set lo up".split(" "));
      // What a network card does that is no faster.
      spawnSync("tc", [
        "-n",
        machine.name,
        ..."qdisc add dev cable root tbf rate 1gbit burst 256kb latency 5ms".split(" "),
      ]);
    }
  }

  #ip(...args: string[]): void {
    ip("-n", this.name, ...args);
  }

  cut(): void {
    this.#ip("link", "set", "cable", "down");
  }

  mend(): void {
    this.#ip("link", "set", "cable", "up");
  }

  /** A command that becomes the one behind it, on this machine. */
  get via(): string[] {
    const named = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', this.name];
    return ["ip", "netns", "exec", this.name, ...named];
  }

  remove(): void {
    ip("netns", "delete", this.name);
  }
}

/** A command that becomes the one behind it, for which a folder with what it has lies on a disk of 300 kB. */
const onSmallDisk = (folder: string) => {
  const mount =
    'cp "$0"/*.json "$0".small && mount -t tmpfs -o size=300k torchlet "$0" && cp "$0".small/* "$0" && exec "$@"';
  return ["unshare", "--mount", "sh", "-c", `mkdir "$0".small && ${mount}`, folder];
};

const sweep = {
  base: { data: "faces", net: "net1", size: 8, batch: 5, backend: "wasm", schedule: "cosine" },
  space: { lr: [0.0003, 0.003] },
  seeds: [1, 2],
  maxEpochs: 8,
};

/** Who holds a trial. */
function holderOf(run: string): { host?: string; process?: number } {
  try {
    const [lock] = readdirSync(run).filter((name) => name.endsWith(".lock"));
    return JSON.parse(readFileSync(join(run, lock, "holder.json"), "utf8"));
  } catch {
    // Nobody.
    return {};
  }
}

const epochsIn = (text: string): string[] => text.match(/^\w{12} .*\bepoch \d+(?=\/)/gm) ?? [];

describe.skipIf(missing)("a sweep on two machines (skipped where no network or no Redis can be had)", () => {
  let root: string;
  let machines: [Machine, Machine];
  let redis: RedisServer;
  const begun: Running[] = [];
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "torchlet-"));
    await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
    await writeFile(join(root, "sweep.json"), JSON.stringify(sweep));
    machines = [new Machine("a", "10.84.0.1"), new Machine("b", "10.84.0.2")];
    Machine.link(...machines);
    redis = await RedisServer.start({ host: machines[0].address, via: machines[0].via });
  });
  afterAll(async () => {
    for (const { child } of begun) child.kill("SIGKILL");
    await redis?.remove();
    for (const machine of machines) machine.remove();
    await rm(root, { recursive: true });
  });

  it("comes to the same table when the link is cut in the middle of a trial, and a disk is full", async () => {
    const [a, b] = machines;
    const never = await torchlet(root, "sweep", "sweep.json", "--runs", "runs/never", "--json");
    expect(never.code, never.stderr).toBe(0);

    const runs = join(root, "runs/cut");
    const begin = (via: readonly string[], ...args: string[]) => {
      const running = startBy(via, root, [...args, "--queue", redis.url]);
      begun.push(running);
      let said = "";
      running.child.stdout?.on("data", (text) => (said += text));
      return { ...running, said: () => said };
    };
    const beginWorker = (via: readonly string[]) =>
      begin(via, ..."worker --runs runs --threads 1 --lock-seconds 1".split(" "));
    const until = async (holds: () => boolean) => {
      while (!holds()) await delay(20);
    };
    /** In the middle of a trial, of which something is saved: whoever is frozen when it was just over is let go again. */
    const freezeOne = async (machine: Machine) => {
      const isMidway = (id: string) =>
        holderOf(join(runs, id)).host === machine.name && existsSync(join(runs, id, "last.safetensors"));
      for (;;) {
        await until(() => trialsIn(runs).some(isMidway));
        const own = trialsIn(runs).find(isMidway) ?? "";
        const { process: trainer } = holderOf(join(runs, own));
        signal(trainer, "SIGSTOP");
        if (trainer !== undefined && !existsSync(join(runs, own, "result.json"))) return { own, trainer };
        signal(trainer, "SIGCONT");
      }
    };
    const controller = begin(a.via, "sweep", "sweep.json", "--runs", "runs/cut", "--json");
    const far = beginWorker(b.via);
    // As far as Redis knows, the other machine is dead; its trial is taken over, and then it finds itself in the middle of it.
    const { own, trainer } = await freezeOne(b);
    b.cut();
    note("link", `cut in ${own}`);
    const small = beginWorker([...a.via, ...onSmallDisk(runs)]);
    const near = beginWorker(a.via);
    await until(() => holderOf(join(runs, own)).host === a.name);
    signal(trainer, "SIGCONT");
    // By the folder's lock, or by the queue's where that was lost before the cut.
    await until(() => /no longer this process's|its lock in the queue was lost/.test(far.said()));
    // Whoever asks for the connection that there was is not answered any more.
    await redis.kill();
    await redis.begin();
    b.mend();
    note("link", "mended");

    const { code, stdout, stderr } = await controller.outcome;
    expect(code, stderr).toBe(0);
    expect(stdout).toBe(never.stdout);
    for (const { child, outcome } of [near, far, small]) {
      child.kill("SIGTERM");
      expect((await outcome).code).toBe(143);
    }
    expect(small.said()).toMatch(/last\.safetensors: it could not be written: the disk is full \(ENOSPC\)/);
    expect(stderr).toMatch(/last\.safetensors: it could not be written: the disk is full \(ENOSPC\)/);
    for (const id of trialsIn(runs)) {
      expect(await runContents(join(runs, id))).toEqual(await runContents(join(root, "runs/never", id)));
    }
    const told = epochsIn(near.said() + far.said());
    expect(told.filter((epoch, i) => told.indexOf(epoch) !== i)).toEqual([]);
    // One may have been saved, and not told any more.
    expect(told.length).toBeGreaterThan(4 * 8 - 2);
  });
});
