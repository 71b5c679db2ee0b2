/** Own: a net for one's own photographs, which never leave the worker. */

import { fitImage } from "../../../src/data/fit-image.js";
import {
  AdamW,
  type AugmentOptions,
  CosineWarmupLR,
  type DroppedFile,
  fit,
  gradCam,
  heatPicture,
  type Image,
  type ImageDataset,
  imageFrom,
  imagesToDataset,
  imageToTensor,
  manualSeed,
  Net3,
  predict,
} from "../../../src/index.js";
import { generatorStates, setGeneratorStates } from "../../../src/tensor/generator-states.js";
import type { Learned, Mistake, OwnClass, OwnNews, OwnRequest } from "../yours/protocol.js";
import { pixelsOf } from "./pixels.js";
import { takeOver, type WeightsFile } from "./trunk.js";

/** Width and height in pixels, and how a photograph gets there: its middle, cut out square. */
const SIZE = 64;
const SHAPE = { channels: 3, height: SIZE, width: SIZE };

/** Every fifth is kept aside, to be asked about. */
const ASIDE = 0.2;

const [BATCH, LR] = [16, 0.002];

/** Where the weights have learned before: they are not to forget it in the first steps. */
const LR_FROM_FILE = 0.0005;

/** Steps that few photographs need, seen again and again; and epochs, whatever their number. */
const STEPS = 360;
const [FEWEST_EPOCHS, MOST_EPOCHS] = [30, 120];

/** With few photographs, each has to be seen in many ways. */
const AUGMENT: AugmentOptions = {
  flip: 0.5,
  shift: 0.1,
  rotate: 15,
  crop: 0.25,
  brightness: 0.3,
  contrast: 0.3,
  saturation: 0.3,
};

interface Sample {
  id: number;
  /** The class that it is of. */
  of: number;
  image: Image;
}

/** How often a net takes which for which, and which photographs. */
async function judged(net: Net3, aside: ImageDataset): Promise<Omit<Learned, "classes">> {
  const { top } = await predict(net, aside, { topK: 1 });
  const wrong = top.flatMap(([{ label: said, probability: sure }], i): Mistake[] =>
    said === aside.labels[i] ? [] : [{ image: pixelsOf(imageOf(aside, i)), is: aside.labels[i], said, sure }],
  );
  const counts = new Map<string, { is: number; said: number; count: number }>();
  for (const { is, said } of wrong) {
    const pair = counts.get(`${is} ${said}`) ?? { is, said, count: 0 };
    pair.count++;
    counts.set(`${is} ${said}`, pair);
  }
  return {
    aside: aside.length,
    right: aside.length - wrong.length,
    mistakes: wrong.sort((a, b) => b.sure - a.sure),
    pairs: [...counts.values()].sort((a, b) => b.count - a.count),
  };
}

/** Red, green and blue of each pixel from planes of each. */
function imageOf(images: ImageDataset, index: number): Image {
  const planes = images.pixels(index);
  const data = planes.map((_, i) => planes[(i % 3) * SIZE * SIZE + Math.floor(i / 3)]);
  return { width: SIZE, height: SIZE, data };
}

export class Own {
  readonly #tell: (news: OwnNews) => void;
  #samples: Sample[] = [];
  #nextId = 0;
  /** What the next nets begin with, if not with random numbers. */
  #weights: WeightsFile | undefined;
  /** What has learned last. */
  #learned: Net3 | undefined;
  /** Whether training goes on: nothing else of torchlet may run meanwhile. */
  isLearning = false;
  #last = Promise.resolve();
  #stop = new AbortController();

  constructor(tell: (news: OwnNews) => void) {
    this.#tell = tell;
  }

  /**
   * Answers one request after the other, but for the one that ends what is going on.
   * @returns what resolves when it is answered
   */
  hear(request: OwnRequest): Promise<void> {
    if (request.ask === "learn") this.#stop = new AbortController();
    if (request.ask === "stop") return this.stop();
    this.#last = this.#last.then(() => this.#answer(request));
    return this.#last;
  }

  /** Resolves when nothing goes on any more. */
  stop(): Promise<void> {
    this.#stop.abort();
    return this.#last;
  }

