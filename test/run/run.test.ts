/** A training run and its folder: whatever interrupts it, it comes to the same bytes. */

import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { loadSafetensors } from "../../src/io/safetensors/file.js";
import { saveSealed } from "../../src/io/safetensors/sealed.js";
import { examine } from "../../src/report/examine.js";
import { type TrainConfig, trainConfig } from "../../src/run/config.js";
import { type RunEvent, resumeRun, startRun } from "../../src/run/run.js";
import { readRunData } from "../../src/run/run-data.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { allFinite } from "../../src/tensor/anomaly.js";
import { currentBackend, describeBackend } from "../../src/tensor/backend/current-backend.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { bestEpoch } from "../../src/train/best-epoch.js";
import { evaluate } from "../../src/train/evaluate.js";
import { checkpointContents, runContents } from "./run-contents.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
});
afterAll(() => rm(root, { recursive: true }));

/** A dropout and a schedule that moves with each step: everything that a checkpoint has to remember. */
const options = { net: "net3", size: 8, epochs: 4, batch: 5, schedule: "cosine", warmupEpochs: 1, threads: 1 };

const config = (changes: Record<string, unknown> = {}) =>
  trainConfig({ data: join(root, "faces"), backend: "wasm", ...options, ...changes });

const quiet = { onEvent: () => {} };

/** Ends a run after so many steps, as Ctrl-C does. */
async function interrupted(steps: number, run: (hooks: Parameters<typeof startRun>[2]) => Promise<void>) {
  const controller = new AbortController();
  let left = steps;
  const onEvent = ({ event }: RunEvent) => {
    if (event === "step" && --left === 0) controller.abort(new Error("enough"));
  };
  await expect(run({ onEvent, signal: controller.signal })).rejects.toThrow("enough");
}

describe("a run that goes on", () => {
  it("comes to the same bytes as one that was never interrupted, on any number of threads", async () => {
    const [whole, parts] = [join(root, "whole"), join(root, "parts")];
    await startRun(whole, config(), quiet);
    // 4 steps an epoch: the middle of the first, the end of the second, the middle of the third.
    await interrupted(2, (hooks) => startRun(parts, config({ threads: 2 }), hooks));
    await interrupted(6, (hooks) => resumeRun(parts, { threads: 1 }, hooks));
    await interrupted(3, (hooks) => resumeRun(parts, { threads: 2 }, hooks));
    await resumeRun(parts, {}, quiet);
    expect(await runContents(parts)).toEqual(await runContents(whole));
    expect(await (await RunFolder.open(parts)).sessions()).toHaveLength(4);
  });

  it("for more epochs than it was begun with comes to what a longer run would have", async () => {
    const [whole, parts] = [join(root, "longer"), join(root, "lengthened")];
    const steps = { schedule: "step", stepEpochs: 2, warmupEpochs: undefined, augment: { flip: 0.5, rotate: 20 } };
    await startRun(whole, config({ ...steps, epochs: 4, threads: 2 }), quiet);
    await startRun(parts, config({ ...steps, epochs: 2 }), quiet);
    const before = await readFile(join(parts, "config.json"), "utf8");
    await expect(resumeRun(parts, { epochs: 1 }, quiet)).rejects.toThrow(
      `${parts}: epochs cannot become 1: the run is in epoch 2 already`,
    );
    expect(await readFile(join(parts, "config.json"), "utf8")).toBe(before);
    await resumeRun(parts, { epochs: 4 }, quiet);
    expect(await runContents(parts)).toEqual(await runContents(whole));
    expect((await RunFolder.open(parts)).config.epochs).toBe(4);
  });

  it("on another backend has none of the old one's threads", async () => {
    const path = join(root, "switched");
    await startRun(path, config({ net: "net1", epochs: 1, warmupEpochs: 0, schedule: "cosine" }), quiet);
    await resumeRun(path, { backend: "wasm" }, quiet);
    expect((await RunFolder.open(path)).config.threads).toBe(1);
    await resumeRun(path, { backend: "js" }, quiet);
    const { backend, threads } = (await RunFolder.open(path)).config;
    expect([backend, threads]).toEqual(["js", undefined]);
  });

  it("finds its photographs where they are now, and refuses others", async () => {
    const [data, path] = [join(root, "other"), join(root, "moved")];
    await cp(join(root, "faces"), data, { recursive: true });
    await startRun(path, config({ data, epochs: 1, schedule: "constant", warmupEpochs: undefined }), quiet);
    const elsewhere = join(root, "elsewhere");
    await rename(data, elsewhere);
    await expect(resumeRun(path, { epochs: 2 }, quiet)).rejects.toThrow("ENOENT");
    await resumeRun(path, { epochs: 2, data: elsewhere }, quiet);
    const [name] = await readdir(join(elsewhere, "test"));
    await rm(join(elsewhere, "test", name));
    const message = `the test photographs in ${elsewhere} are not those that the run was begun with (10 then, 9 now)`;
    await expect(resumeRun(path, { epochs: 3 }, quiet)).rejects.toThrow(message);
  });
});

