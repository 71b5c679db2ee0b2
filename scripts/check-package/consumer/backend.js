/** Says what a backend of GPU.js computes here, or why it cannot: `node backend.js gpujs:cpu`. */

import { ones, useBackend } from "torchlet";

try {
  const name = await useBackend(process.argv[2]);
  const x = ones([2, 3]);
  console.log(name, ...(await x.matmul(ones([3, 1])).data()));
} catch (error) {
  console.log(error.message);
}
process.exit();
