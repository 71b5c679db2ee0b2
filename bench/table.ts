/** Every kernel and shape that is measured. One line adds one: see `cases/` for what there is. */

import type { KernelCase } from "./cases/case.js";
import { conv2d } from "./cases/conv2d.js";
import { matmul } from "./cases/matmul.js";
import { pool2d } from "./cases/pool2d.js";
import { adam, batchNorm, pointwise, reduce, softmax } from "./cases/streams.js";
import { nets } from "./nets.js";

/** Every convolution of a net, and its linear layer. */
function layersOf(name: "net1" | "net2", n: number): KernelCase[] {
  const { convolutions, linears } = nets[name];
  const [inputs, outputs] = linears[0];
  return [
    ...convolutions.flatMap(([c, o, k, size], i) => conv2d(`${name}.conv${i + 1}`, { n, c, o, k, size })),
    matmul(`${name}.linear forward`, n, outputs, inputs, { transB: true }),
    matmul(`${name}.linear input gradient`, n, inputs, outputs),
    matmul(`${name}.linear weight gradient`, outputs, inputs, n, { transA: true }),
  ];
}

export const table: readonly KernelCase[] = [
  ...[128, 256, 512, 1024, 2048].map((n) => matmul(`square ${n}`, n, n, n)),
  matmul("tall", 16384, 64, 64),
  matmul("wide", 64, 16384, 64),
  matmul("deep", 64, 64, 16384),
  matmul("batched", 64, 64, 64, { batch: 64 }),
  matmul("transposed", 512, 512, 512, { transA: true, transB: true }),

  ...layersOf("net1", 64),
  ...layersOf("net2", 16),
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