describe("photographs that a run cannot learn from, or be judged by", () => {
  /** A folder with so many photographs in each of these folders. */
  async function folders(name: string, counts: Record<string, number>): Promise<string> {
    const files = await readdir(join(root, "faces/train"));
    for (const [folder, count] of Object.entries(counts)) {
      await mkdir(join(root, name, folder), { recursive: true });
      for (const file of files.slice(0, count)) {
        await cp(join(root, "faces/train", file), join(root, name, folder, file));
      }
    }
    return join(root, name);
  }

  const refusal = (data: string, changes: Record<string, unknown> = {}) =>
    startRun(join(root, "refused"), config({ data, ...changes }), quiet);

  it("are refused before the first step", async () => {
    const nested = await folders("nested", { "photos/ant": 4, "photos/bee": 4 });
    await expect(refusal(nested)).rejects.toThrow(
      `${nested} holds one folder, "photos", and that holds only folders: open ${nested}/photos`,
    );
    const single = await folders("single", { photos: 8 });
    await expect(refusal(single)).rejects.toThrow(
      `${single}: one class only ("photos"); there must be a folder for each of two or more`,
    );
    const bare = await folders("bare", { train: 0, test: 0 });
    for (const split of ["train", "test"]) {
      for (const file of (await readdir(join(root, "faces", split))).filter((name) => /0\.\w+$/.test(name))) {
        await cp(join(root, "faces", split, file), join(bare, split, file));
      }
    }
    await expect(refusal(bare)).rejects.toThrow(`${bare}: no photograph of class "covered" to train on`);
    await writeFile(join(bare, "train/broken_1.jpg"), "no picture");
    await expect(refusal(bare)).rejects.toThrow(
      `"covered" to train on; 1 skipped, first ${bare}/train/broken_1.jpg: not an image`,
    );
    const [covered] = (await readdir(join(root, "faces/train"))).filter((name) => /1\.\w+$/.test(name));
    await rm(join(bare, "train/broken_1.jpg"));
    await cp(join(root, "faces/train", covered), join(bare, "train", covered));
    await expect(refusal(bare, { metric: "auc" })).rejects.toThrow(
      /^--metric: auc needs two classes, and validation photographs of both; .*bare has \d not covered, 0 covered$/,
    );
    const three = await folders("three", { ant: 4, bee: 4, cow: 4 });
    await expect(refusal(three, { metric: "auc", valFraction: 0 })).rejects.toThrow(
      /^--metric: auc needs two classes, and test photographs of both; .*three has 1 ant, 1 bee, 1 cow$/,
    );
    expect(RunFolder.exists(join(root, "refused"))).toBe(false);
    // Only that measure needs two classes.
    const changes = { net: "net1", epochs: 1, valFraction: 0, schedule: "constant", warmupEpochs: undefined };
    await startRun(join(root, "three-classes"), config({ ...changes, data: three }), quiet);
  });
});

it("more than ten classes are not counted one by one", async () => {
  const [file] = await readdir(join(root, "faces/train"));
  const refusal = async (classes: number) => {
    const data = join(root, `of-${classes}`);
    for (let label = 0; label < classes; label++) {
      for (const name of ["a.png", "b.png"]) {
        await cp(join(root, "faces/train", file), join(data, `class-${label}`, name));
      }
    }
    await startRun(join(root, "refused"), config({ data, metric: "auc", valFraction: 0 }), quiet);
  };
  await expect(refusal(10)).rejects.toThrow(/has (1 class-\d, ){9}1 class-9$/);
  await expect(refusal(11)).rejects.toThrow(/has 11 classes$/);
});