  async #answer(request: Exclude<OwnRequest, { ask: "stop" }>): Promise<void> {
    switch (request.ask) {
      case "add":
        for (const dropped of request.files) await this.#addFile(request.to, dropped);
        break;
      case "addFrame":
        await this.#addFrame(request.to, request.frame);
        break;
      case "removeClass":
        this.#samples = this.#samples.filter(({ of }) => of !== request.id);
        break;
      case "removePhotograph":
        this.#samples = this.#samples.filter(({ id }) => id !== request.id);
        break;
      case "beginWith":
        await this.#beginWith(request.file);
        break;
      case "learn":
        this.isLearning = true;
        await this.#learn(request.classes)
          .catch(({ message }: Error) => {
            this.#tell(this.#stop.signal.aborted ? { told: "stopped" } : { told: "broken", reason: message });
          })
          .finally(() => {
            this.isLearning = false;
          });
        break;
      case "look":
        await this.#look(request.at);
        break;
    }
  }

  async #addFile(to: number, { path, file }: DroppedFile): Promise<void> {
    try {
      this.#add(to, await imageFrom(file));
    } catch (error) {
      this.#tell({ told: "refused", file: path, reason: (error as Error).message });
    }
  }

  async #addFrame(to: number, frame: ImageBitmap): Promise<void> {
    try {
      this.#add(to, await imageFrom(frame));
    } catch (error) {
      this.#tell({ told: "refused", file: "camera", reason: (error as Error).message });
    } finally {
      frame.close();
    }
  }

  #add(of: number, whole: Image): void {
    const image = fitImage(whole, SHAPE, "crop");
    const id = this.#nextId++;
    this.#samples.push({ id, of, image });
    this.#tell({ told: "added", id, of, image: pixelsOf(image) });
  }

  /** Tries the file on a net, so that what does not fit is told at once. */
  async #beginWith(file: File | undefined): Promise<void> {
    if (!file) {
      this.#weights = undefined;
      return;
    }
    const generators = generatorStates();
    try {
      const weights = { name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) };
      const taken = takeOver(new Net3({ size: SIZE }), weights);
      this.#weights = weights;
      this.#tell({ told: "beginsWith", file: file.name, ...taken });
    } catch (error) {
      this.#tell({ told: "weightsRefused", file: file.name, reason: (error as Error).message });
    } finally {
      // A run that waits meanwhile goes on with the numbers that it would have drawn.
      setGeneratorStates(generators);
    }
  }

  async #learn(classes: OwnClass[]): Promise<void> {
    const labels = new Map(classes.map(({ id }, label) => [id, label]));
    const samples = this.#samples.filter(({ of }) => labels.has(of));
    const all = imagesToDataset(
      samples.map(({ image }) => image),
      { labels: samples.map(({ of }) => labels.get(of)!), classes: classes.map(({ name }) => name) },
    );
    manualSeed(1);
    const [train, aside] = all.split(ASIDE);
    const net = new Net3({ classes: classes.length, size: SIZE });
    if (this.#weights) takeOver(net, this.#weights);
    const optimizer = new AdamW(net.parameters(), { lr: this.#weights ? LR_FROM_FILE : LR, weightDecay: 0.05 });
    const batchSize = Math.min(BATCH, train.length);
    const wanted = Math.ceil(STEPS / Math.ceil(train.length / batchSize));
    const epochs = Math.min(MOST_EPOCHS, Math.max(FEWEST_EPOCHS, wanted));
    await fit(net, {
      ...{ optimizer, train, validation: aside, batchSize, augment: AUGMENT, epochs },
      schedule: new CosineWarmupLR(optimizer, { steps: epochs, warmupSteps: 2 }),
      signal: this.#stop.signal,
      onEpoch: ({ epoch, epochs, train, validation }) => {
        this.#tell({ told: "progress", epoch, epochs, loss: train.loss, accuracy: validation!.accuracy });
      },
    });
    this.#learned = net;
    this.#tell({ told: "learned", classes, ...(await judged(net, aside)) });
  }

  async #look(at: ImageBitmap | File): Promise<void> {
    if (!this.#learned) return;
    const net = this.#learned;
    try {
      const image = fitImage(await imageFrom(at), SHAPE, "crop");
      const inputs = imageToTensor(image);
      const [heat] = await gradCam(net, inputs);
      inputs.dispose();
      // Net #3 ends in logSoftmax.
      const probabilities = Array.from(heat.output, Math.exp);
      this.#tell({ told: "answer", probabilities, heat: pixelsOf(heatPicture(image, heat, { from: "least" })) });
    } catch (error) {
      this.#tell({ told: "unreadable", reason: (error as Error).message });
    } finally {
      if (at instanceof ImageBitmap) at.close();
    }
  }
}
