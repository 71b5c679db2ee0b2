/**
 * What a folder of runs has to bear: `npx tsx bench/scale/checkpoints.ts FOLDER` saves checkpoints there as a training does,
 * flushed and renamed, in 1, 2, 4, … processes at once, and says how many a second there are, and of how many bytes.
 */

import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Adam, manualSeed, Net1, Net2, saveCheckpoint, TrainingPosition, useBackend } from "../../src/index.js";

const NETS = { net1: Net1, net2: Net2 };
/** For so long, in each process. */
const SECONDS = 3;

async function save(folder: string, name: keyof typeof NETS): Promise<void> {
  await useBackend("wasm", { threads: 1 });
  manualSeed(1);
  const model = new NETS[name]();
  const optimizer = new Adam(model.parameters());
  // With the moments that Adam has from its first step on.
  for (const parameter of model.parameters()) parameter.grad = parameter.detach();
  optimizer.step();
  const position = new TrainingPosition();
  let saved = 0;
  const start = performance.now();
  while (performance.now() - start < 1000 * SECONDS) {
    await saveCheckpoint(join(folder, `${process.pid}.safetensors`), { model, optimizer, position });
    saved++;
  }
  console.log(saved / ((performance.now() - start) / 1000));
}

/** Checkpoints a second, of one process. */
function child(folder: string, name: string): Promise<number> {
  const program = fileURLToPath(import.meta.url);
  const { stdout } = spawn(process.execPath, [...process.execArgv, program, folder, name]);
  return new Promise((resolve) => stdout.on("data", (text) => resolve(Number(text))));
}

const [parent, name] = process.argv.slice(2);
if (name) await save(parent, name as keyof typeof NETS);
else {
  for (const name of Object.keys(NETS)) {
    for (const processes of [1, 2, 4]) {
      await mkdir(parent, { recursive: true });
      const folder = await mkdtemp(join(parent, "checkpoints-"));
      const rates = await Promise.all(Array.from({ length: processes }, () => child(folder, name)));
      const [file] = await readdir(folder);
      const { size } = await stat(join(folder, file));
      await rm(folder, { recursive: true });
      const sum = rates.reduce((sum, rate) => sum + rate);
      const megabytes = (size / 1e6).toFixed(1);
      console.log(`${name}, ${processes} at once: ${sum.toFixed(1)} checkpoints of ${megabytes} MB a second`);
    }
  }
}