describe("the photographs that tell the best epoch", () => {
  const short = { net: "net1", batch: 4, lr: 0.01, schedule: "constant", warmupEpochs: undefined };
  const runOf = async (name: string, changes: Record<string, unknown> = {}) => {
    const events: RunEvent[] = [];
    const path = join(root, name);
    await startRun(path, config({ ...short, ...changes }), { onEvent: (event) => events.push(event) });
    const run = await RunFolder.open(path);
    return { run, data: await run.data(), lines: await run.metrics(), test: await run.test(), end: events.at(-1) };
  };

  it("are a tenth of those to train on, whatever the seed; the others decide nothing", async () => {
    const { run, data, lines, test, end } = await runOf("validated", { epochs: 3 });
    expect([data.train.count, data.validation?.count, data.test.count]).toEqual([18, 2, 10]);
    expect(lines.map((line) => [line.validation?.loss, line.test])).toEqual(
      Array(3).fill([expect.any(Number), undefined]),
    );
    const best = bestEpoch(lines, "accuracy");
    expect(best.epoch).toBe(
      1 + lines.findIndex(({ validation }) => validation?.accuracy === best.validation?.accuracy),
    );
    const { test: photographs } = await readRunData(run.config);
    for (const name of ["best", "last"] as const) {
      expect(test?.[name]).toEqual({
        epoch: name === "best" ? best.epoch : 3,
        metrics: await evaluate(await run.loadModel(name), photographs, { batchSize: 4 }),
      });
    }
    expect(test?.decidedBy).toBe("validation");
    expect(end).toMatchObject({ event: "end", best: { epoch: best.epoch }, test });
    expect((await runOf("validated-2", { epochs: 1, seed: 2 })).data).toEqual(data);
    expect((await runOf("validated-3", { epochs: 1, splitSeed: 1 })).data.validation).not.toEqual(data.validation);
  });

  it("are those to test on where there are no others, which everything says", async () => {
    const { data, lines, test } = await runOf("unvalidated", { epochs: 2, valFraction: 0 });
    expect([data.train.count, data.validation, data.test.count]).toEqual([20, undefined, 10]);
    expect(lines.map(({ validation }) => validation)).toEqual([undefined, undefined]);
    const best = bestEpoch(lines, "accuracy");
    expect(test).toEqual({
      decidedBy: "test",
      best: { epoch: best.epoch, metrics: best.test },
      last: { epoch: 2, metrics: lines[1].test },
    });
  });

  it("leave those to test on to be measured in each epoch, if asked to, and to decide nothing all the same", async () => {
    const { lines, test } = await runOf("both-measured", { epochs: 2, evaluateTest: true });
    expect(test).toMatchObject({ decidedBy: "validation", last: { metrics: lines[1].test } });
    const { lines: untested } = await runOf("one-measured", { epochs: 2 });
    expect(lines.map(({ validation, train }) => ({ validation, train }))).toEqual(
      untested.map(({ validation, train }) => ({ validation, train })),
    );
  });

  it("are measured once more when a run goes on to a later end", async () => {
    const { run, test } = await runOf("measured-again", { epochs: 1 });
    await interrupted(2, (hooks) => resumeRun(run.path, { epochs: 2 }, hooks));
    expect([test?.last.epoch, await run.test()]).toEqual([1, undefined]);
    await resumeRun(run.path, {}, quiet);
    expect((await run.test())?.last.epoch).toBe(2);
  });

  it("may lie in another folder, which must stay what it is", async () => {
    const val = join(root, "elsewhere-val");
    await cp(join(root, "faces/test"), val, { recursive: true });
    const { run, data } = await runOf("val-run", { epochs: 1, val });
    expect([data.train.count, data.validation?.count, data.test.count]).toEqual([20, 10, 10]);
    const [name] = await readdir(val);
    await rm(join(val, name));
    await expect(resumeRun(run.path, { epochs: 2 }, quiet)).rejects.toThrow(
      /: the validation photographs in .* are not those that the run was begun with \(10 then, 9 now\): put back what was, or begin anew in another folder$/,
    );
  });
});

it("of epochs that are equally good, best.safetensors has the first", async () => {
  const path = join(root, "equals");
  await startRun(path, config({ ...options, schedule: "constant", warmupEpochs: undefined, lr: 0, epochs: 3 }), quiet);
  const run = await RunFolder.open(path);
  expect(new Set((await run.metrics()).map(({ validation }) => validation!.accuracy)).size).toBe(1);
  // A checkpoint stands before the epoch that comes next.
  expect((await loadSafetensors(run.checkpoint("best"))).metadata.epoch).toBe("2");
  expect((await loadSafetensors(run.checkpoint("last"))).metadata.epoch).toBe("4");
  expect((await run.test())!.best.epoch).toBe(1);
});

it("an interruption while the end is measured leaves the last checkpoint as it was", async () => {
  const still = config({ ...options, schedule: "constant", warmupEpochs: undefined, lr: 0, epochs: 2 });
  const controller = new AbortController();
  const { loadModel } = RunFolder.prototype;
  const interrupt = vi.spyOn(RunFolder.prototype, "loadModel").mockImplementationOnce(async function (
    this: RunFolder,
    name,
  ) {
    const model = await loadModel.call(this, name);
    controller.abort(new Error("Ctrl-C"));
    return model;
  });
  const late = startRun(join(root, "late"), still, { ...quiet, signal: controller.signal });
  await expect(late).rejects.toThrow("Ctrl-C");
  interrupt.mockRestore();
  await startRun(join(root, "on-time"), still, quiet);
  const [one, other] = ["late", "on-time"].map((name) => checkpointContents(join(root, name, "last.safetensors")));
  expect(await one).toEqual(await other);
});

describe("class weights", () => {
  const still = { net: "net1", lr: 0, epochs: 1, valFraction: 0, schedule: "constant", warmupEpochs: undefined };
  const lossOf = async (name: string, changes: Record<string, unknown>) => {
    await startRun(join(root, name), config({ ...still, ...changes }), quiet);
    const [{ train, test }] = await (await RunFolder.open(join(root, name))).metrics();
    return { train: train.loss, test: test!.loss };
  };

  it("weigh photographs, each by itself: the loss is the mean over their number", async () => {
    const all = await lossOf("weights-11", {});
    const bare = await lossOf("weights-10", { classWeights: [1, 0] });
    const covered = await lossOf("weights-01", { classWeights: [0, 1] });
    const both = await lossOf("weights-23", { classWeights: [2, 3] });
    for (const split of ["train", "test"] as const) {
      expect(bare[split] + covered[split]).toBeCloseTo(all[split], 5);
      expect(both[split]).toBeCloseTo(2 * bare[split] + 3 * covered[split], 5);
    }
  });

  it("may be 0 for all that is in a batch", async () => {
    const { train, test } = await lossOf("weights-0", { classWeights: [0, 1], batch: 1 });
    expect([train, test].every((loss) => loss > 0 && loss < 5)).toBe(true);
  });
});

