/** The bench page: the wide kernels and a step of Net #1 in a browser; wasm on one thread and on several. */

import { type BackendName, manualSeed, useBackend } from "../../src/index.js";
import { currentBackend } from "../../src/tensor/backend/current-backend.js";
import { benchKernel } from "../kernel.js";
import { adamFor, labelsOf, nets, noisyImages, train } from "../nets.js";
import { table } from "../table.js";
import { elapsed, timeWarm } from "../timing.js";

/** Writes a line, and lets the page show it; its workers start meanwhile. */
async function print(text: string): Promise<void> {
  console.log(text);
  document.body.append(text, document.createElement("br"));
  await new Promise((resolve) => setTimeout(resolve));
}

const parameters = new URLSearchParams(location.search);
const wanted = parameters.get("shape") ?? "";
const batch = Number(parameters.get("batch") ?? 64);
const asked = (parameters.get("backend") ?? "wasm") as BackendName;

const kernels = table.filter(({ name }) => /^(matmul square|conv2d net1)/.test(name) && name.includes(wanted));

async function benchTraining(): Promise<void> {
  manualSeed(1);
  const model = nets.net1.make(0);
  const optimizer = adamFor(model);
  const images = noisyImages(batch, nets.net1);
  const step = () => train(model, optimizer, images, labelsOf(batch));
  const { median } = await timeWarm(step, await elapsed(step));
  optimizer.zeroGrad();
  images.dispose();
  await print(`net1 training, batch ${batch}: ${median.toFixed(1)} ms, ${(median / batch).toFixed(2)} ms an image`);
}

try {
  await print(`cross-origin isolated: ${crossOriginIsolated}; ${navigator.userAgent}`);
  for (const threads of asked === "wasm" ? new Set([1, navigator.hardwareConcurrency]) : [undefined]) {
    await useBackend(asked, { threads });
    const backend = currentBackend();
    await print(`\n${backend.name}: ${backend.device}`);
    for (const kernel of kernels) {
      const { name, error, cold, median, gflops } = await benchKernel(kernel, backend);
      await print(
        `${name.padEnd(36)} error ${error.toExponential(1)}  cold ${cold.toFixed(2)} ms  ` +
          `warm ${median.toFixed(2)} ms  ${gflops.toFixed(1)} GFLOP/s`,
      );
    }
    if ("net1 training".includes(wanted)) await benchTraining();
  }
} catch (error) {
  await print(`failed: ${(error as Error).message}`);
}
await print("done");
