/** `bench kernels`: every kernel of the table, one at a time, against what this machine can do. */

import { chooseBackend } from "./backend.js";
import type { KernelCase } from "./cases/case.js";
import { benchKernel, type KernelResult } from "./kernel.js";
import { type BenchOptions, isWanted } from "./options.js";
import { type Column, formatBytes, percent, type Row, short, Table } from "./report.js";
import { measureRoofline, type Roofline } from "./roofline.js";
import { table } from "./table.js";
import { onlyBy, wayTaken } from "./ways.js";

export interface KernelRow extends Row, KernelResult {
  /** The backend that was asked for, and the one that ran. */
  asked: string;
  ran: string;
  /** This machine's limits; undefined where the kernels run elsewhere, or not compiled to its SIMD instructions. */
  roofline: Roofline | undefined;
  /** How the `wasm` backend convolves; empty for all else. */
  way: string;
  /** GFLOP/s that the roofline allows: the arithmetic that the way has left over, or every byte once, if that takes longer. */
  limit: number | undefined;
}

function limitOf({ flops, bytes }: KernelCase, saving: number, { peak, bandwidth }: Roofline): number {
  return Math.min(peak * saving, (bandwidth * flops) / bytes);
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
    { title: "GB/s", width: 5, text: ({ gbps }) => short(gbps) },
    { title: "of limit", width: 8, text: ({ gflops, limit }) => (limit ? percent(gflops / limit) : "") },
    { title: "way", width: 11, text: ({ way }) => way },
    { title: "allocates", width: 12, text: ({ storages, bytes }) => `${storages}, ${formatBytes(bytes)}` },
  ];
}

export async function benchKernels(options: BenchOptions, extra: Column<Row>[]): Promise<Row[]> {
  const wanted = table.filter(({ name, shape }) => isWanted(`${name} ${shape}`, options.shape));
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
  const use = onlyBy(options.way);
  for (const kernel of wanted) {
    const result = await benchKernel(kernel, backend);
    const isByWays = backend.name === "wasm" && kernel.convolution;
    const { way, saving } = isByWays ? wayTaken(isByWays, use) : { way: "", saving: 1 };
    const limit = roofline && limitOf(kernel, saving, roofline);
    output.add({ ...result, threads, asked, ran: backend.name, roofline, way, limit });
  }
  return output.rows;
}