describe("strict rounding", () => {
  const strict = { net: "net1", epochs: 1, schedule: "constant", warmupEpochs: undefined, strict: true };

  it("is what the backend is made with, at the start and after an interruption", async () => {
    const path = join(root, "strict");
    const used: string[] = [];
    const onEvent = ({ event }: RunEvent) => event === "start" && used.push(describeBackend(currentBackend()));
    await startRun(path, config(strict), { onEvent });
    await resumeRun(path, { epochs: 2 }, { onEvent });
    expect(used).toEqual(Array(2).fill("wasm(strict: true, threads: 1)"));
  });

  it("decides the numbers: it cannot be changed in between", async () => {
    const path = join(root, "strict-edited");
    await startRun(path, config(strict), quiet);
    const file = join(path, "config.json");
    const { strict: _, ...rest } = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify(rest));
    await expect(resumeRun(path, { epochs: 2 }, quiet)).rejects.toThrow("strict was true then, and is nothing now");
  });

  it("is nothing that other backends have; one that a run moves to goes without", async () => {
    await expect(
      startRun(join(root, "strict-js"), config({ ...strict, backend: "js", threads: undefined }), quiet),
    ).rejects.toThrow('useBackend("js"): unknown option "strict"');
    const path = join(root, "strict-moved");
    await startRun(path, config(strict), quiet);
    await resumeRun(path, { backend: "js", epochs: 2 }, quiet);
    expect(describeBackend(currentBackend())).toBe("js");
    await resumeRun(path, { epochs: 3 }, quiet);
    await resumeRun(path, { backend: "wasm", epochs: 4 }, quiet);
    expect(describeBackend(currentBackend())).toBe("wasm(strict: true)");
  });
});

describe("checkpoints between the epochs", () => {
  const plain = { net: "net1", epochs: 1, schedule: "constant", warmupEpochs: undefined };
  /** How far the last checkpoint is when a run of 4 steps crashes after the third. */
  const savedOf = async (name: string, changes: Record<string, unknown>) => {
    let steps = 0;
    const onEvent = ({ event }: RunEvent) => {
      if (event === "step" && ++steps === 3) throw new Error("crash");
    };
    await expect(startRun(join(root, name), config({ ...plain, ...changes }), { onEvent })).rejects.toThrow("crash");
    const { metadata } = await loadSafetensors(join(root, name, "last.safetensors"));
    return JSON.parse(metadata.done);
  };

  it("are saved after so many steps, or so many seconds: what comes first", async () => {
    expect(await savedOf("by-neither", {})).toBe(0);
    expect(await savedOf("by-steps", { checkpointEvery: 2 })).toBe(10);
    // Of two batches each.
    const two = { batch: 2, accumulate: 2 };
    expect(await savedOf("by-larger-steps", { ...two, checkpointEvery: 2 })).toBe(8);
    expect(await savedOf("by-no-larger-step", { ...two, checkpointEvery: 4 })).toBe(0);
    expect(await savedOf("by-seconds", { checkpointSeconds: 1e-9 })).toBe(10);
  });
});

describe("a run whose weights break", () => {
  it("ends, and keeps the last checkpoint from before", async () => {
    const path = join(root, "broken");
    // The penalty overflows: the first step, whose loss is sound, makes weights of NaN.
    const broken = config({ net: "net1", weightDecay: 1e39, checkpointEvery: 1 });
    // That is noticed before a checkpoint of them is written; the step is repeated with an eye on every operation.
    const message = "epoch 1, step 2: conv2d was given NaN or infinity, in its input [8, 3, 5, 5], which is 0.weight";
    const repeats: RunEvent[] = [];
    const onEvent = (event: RunEvent) => event.event === "repeat" && repeats.push(event);
    await expect(startRun(path, broken, { onEvent })).rejects.toThrow(message);
    expect(repeats).toEqual([{ event: "repeat", epoch: 1, done: 0 }]);
    const { tensors, metadata } = await loadSafetensors((await RunFolder.open(path)).checkpoint("last"));
    expect(metadata).toMatchObject({ epoch: "1", done: "0" });
    for (const value of Object.values(tensors)) expect(await allFinite(value)).toBe(true);
  });

  it("ends where a batch norm's running moments are infinite, though no weight is", async () => {
    const path = join(root, "broken-moments");
    const moments = config({ net: "net1", optimizer: "sgd", lr: 1000, schedule: "constant", warmupEpochs: undefined });
    const message = "the end of epoch 1: NaN or infinity in 7.running_var, 14.running_var";
    await expect(startRun(path, moments, quiet)).rejects.toThrow(message);
    const { tensors } = await loadSafetensors((await RunFolder.open(path)).checkpoint("last"));
    for (const value of Object.values(tensors)) expect(await allFinite(value)).toBe(true);
  });
});

