/** Every kernel and shape that is measured. One line adds one: see `cases/` for what there is. */

import type { KernelCase } from "./cases/case.js";
import { type ConvShape, conv2d } from "./cases/conv2d.js";
import { matmul } from "./cases/matmul.js";
import { pool2d } from "./cases/pool2d.js";
import { adam, batchNorm, pointwise, reduce, softmax } from "./cases/streams.js";
import { isConvolution, isDepthwise, strideOf } from "./layer-list.js";
import { type NetName, nets } from "./nets.js";

/** The convolutions of a net, each shape once, for batches of n images. */
function convolutionsOf(name: NetName, n: number): KernelCase[] {
  const { layers, convolutions } = nets[name];
  const kinds = layers.filter(isConvolution);
  const shapes = convolutions.map(([c, o, k, size], i): ConvShape => {
    const [stride, groups] = [strideOf(kinds[i]), isDepthwise(kinds[i]) ? o : 1];
    return { n, c: c * groups, o, k, size: size * stride, stride, groups };
  });
  const texts = shapes.map((shape) => JSON.stringify(shape));
  return shapes.flatMap((shape, i) => (texts.indexOf(texts[i]) < i ? [] : conv2d(`${name}.conv${i + 1}`, shape)));
}

function linearsOf(name: NetName, n: number): KernelCase[] {
  return nets[name].linears.flatMap(([inputs, outputs], i) => [
    matmul(`${name}.linear${i + 1} forward`, n, outputs, inputs, { transB: true }),
    matmul(`${name}.linear${i + 1} input gradient`, n, inputs, outputs),
    matmul(`${name}.linear${i + 1} weight gradient`, outputs, inputs, n, { transA: true }),
  ]);
}

const layersOf = (name: NetName, n: number): KernelCase[] => [...convolutionsOf(name, n), ...linearsOf(name, n)];

export const table: readonly KernelCase[] = [
  ...[128, 256, 512, 1024, 2048].map((n) => matmul(`square ${n}`, n, n, n)),
  matmul("tall", 16384, 64, 64),
  matmul("wide", 64, 16384, 64),
  matmul("deep", 64, 64, 16384),
  matmul("batched", 64, 64, 64, { batch: 64 }),
  matmul("transposed", 512, 512, 512, { transA: true, transB: true }),

  ...layersOf("net1", 64),
  ...layersOf("net2", 16),
  ...layersOf("fashion", 128),
  ...layersOf("resnet18", 8),
  ...layersOf("mobilenetv2", 8),
  ...conv2d("few channels", { n: 16, c: 1, o: 4, size: 64, k: 3 }),
  ...conv2d("stride 2", { n: 16, c: 32, o: 64, size: 32, k: 3, stride: 2 }),
  ...conv2d("1x1", { n: 16, c: 128, o: 128, size: 16, k: 1 }),
  ...conv2d("depthwise", { n: 16, c: 64, o: 64, size: 32, k: 3, groups: 64 }),

  ...pool2d("max", 64, 64, 32, 2),
  ...pool2d("avg", 64, 64, 32, 2),

  ...pointwise(2 ** 22),
  reduce("sum", 64 * 64, 1024, 1),
  reduce("sum", 1, 64, 64 * 1024),
  reduce("max", 64 * 64, 1024, 1),
  ...softmax(4096, 1000, false),
  ...softmax(4096, 1000, true),
  ...batchNorm(64, 64, 32),
  adam(2 ** 21),
];
