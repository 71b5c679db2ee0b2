/** What TensorBoard shows of a run: the same however often it was interrupted. */

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { PNG } from "pngjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { type BoardMessage, boardType } from "../../src/io/tensorboard/schema.js";
import type { Sequential } from "../../src/layers/sequential.js";
import { boardImages } from "../../src/report/board-images.js";
import { trainConfig } from "../../src/run/config.js";
import { type RunEvent, type RunHooks, resumeRun, startRun } from "../../src/run/run.js";
import { RunBoard } from "../../src/run/run-board.js";
import { RunFolder } from "../../src/run/run-folder.js";
import type { Metrics } from "../../src/train/metrics.js";
import { TrainingPosition } from "../../src/train/position.js";
import type { EpochReport } from "../../src/train/reports.js";
import { readEvents, scalarsIn, sessionsIn } from "../io/read-events.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
});
afterAll(() => rm(root, { recursive: true }));

/** 18 photographs, of which an epoch trains on 15 in three batches: two steps. */
const options = { size: 8, epochs: 2, batch: 5, dropLast: true, accumulate: 2, augment: { flip: 0.5 }, threads: 1 };
const config = (changes: Record<string, unknown> = {}) =>
  trainConfig({ data: join(root, "faces"), backend: "wasm", ...options, ...changes });

const board = { draw: boardImages };
const quiet: RunHooks = { onEvent: () => {}, board };

/** What does not depend on the clock. */
function curvesOf(folder: string) {
  const curves = Object.entries(scalarsIn(readEvents(folder)));
  return Object.fromEntries(curves.filter(([tag]) => !/imagesPerSecond|seconds/.test(tag)));
}