it("options that leave nothing to train on are refused, by the flags' names, before there is a run", async () => {
  const path = join(root, "nothing");
  const whole = { batch: 100, dropLast: true };
  for (const schedule of ["constant", "cosine"] as const) {
    const warmupEpochs = schedule === "cosine" ? 1 : undefined;
    await expect(startRun(path, config({ ...whole, schedule, warmupEpochs }), quiet)).rejects.toThrow(
      "--drop-last: 18 photographs to train on are less than one of the batches of 100 (--batch)",
    );
  }
  await expect(startRun(path, config({ limit: 1 }), quiet)).rejects.toThrow(
    /^\S+faces\/train has no class with two photographs to train on, .*; --val-fraction 0 does without$/,
  );
  await expect(startRun(path, config({ testFraction: 0.5 }), quiet)).rejects.toThrow("--test-fraction is 0.5, but");
  expect(existsSync(path)).toBe(false);
});

describe("a folder that is not as a run needs it", () => {
  const short = { net: "net1", epochs: 1, schedule: "constant", warmupEpochs: undefined };

  it("is claimed by one of two that begin at once", async () => {
    const path = join(root, "both");
    const outcomes = await Promise.all([
      startRun(path, config(short), quiet).catch((error: Error) => error.message),
      startRun(path, config(short), quiet).catch((error: Error) => error.message),
    ]);
    const refusals = outcomes.filter((outcome) => outcome !== undefined);
    expect(refusals).toEqual([expect.stringMatching(/is being trained by process|holds a run already/)]);
  });

  it("is another one where the name was not asked for", async () => {
    const path = join(root, "numbered/run");
    for (let i = 0; i < 3; i++) await startRun(path, config(short), quiet, { numbered: true });
    expect((await readdir(join(root, "numbered"))).sort()).toEqual(["run", "run-2", "run-3"]);
  });

  it("refuses a second trainer, of either kind", async () => {
    const path = join(root, "held");
    const seconds: Promise<string>[] = [];
    const messageOf = (run: Promise<void>) => run.then(() => "").catch((error: Error) => error.message);
    const onEvent = ({ event }: RunEvent) => {
      if (event === "start") seconds.push(messageOf(resumeRun(path, {}, quiet)));
    };
    await startRun(path, config(short), { onEvent });
    expect(await Promise.all(seconds)).toEqual([expect.stringMatching(`being trained by process ${process.pid} on`)]);
    expect((await readdir(path)).filter((name) => name.includes("lock"))).toEqual([]);
  });

  it("holds what was left of a run: a new one does not go on from it", async () => {
    const path = join(root, "headless");
    await startRun(path, config(short), quiet);
    await rm(join(path, "config.json"));
    await expect(startRun(path, config(short), quiet)).rejects.toThrow(
      `${path} holds metrics.jsonl, test.json, last.safetensors, best.safetensors of a run whose config.json is gone: put that back`,
    );
  });

  it("lacks the checkpoint to go on from: nothing of the run is overwritten", async () => {
    const path = join(root, "no-last");
    await startRun(path, config(short), quiet);
    await rm(join(path, "last.safetensors"));
    const kept = ["best.safetensors", "metrics.jsonl", "config.json", "environment.json"];
    const contents = () => Promise.all(kept.map((name) => readFile(join(path, name), "latin1")));
    const before = await contents();
    await expect(resumeRun(path, { epochs: 2 }, quiet)).rejects.toThrow(
      "last.safetensors is missing, though metrics.jsonl has 1 epoch and best.safetensors is there",
    );
    expect((await contents()).map((text, i) => text === before[i])).toEqual([true, true, true, true]);
  });

  it("is among the photographs", async () => {
    const data = join(root, "faces");
    for (const path of [data, join(data, "run"), join(data, "train/../runs/a")]) {
      await expect(startRun(path, config(short), quiet, { numbered: true })).rejects.toThrow(
        `${path} is inside the photographs' folder ${data}, whose content must stay as it is: choose another --out`,
      );
    }
    const link = join(root, "link-to-faces");
    await symlink(data, link);
    await expect(startRun(join(link, "run"), config(short), quiet)).rejects.toThrow(
      "is inside the photographs' folder",
    );
    await expect(startRun(join(root, "run"), config({ ...short, data: link }), quiet)).resolves.toBeUndefined();
    expect((await readdir(data)).sort()).toEqual(["test", "train"]);
  });

  it("has its cache among the photographs", async () => {
    const [data, path] = [join(root, "faces"), join(root, "run-with-cache")];
    const cache = join(data, "train/cache");
    const message = `${cache} is inside the photographs' folder ${data}, whose content must stay as it is: choose another --cache`;
    await expect(startRun(path, config({ ...short, cache }), quiet)).rejects.toThrow(message);
    await startRun(path, config(short), quiet);
    await expect(resumeRun(path, { cache, epochs: 2 }, quiet)).rejects.toThrow(message);
    expect((await readdir(data)).sort()).toEqual(["test", "train"]);
    expect((await RunFolder.open(path)).config.cache).toBeUndefined();
  });

  it("is a file, or would be in one: that is said before photographs are read", async () => {
    const file = join(root, "file");
    await writeFile(file, "mine");
    const onEvent = () => expect.unreachable("photographs are read");
    for (const [path, numbered] of [
      [file, false],
      [join(file, "run"), false],
      [join(file, "runs/net2"), true],
    ] as const) {
      await expect(startRun(path, config(short), { onEvent }, { numbered })).rejects.toThrow(
        `${file}: it is a file, and a run needs a folder: choose another --out`,
      );
    }
    expect(await readFile(file, "utf8")).toBe("mine");
  });

  it("holds files that a run would replace: those of others stay, those of an interrupted start do not", async () => {
    const path = join(root, "project");
    for (const name of ["data.json", "skipped.json", "environment.json"]) {
      await mkdir(path);
      await writeFile(join(path, name), '{"mine": 1}');
      await expect(startRun(path, config(short), quiet)).rejects.toThrow(
        `${join(path, name)}: no run has written it, and one would replace it: choose another --out`,
      );
      expect(await readFile(join(path, name), "utf8")).toBe('{"mine": 1}');
      await rm(path, { recursive: true });
    }
    await startRun(path, config(short), quiet);
    for (const name of ["config.json", "metrics.jsonl", "test.json", "last.safetensors", "best.safetensors"]) {
      await rm(join(path, name));
    }
    await startRun(path, config(short), quiet);
  });

  it("holds the photographs", async () => {
    await expect(startRun(root, config(short), quiet)).rejects.toThrow(
      `the photographs' folder ${join(root, "faces")} is inside ${root}, and would be removed with it: choose another`,
    );
    expect(RunFolder.exists(root)).toBe(false);
  });

  it("vanishes: it is not made again", async () => {
    const path = join(root, "vanished");
    const onEvent = ({ event }: RunEvent) => {
      if (event === "step") rmSync(path, { recursive: true, force: true });
    };
    await expect(startRun(path, config({ ...short, checkpointEvery: 1 }), { onEvent })).rejects.toThrow(
      `${path} is gone: it was removed or renamed while it was being trained`,
    );
    expect(existsSync(path)).toBe(false);
  });

  it("is another's by now: whoever was overtaken writes nothing more", async () => {
    const path = join(root, "overtaken");
    let last: string | undefined;
    const onEvent = ({ event }: RunEvent) => {
      if (event !== "step" || last) return;
      last = readFileSync(join(path, "last.safetensors"), "latin1");
      mkdirSync(join(path, "attempt-2.lock"));
    };
    await expect(startRun(path, config({ ...short, checkpointEvery: 1 }), { onEvent })).rejects.toThrow(
      "is no longer this process's",
    );
    expect((await readFile(join(path, "last.safetensors"), "latin1")) === last).toBe(true);
  });
});

