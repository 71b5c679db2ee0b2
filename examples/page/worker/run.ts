/** Run: a net that learns faces, from a seed on, as fast or as slowly as the page wants it. */

// Not from index.ts, whose every name would count as what the worker begins with: see vite.config.ts.
import type { Optimizer, Parameter, Sequential, Training } from "../../../src/index.js";
import { Net3 } from "../../../src/nets/net3.js";
import { Adam } from "../../../src/optim/adam.js";
import { memory, useBackend } from "../../../src/tensor/backend/registry.js";
import { manualSeed } from "../../../src/tensor/random.js";
import { TrainingPosition } from "../../../src/train/position.js";
import type { Begin, FileKind, History, News } from "../protocol.js";
import type { Settings } from "../settings.js";
import { FaceSet, SIZE } from "./faces.js";
import { Gate } from "./gate.js";
import { type LearnedStep, learnEpoch } from "./learn.js";
import { pixelsOf } from "./pixels.js";
import { type SavedRun, savedRun } from "./store.js";

/** Faces to learn from, faces to be asked about, and how often to go through the former. */
const [TRAIN, TEST, EPOCHS] = [1024, 96, 60];

/** Bytes that a net may take: with more, a phone would end the tab without a word. */
const MEMORY = 2 ** 30;

/** Faces that are drawn and shown at a time. */
const DRAWN_AT_ONCE = 48;

/** Between two pieces of news about progress. Whatever is told is drawn, which costs a phone more than a step of training. */
export const PROGRESS_MS = 500;

/** Between two looks at the net: so long at least, and so many times what the last one took. */
const [LOOK_MS, LOOK_SHARE] = [500, 12];

async function makeNet(name: Settings["net"]): Promise<Sequential> {
  if (name === "net3") return new Net3({ size: SIZE });
  const { Net1 } = await import("./chosen.js");
  return new Net1({ size: SIZE });
}

async function makeOptimizer(name: Settings["optimizer"], parameters: Parameter[], lr: number): Promise<Optimizer> {
  if (name === "adam") return new Adam(parameters, { lr });
  const { AdamW, SGD } = await import("./chosen.js");
  return name === "adamw" ? new AdamW(parameters, { lr }) : new SGD(parameters, { lr, momentum: 0.9 });
}

/** @returns why `wasm` computes, where it was not asked to */
async function open(backend: Settings["backend"]): Promise<string | undefined> {
  let refusal: string | undefined;
  try {
    if (backend !== "wasm") await useBackend(backend);
  } catch (error) {
    refusal = (error as Error).message;
  }
  if (backend === "wasm" || refusal !== undefined) await useBackend("wasm", { memoryLimit: MEMORY });
  return refusal;
}

export class Run {
  /** Resolves when nothing of it goes on any more; what it has can be asked for all the same. */
  readonly over: Promise<void>;
  readonly gate: Gate;
  readonly #settings: Settings;
  readonly #tell: (news: News) => void;
  readonly #stop = new AbortController();
  #chosen = 0;
  #look: (() => Promise<void>) | undefined;
  #nextLook = 0;
  #step = 0;
  /** Of the steps that have not been told. */
  #losses: number[] = [];
  #facesPerSecond = 0;
  #history: History = { losses: [], accuracies: [] };
  /** What there is to keep, once it is there. */
  #training: Training | undefined;
  #nextProgress = 0;

