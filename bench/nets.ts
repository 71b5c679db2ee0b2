/** The nets, as the benchmarks need them: their layers as a list, their cost, one inference and one training step. */

import { Adam, type Labels, type Module, Net1, Net2, nllLoss, noGrad, type Tensor, tensor } from "../src/index.js";
import { fashion, linear, mlp, mobileNetV2, resnet18 } from "./known-nets.js";
import { type LayerKind, LayerList, type NetSizes } from "./layer-list.js";

export interface BenchNet extends NetSizes {
  make: (dropout: number) => Module;
  /** Of its images: channels, then width and height. */
  channels: number;
  size: number;
}

export type NetName = "net1" | "net2" | "fashion" | "resnet18" | "mobilenetv2" | "mlp" | "linear";

/** As the documents call them. */
export const titles: Record<NetName, string> = {
  net1: "Net #1",
  net2: "Net #2",
  fashion: "Fashion-MNIST's net",
  resnet18: "ResNet-18",
  mobilenetv2: "MobileNetV2",
  mlp: "784–128–10",
  linear: "Linear 3136 → 128",
};

function known(sizes: NetSizes, channels: number, size: number): BenchNet {
  return { ...sizes, channels, size, make: (dropout) => new LayerList(sizes, dropout) };
}

const layers = (text: string) => text.split(" ") as LayerKind[];

export const nets: Record<NetName, BenchNet> = {
  net1: {
    make: () => new Net1(),
    channels: 3,
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
    linears: [[4096, 2]],
  },
  net2: {
    make: (dropout) => new Net2({ dropout }),
    channels: 3,
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
    linears: [[32768, 2]],
  },
  fashion: known(fashion, 1, 28),
  resnet18: known(resnet18(96), 3, 96),
  mobilenetv2: known(mobileNetV2(96), 3, 96),
  mlp: known(mlp, 1, 28),
  linear: known(linear, 1, 56),
};

/** Of convolutions and linear layers, an image: all but one part in a hundred. */
export function forwardFlops({ convolutions, linears }: Omit<NetSizes, "layers">): number {
  const flops = [
    ...convolutions.map(([c, o, k, size]) => 2 * c * o * k ** 2 * size ** 2),
    ...linears.map(([inputs, outputs]) => 2 * inputs * outputs),
  ];
  return flops.reduce((sum, n) => sum + n, 0);
}

/** Forward, input gradient and weight gradient cost the same; nobody wants the gradient of the images. */
export function trainingFlops(net: NetSizes): number {
  const first = { convolutions: net.convolutions.slice(0, 1), linears: net.linears.slice(0, 1) };
  return 3 * forwardFlops(net) - forwardFlops(first.convolutions.length > 0 ? { ...first, linears: [] } : first);
}

/** Noise in [0, 1), the same on every backend. */
export function noisyPixels(n: number, size: number, channels = 3): Uint8Array {
  return Uint8Array.from({ length: n * channels * size * size }, (_, i) => Math.imul(i + 1, 0x9e3779b1) >>> 24);
}

/** Images that a net takes. */
export function noisyImages(n: number, { channels, size }: BenchNet): Tensor {
  return tensor(
    Float32Array.from(noisyPixels(n, size, channels), (byte) => byte / 255),
    [n, channels, size, size],
  );
}

export function labelsOf(n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => i % 2);
}

export function adamFor(model: Module): Adam {
  return new Adam(model.parameters(), { lr: 1e-3, weightDecay: 1e-3 });
}

/** Of a model in evaluation mode, nothing recorded. The caller releases the result. */
export function infer(model: Module, images: Tensor): Tensor {
  return noGrad(() => model.forward(images));
}

/**
 * One step of a model in training mode.
 * @returns the loss, read: before that a device need not be done
 */
export async function train(model: Module, optimizer: Adam, images: Tensor, labels: Labels): Promise<number> {
  optimizer.zeroGrad();
  const loss = nllLoss(model.forward(images), labels);
  loss.backward();
  optimizer.step();
  const value = await loss.item();
  loss.dispose();
  return value;
}
