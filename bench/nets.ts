/** The two nets, as the benchmarks need them: their layers as a list, their cost, one inference and one training step. */

import { Adam, type Labels, type Module, Net1, Net2, nllLoss, noGrad, type Tensor, tensor } from "../src/index.js";

/** Layer i has its weights under `${i}.weight` and so on; convolutions keep the size, pooling halves it. */
export type LayerKind = "conv" | "norm" | "relu" | "pool" | "dropout" | "flatten" | "linear" | "logSoftmax";

export interface BenchNet {
  make: (dropout: number) => Module;
  /** Width and height of its images. */
  size: number;
  layers: LayerKind[];
  /** Input and output channels, filter size, image size. */
  convolutions: [c: number, o: number, k: number, size: number][];
  /** Inputs of the last layer. */
  features: number;
}

export type NetName = "net1" | "net2";

const layers = (text: string) => text.split(" ") as LayerKind[];

export const nets: Record<NetName, BenchNet> = {
  net1: {
    make: () => new Net1(),
    size: 32,
    layers: layers(
      "conv relu conv relu conv relu conv norm relu pool conv pool relu conv norm relu pool flatten linear logSoftmax",
    ),
    convolutions: [
      [3, 8, 5, 32],
      [8, 16, 3, 32],
      [16, 32, 3, 32],
      [32, 64, 3, 32],
      [64, 128, 3, 16],
      [128, 256, 3, 8],
    ],
    features: 4096,
  },
  net2: {
    make: (dropout) => new Net2({ dropout }),
    size: 64,
    layers: layers(
      "conv relu conv relu conv relu dropout conv norm relu pool conv relu conv pool relu conv norm relu pool flatten " +
        "dropout linear logSoftmax",
    ),
    convolutions: [
      [3, 8, 5, 64],
      [8, 16, 5, 64],
      [16, 32, 5, 64],
      [32, 64, 5, 64],
      [64, 128, 5, 32],
      [128, 256, 3, 32],
      [256, 512, 3, 16],
    ],
    features: 32768,
  },
};

/** Of convolutions and the linear layer, an image: all but one part in a hundred. */
export function forwardFlops({ convolutions, features }: BenchNet): number {
  const flops = convolutions.map(([c, o, k, size]) => 2 * c * o * k ** 2 * size ** 2);
  return flops.reduce((sum, n) => sum + n, 4 * features);
}

/** Forward, input gradient and weight gradient cost the same; nobody wants the gradient of the images. */
export function trainingFlops(net: BenchNet): number {
  const [c, o, k, size] = net.convolutions[0];
  return 3 * forwardFlops(net) - 2 * c * o * k ** 2 * size ** 2;
}

/** Noise in [0, 1), the same on every backend. */
export function noisyPixels(n: number, size: number): Uint8Array {
  return Uint8Array.from({ length: n * 3 * size * size }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
}

export function noisyImages(n: number, size: number): Tensor {
  return tensor(
    Float32Array.from(noisyPixels(n, size), (byte) => byte / 255),
    [n, 3, size, size],
  );
}

export function labelsOf(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i % 2);
}

export function adamFor(model: Module): Adam {
  return new Adam(model.parameters(), { lr: 1e-3, weightDecay: 1e-3 });
}

/** In evaluation mode, nothing recorded. The caller releases the result. */
export function infer(model: Module, images: Tensor): Tensor {
  model.eval();
  return noGrad(() => model.forward(images));
}

/** @returns the loss, read: before that a device need not be done */
export async function train(model: Module, optimizer: Adam, images: Tensor, labels: Labels): Promise<number> {
  model.train();
  optimizer.zeroGrad();
  const loss = nllLoss(model.forward(images), labels);
  loss.backward();
  optimizer.step();
  const value = await loss.item();
  loss.dispose();
  return value;
}