it("JSON that was edited is refused, by the names of file and field", async () => {
  const path = join(root, "edited");
  await startRun(path, config({ net: "net1", epochs: 1, warmupEpochs: 0 }), quiet);
  const refusals = [
    ["config.json", "null", "config.json: expected Object, got null: was it edited?"],
    ["config.json", "[", "config.json: not JSON: Unexpected end"],
    ["config.json", "{}", "config.json: data: expected a folder, got nothing"],
    [
      "test.json",
      '{"decidedBy": "luck"}',
      'test.json: decidedBy: expected ("train" | "validation" | "test"), got "luck"',
    ],
    ["data.json", "{}", "data.json: classes: missing: was it edited?"],
    ["data.json", '{"classes": ["a", 1]}', "data.json: classes.1: expected string, got 1: was it edited?"],
    [
      "skipped.json",
      '[{"split": "training"}]',
      'skipped.json: 0.split: expected ("train" | "validation" | "test"), got "training"',
    ],
    ["environment.json", "7", "environment.json: expected Array, got 7"],
    ["metrics.jsonl", '{"epoch": -1}', "metrics.jsonl: line 1: epoch: expected >=0, got -1"],
    ["metrics.jsonl", '{"epoch": 1, "train": 3}', "metrics.jsonl: line 1: train: expected Object, got 3"],
  ] as const;
  for (const [name, text, message] of refusals) {
    const file = join(path, name);
    const before = await readFile(file);
    await writeFile(file, text);
    const readAll = async () => {
      const run = await RunFolder.open(path);
      await run.data();
      await run.skipped();
      await run.sessions();
      await run.metrics();
      await run.test();
    };
    await expect(readAll()).rejects.toThrow(join(path, message));
    await writeFile(file, before);
    await readAll();
  }
});

