/** Nets that everyone knows: Fashion-MNIST's small one, ResNet-18, MobileNetV2, and two of linear layers alone. */

import type { LayerKind, NetSizes } from "./layer-list.js";

/** Notes a net down, layer by layer. */
class Sketch implements NetSizes {
  readonly layers: LayerKind[] = [];
  readonly convolutions: NetSizes["convolutions"] = [];
  readonly linears: NetSizes["linears"] = [];
  channels: number;
  size: number;

  constructor(channels: number, size: number) {
    this.channels = channels;
    this.size = size;
  }

  append(text: string): this {
    this.layers.push(...(text.split(" ") as LayerKind[]));
    return this;
  }

  conv(o: number, k: number, stride: 1 | 2 = 1): this {
    return this.#convolve(stride === 2 ? "conv/2" : "conv", [this.channels, o, k, this.size / stride]);
  }

  depthwise(stride: 1 | 2): this {
    return this.#convolve(stride === 2 ? "depthwise/2" : "depthwise", [1, this.channels, 3, this.size / stride]);
  }

  pool(kind: "pool" | "pool3/2"): this {
    this.size /= 2;
    return this.append(kind);
  }

  linear(inputs: number, outputs: number): this {
    this.linears.push([inputs, outputs]);
    return this.append("linear");
  }

  #convolve(kind: LayerKind, filter: NetSizes["convolutions"][number]): this {
    this.convolutions.push(filter);
    [, this.channels, , this.size] = filter;
    return this.append(kind);
  }
}

/** conv 1 → 32, pool, conv 32 → 64, pool, linear 3136 → 128 → 10: the example that Fashion-MNIST is shown with. */
export const fashion: NetSizes = new Sketch(1, 28)
  .conv(32, 3)
  .append("relu")
  .pool("pool")
  .conv(64, 3)
  .append("relu")
  .pool("pool")
  .append("flatten")
  .linear(3136, 128)
  .append("relu")
  .linear(128, 10)
  .append("logSoftmax");

/** The smallest net that people begin with, of 28 × 28 pixels. */
export const mlp: NetSizes = new Sketch(1, 28)
  .append("flatten")
  .linear(784, 128)
  .append("relu")
  .linear(128, 10)
  .append("logSoftmax");

/** Fashion-MNIST's widest layer alone, of 56 × 56 pixels. */
export const linear: NetSizes = new Sketch(1, 56).append("flatten").linear(3136, 128).append("logSoftmax");

/** @see He et al., https://arxiv.org/abs/1512.03385, as in torchvision */
export function resnet18(size: number): NetSizes {
  const net = new Sketch(3, size).conv(64, 7, 2).append("norm relu").pool("pool3/2");
  for (const channels of [64, 128, 256, 512]) {
    for (const isFirst of [true, false]) {
      const stride = isFirst && channels > 64 ? 2 : 1;
      const [c, before] = [net.channels, net.size];
      net.append("keep").conv(channels, 3, stride).append("norm relu").conv(channels, 3).append("norm");
      if (stride === 2) {
        // The way round the block has a convolution of its own, of what the block was given.
        [net.channels, net.size] = [c, before];
        net.append("swap").conv(channels, 1, 2).append("norm");
      }
      net.append("add relu");
    }
  }
  return net.append("mean flatten").linear(512, 1000).append("logSoftmax");
}

/** Inverted residuals: how much wider inside, channels, how many, the first one's stride. */
const INVERTED: [factor: number, channels: number, count: number, stride: 1 | 2][] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** @see Sandler et al., https://arxiv.org/abs/1801.04381, as in torchvision */
export function mobileNetV2(size: number): NetSizes {
  const net = new Sketch(3, size).conv(32, 3, 2).append("norm relu6");
  for (const [factor, channels, count, first] of INVERTED) {
    for (let i = 0; i < count; i++) {
      const stride = i === 0 ? first : 1;
      const isResidual = stride === 1 && net.channels === channels;
      if (isResidual) net.append("keep");
      if (factor > 1) net.conv(net.channels * factor, 1).append("norm relu6");
      net.depthwise(stride).append("norm relu6").conv(channels, 1).append("norm");
      if (isResidual) net.append("add");
    }
  }
  return net.conv(1280, 1).append("norm relu6 mean flatten dropout").linear(1280, 1000).append("logSoftmax");
}
