/** Checks and times kernels of the table on the GPU: a JSON line for each. `kernels.js tiny` takes a few small ones. */

import { useBackend } from "../../src/index.js";
import { currentBackend } from "../../src/tensor/backend/current-backend.js";
import { benchKernel } from "../kernel.js";
import { table } from "../table.js";

/** What the nets are made of, and what only memory bounds. The forward passes come first. */
const wanted = /^(matmul square (1024|2048)|conv2d net|(max|avg)Pool|add|relu|reduce|softmax|batchNorm|adam)/;
const tiny = /^(matmul square 128|reduce max)/;

await useBackend("gpujs:webgpu");
const backend = currentBackend();
for (const kernel of table.filter(({ name }) => (process.argv[2] === "tiny" ? tiny : wanted).test(name))) {
  const { name, shape } = kernel;
  try {
    console.log(JSON.stringify(await benchKernel(kernel, backend)));
  } catch (error) {
    console.log(JSON.stringify({ name, shape, failure: (error as Error).message }));
  }
}
process.exit();