describe("a run", () => {
  it("tells each step and each epoch by its step in the run, and its end", async () => {
    const path = join(root, "a");
    await startRun(path, config(), quiet);
    const run = await RunFolder.open(path);
    const epochs = await run.metrics();
    const curves = scalarsIn(readEvents(path));
    expect(curves["step/loss"].map(([step]) => step)).toEqual([1, 2, 3, 4]);
    const float = (value: number) => Math.fround(value);
    expect(curves["loss/train"]).toEqual(epochs.map(({ epoch, train }) => [2 * epoch, float(train.loss)]));
    expect(curves["accuracy/validation"]).toEqual(
      epochs.map(({ epoch, validation }) => [2 * epoch, float(validation!.accuracy)]),
    );
    expect(curves["epoch/lr"]).toEqual([
      [2, float(0.001)],
      [4, float(0.001)],
    ]);
    const { best, last } = (await run.test())!;
    expect(curves["end/loss of the best epoch"]).toEqual([[4, float(best.metrics.loss)]]);
    expect(curves["end/accuracy of the last epoch"]).toEqual([[4, float(last.metrics.accuracy)]]);
    expect(curves["loss/test"]).toBeUndefined();
  });

  it("has its options in TensorBoard's table, those within others by both names", () => {
    const path = join(root, "table");
    const given = { config: config({ classWeights: [1, 2] }), length: 18, begun: false };
    new RunBoard(path, { ...given, position: new TrainingPosition() }).close();
    const [, { summary }] = readEvents(path);
    const { content } = summary!.value![0].metadata!.pluginData!;
    const { sessionStartInfo } = fromBinary(
      boardType("HParamsPluginData"),
      content!,
    ) as BoardMessage<"HParamsPluginData">;
    const { hparams } = sessionStartInfo!;
    const byName = Object.fromEntries(hparams!.map(({ key, value }) => [key, value]));
    expect(byName["augment.flip"]).toMatchObject({ numberValue: 0.5 });
    expect(byName.optimizer).toMatchObject({ stringValue: "adam" });
    expect(byName.dropLast).toMatchObject({ boolValue: true });
    expect(byName.classWeights).toMatchObject({ stringValue: "[1,2]" });
    expect(byName).not.toHaveProperty("data");
    expect(byName).not.toHaveProperty("clipNorm");
    expect(byName).not.toHaveProperty("epochs");
  });

  it("has no curve of what was not measured", () => {
    const path = join(root, "no-auc");
    const board = new RunBoard(path, { config: config(), length: 18, begun: false, position: new TrainingPosition() });
    const metrics = { loss: 1, accuracy: 0.5, auc: undefined } as unknown as Metrics;
    const speed = { imagesPerSecond: 1, seconds: 1 };
    board.onEpoch({ epoch: 1, train: metrics, validation: metrics, lr: 0.1, ...speed } as EpochReport);
    board.close();
    expect(Object.keys(scalarsIn(readEvents(path))).sort()).toEqual(
      [
        ...["train", "validation"].flatMap((split) => [`loss/${split}`, `accuracy/${split}`]),
        ...["epoch/lr", "epoch/imagesPerSecond", "epoch/seconds"],
      ].sort(),
    );
  });

  it("draws the filters of its first layer and what it confuses", async () => {
    const values = readEvents(join(root, "a")).flatMap(({ summary }) => summary?.value ?? []);
    const [filters, confusion] = ["filters", "confusion"].map((name) => values.find(({ tag }) => tag === name)!);
    // Eight filters of 5 × 5 in a row, a pixel behind each, eight times larger.
    expect(filters.image).toMatchObject({ width: 8 * 6 * 8, height: 6 * 8 });
    const picture = PNG.sync.read(Buffer.from(confusion.image!.encodedImageString!));
    expect([picture.width, picture.height]).toEqual([256, 256]);
    const rows = confusion.metadata!.summaryDescription!.split("\n").slice(-2);
    const counts = rows.map((row) => row.split("|").slice(2, 4).map(Number));
    expect(counts.flat().reduce((sum, n) => sum + n)).toBe(10);
    const { best } = (await (await RunFolder.open(join(root, "a"))).test())!;
    expect((counts[0][0] + counts[1][1]) / 10).toBeCloseTo(best.metrics.accuracy, 12);
    // Blue on the diagonal, orange beside it: white where nothing is.
    const colorAt = (row: number, column: number) => {
      const at = 4 * ((128 * row + 64) * 256 + 128 * column + 64);
      return [...picture.data.subarray(at, at + 3)];
    };
    for (const [row, column] of [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]) {
      const share = counts[row][column] / (counts[row][0] + counts[row][1]);
      const full = row === column ? [58, 134, 200] : [224, 123, 34];
      expect(colorAt(row, column)).toEqual(full.map((byte) => Math.trunc(255 - share * (255 - byte))));
    }
  });

  it("draws them of its best epoch", async () => {
    const path = join(root, "best");
    const numbers = (model: Sequential) => Promise.all(Object.values(model.stateDict()).map((value) => value.data()));
    let drawn: unknown;
    const draw = async (model: Sequential) => {
      drawn = await numbers(model);
      return [];
    };
    // Weights stay as they are, only the moments of the batch norms move: no later epoch is better than the first.
    await startRun(path, config({ epochs: 3, metric: "auc", lr: 1e-30 }), { ...quiet, board: { draw } });
    const run = await RunFolder.open(path);
    expect(drawn).toEqual(await numbers(await run.loadModel("best")));
    expect((await run.test())!.best.epoch).toBe(1);
    expect(drawn).not.toEqual(await numbers(await run.loadModel("last")));
  });

  it("that was interrupted tells the same: a file for each session, and nothing twice", async () => {
    const path = join(root, "parts");
    for (const steps of [1, 2]) {
      const controller = new AbortController();
      let left = steps;
      const onEvent = ({ event }: RunEvent) => {
        if (event === "step" && --left === 0) controller.abort(new Error("enough"));
      };
      const hooks = { onEvent, board, signal: controller.signal };
      const running = RunFolder.exists(path) ? resumeRun(path, {}, hooks) : startRun(path, config(), hooks);
      await expect(running).rejects.toThrow("enough");
    }
    await resumeRun(path, {}, quiet);
    expect(sessionsIn(path)).toHaveLength(3);
    expect(curvesOf(path)).toEqual(curvesOf(join(root, "a")));
  });

  it("that lost what it had told since its checkpoint tells that again", async () => {
    const path = join(root, "lost");
    await startRun(path, config(), quiet);
    // As if killed before the second epoch: its events are there, its checkpoint is not.
    const early = join(root, "early");
    await startRun(early, config({ epochs: 1 }), { onEvent: () => {} });
    await cp(join(early, "last.safetensors"), join(path, "last.safetensors"));
    await cp(join(early, "best.safetensors"), join(path, "best.safetensors"));
    await resumeRun(path, {}, quiet);
    expect(curvesOf(path)).toEqual(curvesOf(join(root, "a")));
  });
});

describe("the folder", () => {
  it("is the run's own, or another one", async () => {
    await startRun(join(root, "apart"), config({ epochs: 1 }), {
      ...quiet,
      board: { ...board, folder: join(root, "events") },
    });
    expect(readEvents(join(root, "apart"))).toEqual([]);
    expect(curvesOf(join(root, "events"))["step/loss"]).toHaveLength(2);
  });

  it("that has another training's events is refused before anything is made", async () => {
    const again = startRun(join(root, "again"), config(), { ...quiet, board: { ...board, folder: join(root, "a") } });
    await expect(again).rejects.toThrow(
      `${join(root, "a")}: it has the events of another training, which would be mixed: choose another folder`,
    );
    expect(RunFolder.exists(join(root, "again"))).toBe(false);
  });

  it("of a numbered run is one that nobody has used; one that was asked for is looked at all the same", async () => {
    const one = config({ epochs: 1 });
    await startRun(join(root, "a"), one, quiet, { numbered: true });
    expect(curvesOf(join(root, "a-2"))["step/loss"]).toHaveLength(2);
    const mixed = { ...quiet, board: { ...board, folder: join(root, "a") } };
    await expect(startRun(join(root, "a"), one, mixed, { numbered: true })).rejects.toThrow(
      "it has the events of another training",
    );
  });

  it("is not among the photographs", async () => {
    const folder = join(root, "faces/events");
    const within = startRun(join(root, "again"), config(), { ...quiet, board: { ...board, folder } });
    await expect(within).rejects.toThrow("choose another --tensorboard");
  });
});