describe("an edit between two parts of a run", () => {
  const short = { net: "net1", epochs: 1, schedule: "constant", warmupEpochs: undefined };

  it("of what decides the numbers is refused, by its name, with what it was and is", async () => {
    const path = join(root, "edited-options");
    await startRun(path, config(short), quiet);
    const refusals: [string, Record<string, unknown>, string][] = [
      ["config.json", { batch: 6 }, "config.json: batch was 5 then, and is 6 now"],
      ["config.json", { splitSeed: 1 }, "config.json: splitSeed was 0 then, and is 1 now"],
      ["config.json", { seed: 2 }, "config.json: seed was 1 then, and is 2 now"],
      ["config.json", { lr: 0.1 }, "config.json: lr was 0.001 then, and is 0.1 now"],
      ["config.json", { augment: { flip: 0.5 } }, 'config.json: augment was nothing then, and is {"flip":0.5} now'],
      ["config.json", { softmaxNll: true }, "config.json: softmaxNll was false then, and is true now"],
      [
        "config.json",
        { size: 16, limit: 9 },
        "size was 8 then, and is 16 now; config.json: limit was nothing then, and is",
      ],
      [
        "data.json",
        { classes: ["covered", "not covered"] },
        'classes was ["not covered","covered"] then, and is ["covered',
      ],
    ];
    for (const [name, changes, message] of refusals) {
      const file = join(path, name);
      const before = await readFile(file, "utf8");
      await writeFile(file, JSON.stringify({ ...JSON.parse(before), ...changes }));
      await expect(resumeRun(path, { epochs: 2 }, quiet)).rejects.toThrow(message);
      await expect((await RunFolder.open(path)).loadModel("best")).rejects.toThrow(
        `${join(path, "best.safetensors")}: it was saved with other settings: `,
      );
      await writeFile(file, before);
    }
    await (await RunFolder.open(path)).loadModel("best");
  });

  it("of anything else is not", async () => {
    const path = join(root, "edited-freely");
    await startRun(path, config(short), quiet);
    const file = join(path, "config.json");
    const free = { epochs: 2, threads: 2, checkpointEvery: 7, cache: join(root, "cache") };
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), ...free }));
    await resumeRun(path, {}, quiet);
    expect(await (await RunFolder.open(path)).metrics()).toHaveLength(2);
  });

  it("of the number of epochs is refused where a cosine is made for it", async () => {
    const path = join(root, "edited-cosine");
    await startRun(path, config({ epochs: 2 }), quiet);
    await expect(resumeRun(path, { epochs: 3 }, quiet)).rejects.toThrow(
      `${path}: epochs cannot change from 2: the cosine is made for so many`,
    );
    await resumeRun(path, { epochs: 2 }, quiet);
    const file = join(path, "config.json");
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, "utf8")), epochs: 3 }));
    await expect(resumeRun(path, {}, quiet)).rejects.toThrow("config.json: epochs was 2 then, and is 3 now");
  });
});

describe("files that are not of one run", () => {
  const short = { net: "net1", epochs: 3, schedule: "constant", warmupEpochs: undefined };
  const copyOf = async (path: string, name: string) => {
    await cp(path, join(root, name), { recursive: true });
    return join(root, name);
  };

  it("are found before a run is gone on with, or reported", async () => {
    const [first, second] = [join(root, "first-of-two"), join(root, "second-of-two")];
    await startRun(first, config(short), quiet);
    await startRun(second, config({ ...short, seed: 2 }), quiet);
    const swapped = await copyOf(first, "swapped-metrics");
    await cp(join(second, "metrics.jsonl"), join(swapped, "metrics.jsonl"));
    await expect(examine(swapped)).rejects.toThrow(
      /by those in metrics\.jsonl the best is epoch \d, or .* writes metrics\.jsonl anew$/,
    );
    await resumeRun(swapped, {}, quiet);
    await expect(examine(swapped)).resolves.toHaveProperty("warnings", []);
    const onEvent = () => expect.unreachable("photographs are read");
    for (const [name, break_, message] of [
      [
        "best-is-last",
        (path: string) => cp(join(first, "last.safetensors"), join(path, "best.safetensors")),
        "its reports are of 3 epochs, and by those in last.safetensors the best is epoch ",
      ],
      ["best-is-gone", (path: string) => rm(join(path, "best.safetensors")), "it is missing, though 3 epochs"],
      ["best-is-empty", (path: string) => truncate(join(path, "best.safetensors")), "0 bytes are too few"],
    ] as const) {
      const path = await copyOf(first, name);
      await break_(path);
      const before = await runContents(path).catch(() => undefined);
      await expect(resumeRun(path, { epochs: 4 }, { onEvent })).rejects.toThrow(message);
      expect(await runContents(path).catch(() => undefined)).toEqual(before);
      expect(existsSync(join(path, "test.json"))).toBe(true);
    }
  });

  it("may be so after an interruption between two of them: the end of the epoch comes again", async () => {
    const path = join(root, "between");
    await startRun(path, config({ ...short, epochs: 1 }), quiet);
    const before = await copyOf(path, "between-before");
    await resumeRun(path, { epochs: 2 }, quiet);
    // As if the first epoch's end had been saved in "best" alone.
    const start = join(root, "between-start");
    await interrupted(1, (hooks) => startRun(start, config({ ...short, epochs: 1, checkpointEvery: 1 }), hooks));
    await cp(join(before, "best.safetensors"), join(start, "best.safetensors"));
    await resumeRun(start, { epochs: 2 }, quiet);
    expect(await runContents(start)).toEqual(await runContents(path));
  });
});

