/** What is compared with whom, and how fast torchlet has to be. One line adds a comparison. */

import type { BackendName } from "../../src/index.js";
import type { NetName } from "../nets.js";
import type { Row } from "../report.js";
import type { Work } from "./protocol.js";

export type PeerName =
  | "tfjs-wasm"
  | "tfjs-cpu"
  | "tfjs-webgpu"
  | "jax-js"
  | "jax-js-webgpu"
  | "onnxruntime-web"
  | "onnxruntime-node"
  | "pytorch"
  | "pytorch-cuda"
  | "plain-loops"
  | "torchlet";

export interface Contest {
  work: Work;
  net?: NetName;
  /** torchlet's. Default: wasm. */
  backend?: BackendName;
  batch: number;
  threads: number;
  peer: PeerName;
  /** Where the peer cannot be given the same: too slow for the batch, or no threads. Times are compared an image. */
  peerBatch?: number;
  peerThreads?: number;
  /** torchlet's speed over the peer's: what it has to be, and what it should be. */
  needed?: number;
  aim?: number;
}

const product = { work: "matmul", batch: 1, threads: 1 } as const;
const infer1 = { work: "inference", net: "net1", batch: 64 } as const;
const infer2 = { work: "inference", net: "net2", batch: 16 } as const;
const train1 = { work: "training", net: "net1", batch: 64 } as const;
const train2 = { work: "training", net: "net2", batch: 16 } as const;
const trainMlp = { work: "training", net: "mlp", batch: 32, threads: 1 } as const;
const faster = { needed: 1.3, aim: 2 };

/** Nets that everyone knows. */
const known = [
  { net: "fashion", batch: 128 },
  { net: "resnet18", batch: 8 },
  { net: "mobilenetv2", batch: 8 },
] as const;

/** What they have to reach on one thread: beside PyTorch in training and inference, and beside onnxruntime-web. */
const wanted: Record<string, Pick<Contest, "needed" | "aim">> = {
  "fashion training pytorch": { needed: 1, aim: 1.2 },
  "resnet18 training pytorch": { needed: 0.6, aim: 0.8 },
  "resnet18 inference pytorch": { needed: 0.6, aim: 0.8 },
  "resnet18 inference onnxruntime-web": { needed: 2.5, aim: 3.5 },
  "mobilenetv2 training pytorch": { needed: 0.7, aim: 1 },
  "mobilenetv2 inference pytorch": { needed: 0.7, aim: 1 },
  "mobilenetv2 inference onnxruntime-web": { needed: 2, aim: 3 },
};

/** On a GPU, every library with a device of its own on the same one. */
const onGpu = { backend: "gpujs:webgpu", threads: 1 } as const;
const gpuPeers = ["tfjs-webgpu", "jax-js-webgpu", "pytorch-cuda"] as const;

export const contests: readonly Contest[] = [
  { ...product, peer: "tfjs-wasm", needed: 1.4, aim: 1.5 },
  { ...product, peer: "jax-js", needed: 1.2, aim: 1.4 },
  { ...product, peer: "pytorch" },

  { ...infer1, threads: 1, peer: "onnxruntime-web", ...faster },
  { ...infer1, threads: 2, peer: "onnxruntime-web", ...faster },
  { ...infer1, threads: 1, peer: "tfjs-wasm" },
  { ...infer1, threads: 1, peer: "onnxruntime-node" },
  { ...infer1, threads: 2, peer: "onnxruntime-node", needed: 0.7, aim: 1 },
  { ...infer1, threads: 1, peer: "pytorch" },
  { ...infer1, threads: 2, peer: "pytorch", needed: 1.3, aim: 1.5 },
  { ...infer1, threads: 1, peer: "jax-js", peerBatch: 4 },

  { ...infer2, threads: 1, peer: "onnxruntime-web", ...faster },
  { ...infer2, threads: 2, peer: "onnxruntime-web", ...faster },
  { ...infer2, threads: 1, peer: "tfjs-wasm" },
  { ...infer2, threads: 1, peer: "onnxruntime-node" },
  { ...infer2, threads: 2, peer: "onnxruntime-node", needed: 0.6, aim: 0.8 },
  { ...infer2, threads: 1, peer: "pytorch" },
  { ...infer2, threads: 2, peer: "pytorch", needed: 0.9, aim: 1 },

  { ...train1, threads: 1, peer: "pytorch" },
  { ...train1, threads: 2, peer: "pytorch", needed: 0.95, aim: 1.1 },
  { ...train1, threads: 2, peer: "torchlet", peerThreads: 1, needed: 1.7, aim: 1.9 },
  { ...train1, threads: 1, peer: "jax-js", peerBatch: 4, needed: 100 },
  { ...train1, threads: 1, peer: "tfjs-cpu", peerBatch: 1, needed: 1000 },

  { ...train2, threads: 1, peer: "pytorch" },
  { ...train2, threads: 2, peer: "pytorch", needed: 0.85, aim: 1 },
  { ...train2, threads: 2, peer: "torchlet", peerThreads: 1, needed: 1.7, aim: 1.9 },

  ...known.flatMap((net) =>
    [1, 2].flatMap((threads): Contest[] => {
      const contest = (work: Work, peer: PeerName): Contest => {
        const reach = threads === 1 ? wanted[`${net.net} ${work} ${peer}`] : {};
        return { work, ...net, threads, peer, ...reach };
      };
      const peers = ["pytorch", "onnxruntime-web", "onnxruntime-node"] as const;
      return [...peers.map((peer) => contest("inference", peer)), contest("training", "pytorch")];
    }),
  ),

  { work: "inference", net: "linear", batch: 128, threads: 1, peer: "tfjs-wasm", needed: 1.4, aim: 1.5 },
  { work: "inference", net: "linear", batch: 128, threads: 1, peer: "pytorch" },
  { ...trainMlp, peer: "plain-loops", needed: 1 },
  { ...trainMlp, peer: "pytorch", needed: 1 },

  ...[product, infer1, infer2, train1, train2].flatMap((work) =>
    gpuPeers.map((peer): Contest => ({ ...work, ...onGpu, peer, aim: peer === "tfjs-webgpu" ? 1 : undefined })),
  ),
];

export interface PeerRow extends Row {
  /** The other library, its version and its settings. */
  peer: string;
  peerThreads: number;
  /** torchlet, and what it ran on. */
  us: string;
  /** What is compared, on both sides: milliseconds a matrix product or an image, bytes of a process, … */
  ours: Measured;
  theirs: Measured;
  /** By `speedOf`. */
  ratio: number;
  needed?: number;
  aim?: number;
}

export interface Measured {
  median: number;
  /** Of several turns, the best one's median. */
  best: number;
}

/** How many times as fast we are, where less is better: by the medians or by the best, whichever flatters us less. */
export function speedOf(ours: Measured, theirs: Measured): number {
  return Math.min(theirs.median / ours.median, theirs.best / ours.best);
}

/** How a ratio stands against what was asked for. */
export function verdict(ratio: number, needed?: number, aim?: number): string {
  if (needed !== undefined && ratio < needed) return "SHORT";
  if (aim !== undefined && ratio >= aim) return "aim reached";
  return needed === undefined ? "" : "enough";
}