  constructor({ settings, going, slow, resume }: Begin, tell: (news: News) => void) {
    this.#settings = settings;
    this.#tell = tell;
    this.gate = new Gate(going, slow);
    this.over = this.#train(resume)
      .catch(({ message }: Error) => {
        if (!this.#stop.signal.aborted) this.#tell({ kind: "failed", message });
      })
      .finally(() => this.gate.end());
  }

  /** Ends it after the step that is being taken. */
  stop(): void {
    this.#stop.abort();
    this.gate.close();
  }

  /** Follows another face through the net. */
  choose(face: number): void {
    this.#chosen = face;
    this.gate.between(async () => this.#look?.());
  }

  /** The net as a file, or all of the run. */
  file(as: FileKind): void {
    this.gate.between(async () => {
      if (!this.#training) return;
      const { fileOf } = await import("./file.js");
      this.#tell({ kind: "file", ...(await fileOf(as, this.#settings.net, this.#training)) });
    });
  }

  async #train(resume: boolean): Promise<void> {
    const { seed, backend, net: name, optimizer: by, lr, batch: batchSize } = this.#settings;
    this.#tell({ kind: "begins" });
    const test = new FaceSet("test", TEST, this.#settings);
    this.#show(test);
    const saved = resume ? await savedRun() : undefined;
    const refusal = await open(backend);
    manualSeed(seed);
    const model = await makeNet(name);
    const optimizer = await makeOptimizer(by, model.parameters(), lr);
    const position = await this.#positionOf(saved, { model, optimizer });
    const training = { model, optimizer, position };
    this.#training = training;
    const parameters = model.parameters().reduce((sum, { size }) => sum + size, 0);
    const before = position.epoch > 1 ? this.#history : undefined;
    this.#tell({ kind: "began", parameters, device: model.parameters()[0].backend.device, refusal, before });
    this.#look = () => this.#lookAt(model, test);
    await this.#pass();
    const faces = new FaceSet("train", TRAIN, this.#settings);
    while (position.epoch <= EPOCHS) {
      for await (const step of learnEpoch(training, { faces, batchSize, epochs: EPOCHS })) await this.#afterStep(step);
      await this.#save(training);
    }
    await this.#look();
    this.#tell({ kind: "finished" });
  }

  async #afterStep(step: LearnedStep): Promise<void> {
    this.#note(step);
    if (performance.now() >= this.#nextLook) await this.#look?.();
    await this.#pass();
  }

  /** The beginning, or where the run was that the browser has kept, if it is of these settings. */
  async #positionOf(saved: SavedRun | undefined, made: Omit<Training, "position">): Promise<TrainingPosition> {
    if (!saved || JSON.stringify(saved.settings) !== JSON.stringify(this.#settings)) return new TrainingPosition();
    try {
      const { goOn } = await import("./saving.js");
      const position = await goOn(saved, made);
      this.#history = saved.history;
      this.#step = saved.history.losses.length;
      return position;
    } catch {
      // What another version of the page has kept: it begins anew, and the next epoch replaces it.
      return new TrainingPosition();
    }
  }

  /** Has the browser keep the run as it is between two epochs. */
  async #save(training: Training): Promise<void> {
    const { save } = await import("./saving.js");
    const bytes = await save(this.#settings, training, this.#history);
    this.#tell({ kind: "saved", epoch: training.position.epoch - 1, bytes });
  }

  /** Draws the faces that the net will be asked about. */
  #show(faces: FaceSet): void {
    for (let first = 0; first < faces.length; first += DRAWN_AT_ONCE) {
      const indices = Array.from({ length: DRAWN_AT_ONCE }, (_, i) => first + i);
      const pictures = indices.map((i) => pixelsOf(faces.face(i)));
      this.#tell({ kind: "faces", pictures, labels: indices.map((i) => faces.labels[i]) });
    }
  }

  /** Waits until the next step may be taken; whoever has to wait sees the net as it is now. */
  async #pass(): Promise<void> {
    await this.gate.pass(async () => {
      await this.#look?.();
      this.#tell({ kind: "paused", step: this.#step });
    });
    this.#stop.signal.throwIfAborted();
  }

  /** Notes a step; not each of them is told at once. */
  #note({ loss, facesPerSecond }: LearnedStep): void {
    this.#step++;
    // What the worker asks for from here on is no part of the first load: see measure.ts.
    if (this.#step === 1) performance.mark("first step");
    this.#losses.push(loss);
    this.#history.losses.push(loss);
    this.#facesPerSecond = facesPerSecond;
    if (performance.now() >= this.#nextProgress) this.#tellProgress();
  }

  #tellProgress(): void {
    if (!this.#training || this.#losses.length === 0) return;
    const { epoch } = this.#training.position;
    const where = { epoch, step: this.#step, losses: this.#losses };
    this.#tell({ kind: "progress", ...where, facesPerSecond: this.#facesPerSecond, memory: memory().reserved });
    this.#losses = [];
    this.#nextProgress = performance.now() + PROGRESS_MS;
  }

  async #lookAt(net: Sequential, faces: FaceSet): Promise<void> {
    const { lookAt } = await import("./look.js");
    const start = performance.now();
    const look = await lookAt(net, faces, this.#chosen);
    if (this.#history.accuracies.at(-1)?.[0] !== this.#step) this.#history.accuracies.push([this.#step, look.accuracy]);
    this.#tellProgress();
    this.#tell({ kind: "look", step: this.#step, ...look });
    const end = performance.now();
    this.#nextLook = end + Math.max(LOOK_MS, LOOK_SHARE * (end - start));
  }
}