describe("a run of another version", () => {
  const short = { net: "net1", epochs: 1, schedule: "constant", warmupEpochs: undefined };
  const edit = async (file: string, change: (value: never) => unknown) =>
    writeFile(file, JSON.stringify(change(JSON.parse(await readFile(file, "utf8")) as never)));

  it("that lacks an option goes on as it did before there was that option", async () => {
    const path = join(root, "older");
    await startRun(path, config({ ...short, duplicates: "apart" }), quiet);
    // Neither config.json nor the settings in a checkpoint had it.
    await edit(join(path, "config.json"), ({ duplicates: _, ...rest }: TrainConfig) => rest);
    const { metadata } = await loadSafetensors(join(path, "last.safetensors"));
    expect(JSON.parse(metadata.settings)["config.json"]).not.toHaveProperty("duplicates");
    expect((await RunFolder.open(path)).config.duplicates).toBe("apart");
    await resumeRun(path, { epochs: 2 }, quiet);
    expect((await RunFolder.open(path)).config.duplicates).toBe("apart");
  });

  it("that has an option more is refused with both versions", async () => {
    const path = join(root, "newer");
    await startRun(path, config(short), quiet);
    await edit(join(path, "environment.json"), ([session]: object[]) => [{ ...session, torchlet: "99.0.0" }]);
    await expect(RunFolder.open(path)).resolves.toBeInstanceOf(RunFolder);
    await edit(join(path, "config.json"), (given: object) => ({ ...given, mixup: 0.2 }));
    await expect(RunFolder.open(path)).rejects.toThrow(
      /config\.json: mixup: there is no such option; .*\. The run is of torchlet 99\.0\.0, and this is torchlet \d/,
    );
  });
});

it("weights that are not finite are refused where they are read", async () => {
  const path = join(root, "not-finite");
  await startRun(path, config({ net: "net1", epochs: 1, warmupEpochs: 0 }), quiet);
  const run = await RunFolder.open(path);
  const file = run.checkpoint("best");
  for (const name of ["model.0.weight", "model.0.bias"]) {
    const { tensors, metadata } = await loadSafetensors(file);
    const values = await tensors[name].data();
    values[1] = name.endsWith("bias") ? -Infinity : Number.NaN;
    const { sha256: _, ...rest } = metadata;
    await saveSealed(file, { ...tensors, [name]: tensor(values, tensors[name].shape) }, rest);
  }
  await expect(run.loadModel("best")).rejects.toThrow(
    `${file}: NaN or infinity in 0.weight, 0.bias. Training saves no`,
  );
  await run.loadModel("last");
});

describe("the folder", () => {
  it("holds what it says, and nothing else", async () => {
    const path = join(root, "plain");
    await startRun(path, config({ epochs: 1, warmupEpochs: 0 }), quiet);
    const files = await readdir(path);
    expect(files.sort()).toEqual([
      "best.safetensors",
      "config.json",
      "data.json",
      "environment.json",
      "last.safetensors",
      "metrics.jsonl",
      "skipped.json",
      "test.json",
    ]);
    const run = await RunFolder.open(path);
    expect(run.config).toEqual(config({ epochs: 1, warmupEpochs: 0 }));
    const counts = { train: { count: 18 }, validation: { count: 2 }, test: { count: 10 } };
    expect(await run.data()).toMatchObject({ classes: ["not covered", "covered"], size: 8, ...counts });
    expect(await run.skipped()).toEqual([]);
    const metrics = ["loss", "accuracy", "error", "precision", "recall", "f1", "auc"];
    const [line] = await run.metrics();
    expect(Object.keys(line)).toEqual(["epoch", "train", "validation", "lr", "imagesPerSecond", "seconds", "seed"]);
    for (const split of [line.train, line.validation!]) expect(Object.keys(split)).toEqual(metrics);
    expect((await readFile(join(path, "metrics.jsonl"), "utf8")).endsWith("}\n")).toBe(true);
    await appendFile(join(path, "metrics.jsonl"), '{"epoch": 2, "tr');
    await expect(run.metrics()).rejects.toThrow(
      `${join(path, "metrics.jsonl")}: line 2: not JSON: Unterminated string`,
    );
    await expect(startRun(path, config(), quiet)).rejects.toThrow(`${path} holds a run already`);
    await expect(RunFolder.open(root)).rejects.toThrow(`${root} is no run folder`);
  });
});
