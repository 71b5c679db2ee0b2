/** `bench kernels`: every kernel of the table, one at a time, against what this machine can do. */

import { chooseBackend } from "./backend.js";
import { benchKernel, type KernelResult } from "./kernel.js";
import type { BenchOptions } from "./options.js";
import { type Column, formatBytes, percent, type Row, short, Table } from "./report.js";
import { measureRoofline, type Roofline } from "./roofline.js";
import { table } from "./table.js";

export interface KernelRow extends Row, KernelResult {
  /** The backend that was asked for, and the one that ran. */
  asked: string;
  ran: string;
  /** This machine's limits; undefined where the kernels run elsewhere, or not compiled to its SIMD instructions. */
  roofline: Roofline | undefined;
}

function columns(nameWidth: number, shapeWidth: number, backendWidth: number): Column<KernelRow>[] {
  return [
    { title: "kernel", width: nameWidth, text: ({ name }) => name },
    { title: "shape", width: shapeWidth, text: ({ shape }) => shape },
    { title: "asked, ran", width: 2 * backendWidth + 2, text: ({ asked, ran }) => `${asked}, ${ran}` },
    { title: "error", width: 7, text: ({ error }) => error.toExponential(1) },
    { title: "cold ms", width: 7, text: ({ cold }) => short(cold) },
    { title: "warm ms", width: 7, text: ({ median }) => short(median) },
    { title: "p10 to p90", width: 14, text: ({ low, high }) => `${short(low)}-${short(high)}` },
    { title: "GFLOP/s", width: 7, text: ({ gflops }) => short(gflops) },
    { title: "of peak", width: 7, text: ({ gflops, roofline }) => (roofline ? percent(gflops / roofline.peak) : "") },
    { title: "GB/s", width: 5, text: ({ gbps }) => short(gbps) },
    { title: "of copy", width: 7, text: ({ gbps, roofline }) => (roofline ? percent(gbps / roofline.bandwidth) : "") },
    { title: "allocates", width: 12, text: ({ storages, bytes }) => `${storages}, ${formatBytes(bytes)}` },
  ];
}

export async function benchKernels(options: BenchOptions, extra: Column<Row>[]): Promise<Row[]> {
  const wanted = table.filter(({ name, shape }) => `${name} ${shape}`.toLowerCase().includes(options.shape));
  if (wanted.length === 0) {
    const names = table.map(({ name }) => name).join("\n  ");
    throw new Error(`--shape: no kernel has "${options.shape}" in its name or shape; there are\n  ${names}`);
  }
  const { backend, asked, threads } = await chooseBackend(options, options.threads);
  const roofline = backend.readSync && (await measureRoofline(threads));
  const limits = roofline
    ? `; this machine's own limits with as many threads: ${short(roofline.peak)} GFLOP/s multiplying and adding, ` +
      `${short(roofline.bandwidth)} GB/s copying`
    : "";
  console.log(`${backend.name}: ${backend.device}${limits}\n`);
  const widest = (texts: string[]) => Math.max(...texts.map((text) => text.length));
  const output = new Table<KernelRow>([
    ...columns(widest(wanted.map(({ name }) => name)), widest(wanted.map(({ shape }) => shape)), backend.name.length),
    ...extra,
  ]);
  for (const kernel of wanted) {
    output.add({ ...(await benchKernel(kernel, backend)), threads, asked, ran: backend.name, roofline });
  }
  return output.rows;
}
