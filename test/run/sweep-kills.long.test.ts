/**
 * kill -9 of whoever works on a sweep, at any moment, the controller among them: in the end there is the same table, byte
 * for byte, and each epoch was trained once, but for what a kill has cut off. `KILLS=100 SEED=2` asks for others.
 */

import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { Generator } from "../../src/tensor/random.js";
import { type Running, start, torchlet } from "../cli/torchlet.js";
import { runContents } from "./run-contents.js";
import { signal, trainersIn, trialsIn } from "./trainers.js";

const kills = Number(process.env.KILLS ?? 20);
const seed = Number(process.env.SEED ?? 1);

let root: string;

/** A checkpoint after each step: most of the time goes into writing files. Four settings and two seeds: 8 trials. */
const sweep = {
  base: { data: "faces", net: "net1", size: 8, backend: "wasm", schedule: "cosine", checkpointEvery: 1 },
  space: { lr: [0.0003, 0.003], batch: [4, 5] },
  seeds: [1, 2],
  minEpochs: 4,
  maxEpochs: 12,
  factor: 2,
};

const runs = () => join(root, "runs/killed");

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  await writeFile(join(root, "sweep.json"), JSON.stringify(sweep));
});
afterAll(() => rm(root, { recursive: true }));

it(
  "whoever is killed: the table is the same, and no epoch that was saved is trained again",
  async () => {
    const random = new Generator(seed);
    const never = await torchlet(root, "sweep", "sweep.json", "--runs", "runs/never", "--json", "--csv", "never.csv");
    expect([never.code, never.stderr.match(/it was ended/)]).toEqual([0, null]);

    /** What the controllers said of epochs that are over, as "ID epoch". */
    const told: string[] = [];
    const args = ["sweep", "sweep.json", "--runs", "runs/killed", "--workers", "2", "--json", "--csv", "killed.csv"];
    const epochs = (text: string) =>
      [...text.matchAll(/^(\w{12}) {2}.* {2}epoch (\d+)\//gm)].map(([, id, epoch]) => `${id} ${epoch}`);
    let controller: Running | undefined;
    let ended = 0;
    const begin = () => {
      const running = start(root, args);
      controller = running;
      void running.outcome.then(({ stderr }) => {
        told.push(...epochs(stderr));
        if (controller === running) controller = undefined;
        ended++;
      });
    };
    const counts = { controllers: 0, trainers: 0, frozen: 0 };
    const frozen: number[] = [];
    while (counts.controllers + counts.trainers < kills) {
      if (!controller) begin();
      await delay(150 + 400 * random.uniform());
      const there = trainersIn(runs());
      if (random.uniform() < 0.3) {
        controller?.child.kill("SIGKILL");
        await controller?.outcome;
        counts.controllers++;
      } else if (there.length > 0) {
        const pid = there[random.int(there.length)];
        if (random.uniform() < 0.2) {
          signal(pid, "SIGSTOP");
          frozen.push(pid);
          counts.frozen++;
        } else {
          signal(pid, "SIGKILL");
          counts.trainers++;
        }
      }
      // Whoever was frozen is let go again after a while, whatever has happened to its controller.
      if (frozen.length > 1) signal(frozen.shift()!, "SIGCONT");
    }
    for (const pid of frozen) signal(pid, "SIGCONT");
    await controller?.outcome;
    begin();
    const { code, stdout } = await controller!.outcome;
    expect([code, stdout]).toEqual([0, never.stdout]);
    expect(readFileSync(join(root, "killed.csv"), "utf8")).toBe(readFileSync(join(root, "never.csv"), "utf8"));
    for (const id of trialsIn(runs())) {
      expect(await runContents(join(runs(), id))).toEqual(await runContents(join(root, "runs/never", id)));
    }
    // An epoch is told once it is saved: one that is told twice was trained twice. Of those that nobody told, the controller
    // was gone, or the trainer was killed between saving and telling.
    const whole = epochs(never.stderr);
    expect(told.filter((epoch, i) => told.indexOf(epoch) !== i)).toEqual([]);
    expect([...told].sort().every((epoch) => whole.includes(epoch))).toBe(true);
    expect(whole.length - told.length).toBeLessThanOrEqual(3 * kills);
    console.log(
      `${JSON.stringify(counts)}, ${ended} controllers; told ${told.length} of ${whole.length} epochs, none twice`,
    );
  },
  20_000 * kills,
);
