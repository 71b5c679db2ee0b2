/**
 * Measures the GPU of this machine, from the packed folder: `run.js OUT [--tiny] [--seconds N]`. What is worth most
 * comes first, so that a time limit cuts the end off.
 */

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { countOption } from "../../scripts/count-option.js";
import type { Program } from "../contest/programs.js";
import { compete, prepareTasks, tinyWorks, works } from "./contest.js";
import { GpuReport } from "./report.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { tiny: { type: "boolean", default: false }, seconds: { type: "string", default: "360" } },
});
const [folder] = positionals;
const { tiny } = values;
const report = new GpuReport(folder);
const start = performance.now();

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const node = (name: string, label: string, ...args: string[]): Program => ({
  command: process.execPath,
  args: [here(`${name}.js`), ...args],
  label,
});

const python = (name: string, label: string, ...args: string[]): Program => ({
  command: "python3",
  args: [here(`${name}.py`), ...args],
  label,
});

const torchlet = node("torchlet", "torchlet gpujs:webgpu");

const peers: readonly Program[] = [
  torchlet,
  python("pytorch", "PyTorch CUDA", "cuda"),
  node("tfjs", "tfjs-webgpu", "webgpu"),
  node("jax", "jax-js WebGPU", "webgpu"),
];

/** Says what happens when, and saves what there is. */
function save(news: string): void {
  console.log(`${((performance.now() - start) / 1000).toFixed(1).padStart(6)} s  ${news}`);
  report.save();
}

const running = new Set<ChildProcess>();

/** Runs a program that prints JSON lines; a complaint in the report says how it failed. */
async function collect<Row>({ command, args, label }: Program, take: (row: Row) => void): Promise<void> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  let complaint = "";
  child.stderr.on("data", (data) => {
    complaint = (complaint + data).slice(-2000);
  });
  child.on("error", (error) => {
    complaint = error.message;
  });
  const ended = once(child, "close");
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith("{")) continue;
    const row: Row = JSON.parse(line);
    take(row);
    save(`${label}: ${line.slice(0, 150)}`);
  }
  await ended.catch(() => {});
  running.delete(child);
  if (child.exitCode === 0) return;
  report.complaints.push(`${label}: ${complaint.trim().slice(-600) || "it ended without a word"}`);
  save(`${label} failed: ${complaint.trim()}`);
}

const size = tiny ? ["tiny"] : [];

async function measureNets(): Promise<void> {
  const note = (row: GpuReport["nets"][number]) => {
    report.nets.push(row);
    save(`${row.what}, ${row.by}: ${row.ms === undefined ? row.failure : `${row.ms.toFixed(3)} ms`}`);
  };
  const inputs = mkdtempSync(join(tmpdir(), "torchlet-gpu-"));
  const tasks = await prepareTasks(inputs, tiny ? tinyWorks : works, torchlet, note);
  for (const program of peers) await compete(program, tasks, note);
}

const steps = tiny
  ? [["net1", "1"]]
  : [
      ["net1", "64"],
      ["net2", "16"],
      ["net1", "512"],
    ];

async function measure(): Promise<void> {
  await collect(python("ceilings", "the card's own limits"), (row: NonNullable<GpuReport["ceilings"]>) => {
    report.ceilings = row;
  });
  await measureNets();
  for (const [net, batch] of steps) {
    await collect(node("step", `a step of ${net}`, net, batch), (row: GpuReport["steps"][number]) => {
      report.steps.push(row);
    });
  }
  await collect(node("kernels", "kernels", ...size), (row: GpuReport["kernels"][number]) => {
    report.kernels.push(row);
  });
  await collect(node("operations", "operations", ...size), (row: GpuReport["operations"][number]) => {
    report.operations.push(row);
  });
}

const limit = countOption("seconds", values.seconds);
const timer = setTimeout(() => {
  report.complaints.push(`what would have come after ${limit} s`);
  save("out of time");
  for (const child of running) child.kill("SIGKILL");
  process.exit();
}, 1000 * limit);
await measure();
clearTimeout(timer);
save("done");
console.log(`\n${report.markdown}`);
process.exit();
