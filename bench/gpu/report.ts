/** The results of a run on a GPU: tables that are written again after each row, so that a run that is cut short has them. */

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KernelResult } from "../kernel.js";
import { percent, short } from "../report.js";
import type { NetRow } from "./contest.js";
import type { StepReport } from "./step.js";
import type { Outcome } from "./vitest.js";

/** What the card can do, by ceilings.py. */
export interface Ceilings {
  card: string;
  driver: string;
  torch: string;
  gflops: number;
  gbps: number;
}

export type KernelRow = KernelResult | { name: string; shape: string; failure: string };

const line = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;

function markdownTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}

/** The words before what a compiler or a stack adds. */
const brief = (failure: string) => failure.split("\n")[0].slice(0, 160);

/** Each task a row, each library a column. */
function netTable(rows: readonly NetRow[]): string {
  const libraries = [...new Set(rows.map(({ by }) => by))];
  const table = [...new Set(rows.map(({ what }) => what))].map((name) => [
    name,
    ...libraries.map((library) => {
      const row = rows.find(({ what, by }) => what === name && by === library);
      return row?.ms === undefined ? (row ? "failed" : "") : short(row.ms);
    }),
  ]);
  const failures = rows.flatMap(({ what, by, failure }) => (failure ? [`- ${what}, ${by}: ${brief(failure)}`] : []));
  return [markdownTable(["ms a step", ...libraries], table), ...failures].join("\n");
}

function kernelTable(rows: readonly KernelRow[], ceilings: Ceilings | undefined): string {
  const share = (value: number, ceiling: number | undefined) => (ceiling ? percent(value / ceiling) : "");
  const table = rows.map((row) =>
    "failure" in row
      ? [row.name, row.shape, brief(row.failure)]
      : [
          ...[row.name, row.shape, row.error.toExponential(1), short(row.median)],
          ...[short(row.gflops), share(row.gflops, ceilings?.gflops)],
          ...[short(row.gbps), share(row.gbps, ceilings?.gbps)],
        ],
  );
  const titles = ["kernel", "shape", "error", "ms", "GFLOP/s", "of the peak", "GB/s", "of the copy"];
  return markdownTable(titles, table);
}

function stepTable(rows: readonly StepReport[]): string {
  const titles = ["step", "launches", "ms, loss read", "ms, loss not read", "until submitted", "GPU busy"];
  const steps = rows.map(({ net, batch, kernels, ms, unreadMs, submittedMs, gpuMs }) => {
    const launches = kernels.reduce((sum, kernel) => sum + kernel.launches, 0);
    return [`${net} training, batch ${batch}`, String(launches), ...[ms, unreadMs, submittedMs, gpuMs].map(short)];
  });
  const kernels = rows.map(({ net, batch, kernels, gpuMs }) => {
    const spent = kernels.map(({ name, launches, ms }) => [name, String(launches), short(ms), percent(ms / gpuMs)]);
    return `${net}, batch ${batch}:\n\n${markdownTable(["kernel", "launches", "ms on the GPU", "share"], spent)}`;
  });
  return [markdownTable(titles, steps), ...kernels].join("\n\n");
}

/** The largest error of each operation, and every test that failed. */
function operationTable(outcomes: readonly Outcome[]): string {
  const worst = new Map<string, { cases: number; float64: number; pytorch: number }>();
  for (const { accuracy } of outcomes) {
    if (!accuracy) continue;
    const { cases, float64, pytorch } = worst.get(accuracy.op) ?? { cases: 0, float64: 0, pytorch: 0 };
    worst.set(accuracy.op, {
      cases: cases + 1,
      float64: Math.max(float64, accuracy.againstFloat64),
      pytorch: Math.max(pytorch, accuracy.againstPyTorch),
    });
  }
  const table = [...worst]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([op, { cases, float64, pytorch }]) => [
      op,
      String(cases),
      float64.toExponential(1),
      pytorch.toExponential(1),
    ]);
  const failed = outcomes.flatMap(({ test, failure }) => (failure ? [`- ${test}: ${brief(failure)}`] : []));
  const titles = ["operation", "cases", "error against float64", "against PyTorch"];
  return [
    `${outcomes.length} tests of the operations, ${failed.length} of them failed.`,
    ...(failed.length > 0 ? [failed.join("\n")] : []),
    markdownTable(titles, table),
  ].join("\n\n");
}

export class GpuReport {
  ceilings: Ceilings | undefined;
  readonly nets: NetRow[] = [];
  readonly kernels: KernelRow[] = [];
  readonly steps: StepReport[] = [];
  readonly operations: Outcome[] = [];
  /** What went wrong with a whole part. */
  readonly complaints: string[] = [];
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  get markdown(): string {
    const { ceilings, nets, kernels, steps, operations, complaints } = this;
    const card = ceilings
      ? `${ceilings.card}, driver ${ceilings.driver}; by PyTorch ${ceilings.torch}: ${short(ceilings.gflops)} GFLOP/s ` +
        `in a float32 product, ${short(ceilings.gbps)} GB/s copying.`
      : "The card's own limits are not known: PyTorch does not see it.";
    const parts: [string, boolean, () => string][] = [
      ["Nets", nets.length > 0, () => netTable(nets)],
      ["Kernels", kernels.length > 0, () => kernelTable(kernels, ceilings)],
      ["What bounds a step", steps.length > 0, () => stepTable(steps)],
      ["Accuracy", operations.length > 0, () => operationTable(operations)],
      ["Not done", complaints.length > 0, () => complaints.map((text) => `- ${text}`).join("\n")],
    ];
    const sections = parts.filter(([, any]) => any).map(([title, , text]) => `## ${title}\n\n${text()}`);
    return [`# On a GPU\n\n${card}`, ...sections].join("\n\n");
  }

  save(): void {
    writeFileSync(join(this.#folder, "results.md"), `${this.markdown}\n`);
    writeFileSync(join(this.#folder, "results.json"), `${JSON.stringify(this, null, 1)}\n`);
  }
}
