/** FaceSet: drawn faces as a dataset, each drawn when it is first asked for. */

import { imageToTensor } from "../../../src/data/image-to-tensor.js";
import type { BatchOptions, ClassDataset, Image, Tensor } from "../../../src/index.js";
import { cat } from "../../../src/tensor/ops/movement/cat.js";
import { defaultGenerator, Generator } from "../../../src/tensor/random.js";
import { scope } from "../../../src/tensor/scope.js";
import { drawFace, FACE_CLASSES } from "../../draw-face.js";
import type { Settings } from "../settings.js";

/** Width and height in pixels. */
export const SIZE = 32;

interface FaceBatch {
  /** [N, 3, SIZE, SIZE] */
  inputs: Tensor;
  /** 1 where a face is covered. */
  targets: Int32Array;
}

export class FaceSet implements ClassDataset {
  readonly classes = FACE_CLASSES;
  /** 1 where a face is covered. */
  readonly labels: Int32Array;
  readonly #streams: readonly Generator[];
  readonly #faces: Image[] = [];
  readonly #covers: Settings["faces"];

  /** @param name another name, other faces */
  constructor(name: string, length: number, { seed, faces }: Settings) {
    const root = new Generator(seed).fork(name);
    this.#streams = Array.from({ length }, (_, i) => root.fork(`face ${i}`));
    this.labels = Int32Array.from(this.#streams, (stream) => stream.int(2));
    this.#covers = faces;
  }

  get length(): number {
    return this.labels.length;
  }

  face(index: number): Image {
    this.#faces[index] ??= drawFace(SIZE, this.labels[index] === 1, this.#streams[index], this.#covers);
    return this.#faces[index];
  }

  /** Some of them: [N, 3, SIZE, SIZE] in [0, 1]. */
  tensor(indices: Int32Array): Tensor {
    return scope(() =>
      cat(
        Array.from(indices, (index) => imageToTensor(this.face(index))),
        0,
      ),
    );
  }

  *batches(batchSize: number, options: BatchOptions = {}): Iterable<FaceBatch> {
    const { shuffle = true, start = 0, generator = defaultGenerator("shuffle") } = options;
    const order = shuffle ? generator.permutation(this.length) : Int32Array.from(this.labels.keys());
    for (let at = start; at < order.length; at += batchSize) {
      const indices = order.slice(at, at + batchSize);
      const inputs = this.tensor(indices);
      try {
        yield { inputs, targets: indices.map((index) => this.labels[index]) };
      } finally {
        inputs.dispose();
      }
    }
  }
}
