/** A net as a list of the kinds of its layers, which every library that is measured can build. */

import {
  add,
  avgPool2d,
  BatchNorm2d,
  Conv2d,
  Dropout,
  flatten,
  type Layer,
  Linear,
  logSoftmax,
  MaxPool2d,
  Module,
  relu,
  relu6,
  Sequential,
  type Tensor,
} from "../src/index.js";

/**
 * Layer i has its weights under `${i}.weight` and so on. Convolutions keep the size, "/2" and pooling halve it, "mean"
 * leaves one pixel. For branches, "keep" puts what there is on a stack, "swap" exchanges it for what lies there, "add"
 * takes that down and adds it.
 */
export type LayerKind =
  | ("conv" | "conv/2" | "depthwise" | "depthwise/2" | "norm" | "relu" | "relu6" | "pool" | "pool3/2" | "mean")
  | ("keep" | "swap" | "add" | "dropout" | "flatten" | "linear" | "logSoftmax");

export interface NetSizes {
  layers: LayerKind[];
  /** Input channels of a group, output channels, filter size, size of the output. */
  convolutions: [c: number, o: number, k: number, size: number][];
  linears: [inputs: number, outputs: number][];
}

export const isConvolution = (kind: LayerKind): boolean => /^(conv|depthwise)/.test(kind);
export const isDepthwise = (kind: LayerKind): boolean => kind.startsWith("depthwise");
export const strideOf = (kind: LayerKind): number => (kind.endsWith("/2") ? 2 : 1);

/** What has no weights and needs nothing but the tensor before it. */
const plain: Partial<Record<LayerKind, Layer>> = {
  relu,
  relu6,
  flatten,
  pool: new MaxPool2d(2),
  "pool3/2": new MaxPool2d(3, { stride: 2, padding: 1 }),
  mean: (x) => avgPool2d(x, x.shape[2]),
  logSoftmax: (x) => logSoftmax(x, 1),
};

/** What branches are made of: a stack of tensors. */
const branching = ["keep", "swap", "add"] as const;
type Branching = (typeof branching)[number];

const isBranching = (kind: LayerKind): kind is Branching => (branching as readonly LayerKind[]).includes(kind);

/** Layers by their kind: what lies between branches is a `Sequential`, as one would write it. */
export class LayerList extends Module {
  readonly #parts: readonly (Branching | Sequential)[];
  readonly #modules: ReadonlyMap<number, Module>;

  constructor({ layers, convolutions, linears }: NetSizes, dropout: number) {
    super();
    const [filters, matrices] = [convolutions.values(), linears.values()];
    let channels = 0;
    const moduleOf = (kind: LayerKind, i: number): Module | undefined => {
      if (kind === "dropout") return new Dropout(dropout);
      if (kind === "linear") return new Linear(...matrices.next().value!);
      if (kind === "norm") return new BatchNorm2d(channels);
      if (!isConvolution(kind)) return undefined;
      const [c, o, k] = filters.next().value!;
      channels = o;
      const groups = isDepthwise(kind) ? o : 1;
      const options = { stride: strideOf(kind), padding: (k - 1) / 2, groups, bias: layers[i + 1] !== "norm" };
      return new Conv2d(c * groups, o, k, options);
    };
    this.#modules = new Map(
      layers.flatMap((kind, i): [number, Module][] => {
        const module = moduleOf(kind, i);
        return module ? [[i, module]] : [];
      }),
    );
    const parts: (Branching | Layer[])[] = [];
    for (const [i, kind] of layers.entries()) {
      const last = parts.at(-1);
      const layer = this.#modules.get(i) ?? plain[kind]!;
      if (isBranching(kind)) parts.push(kind);
      else if (Array.isArray(last)) last.push(layer);
      else parts.push([layer]);
    }
    this.#parts = parts.map((part) => (Array.isArray(part) ? new Sequential(...part) : part));
  }

  override children(): [name: string, child: Module][] {
    return [...this.#modules].map(([i, module]) => [String(i), module]);
  }

  forward(x: Tensor): Tensor {
    const kept: Tensor[] = [];
    let y = x;
    for (const part of this.#parts) {
      if (part === "keep") kept.push(y);
      else if (part === "swap") [y, kept[kept.length - 1]] = [kept[kept.length - 1], y];
      else if (part === "add") y = add(y, kept.pop()!);
      else y = part.forward(y);
    }
    return y;
  }
}
