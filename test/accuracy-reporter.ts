/**
 * Makes docs/accuracy.md out of a run of the operations' tests: how far each operation is off on each backend. Vitest
 * takes a reporter for its default export.
 */

import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";
import type { Accuracy } from "./check-op.js";

const target = new URL("../docs/accuracy.md", import.meta.url);

const INTRODUCTION = `# Accuracy

How much rounding error does each operation make on each backend? The tables show the largest relative error of all
cases in test/fixtures/ops, results and gradients: |actual − expected| / (|expected| + mean |expected|). Most errors are
a few times 6.0e-8, the rounding error of float32; all backends compute in float32, except \`js\` in float64, which is the
reference of the first table. Larger errors have three reasons:

- Some cases are hard on purpose, and there \`js\` in float32 has errors as large: batch norm of values of 3,000 ± 2, and
  pow and log with results near 0 and near the ends of the range.
- Winograd's algorithm, by which \`wasm\` computes many convolutions, gives up some accuracy for speed.
- GPUs compute exp and the like less accurately than processors.

The columns are the backends. Those of GPU.js that need a GPU ran on SwiftShader, which plays a GPU on the processor;
what runs in Node and in Chromium has one column, with the larger error. \`wasm\` was measured in Node 20, where it rounds
strictly, and in Chromium, where it fuses multiplications and additions (see [backends](backends.md#same-bits)). The
number of threads changes no bit of it.

\`npm run accuracy\` makes this page.
`;

/** The largest error, by operation and column. */
type Errors = Map<string, Map<string, number>>;

/** `2.1e-7`, or 0. */
const short = (error: number) => (error === 0 ? "0" : error.toExponential(1));

const row = (values: readonly string[]) => `| ${values.join(" | ")} |`;

function table(errors: Errors, columns: readonly string[]): string {
  const lines = [...errors]
    .filter(([, own]) => columns.some((column) => own.has(column)))
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([op, own]) => row([op, ...columns.map((column) => (own.has(column) ? short(own.get(column)!) : ""))]));
  return [row(["operation", ...columns]), row(["---", ...columns.map(() => "---")]), ...lines].join("\n");
}

/** Of convolution alone, a line for each way to run it. */
function tableOfWays(errors: Errors, columns: readonly string[]): string {
  const own = errors.get("conv2d");
  const ways = new Set(columns.map((column) => column.replace(", Chromium", "")));
  const error = (column: string) => (own?.has(column) ? short(own.get(column)!) : "");
  const lines = [...ways].map((way) => row([way, error(way), error(`${way}, Chromium`)]));
  return [row(["way", "Node", "Chromium"]), row(["---", "---", "---"]), ...lines].join("\n");
}

function worst(all: readonly Accuracy[], error: (accuracy: Accuracy) => number): Errors {
  const errors: Errors = new Map();
  for (const accuracy of all) {
    const own = errors.get(accuracy.op) ?? new Map<string, number>();
    errors.set(accuracy.op, own.set(accuracy.target, Math.max(own.get(accuracy.target) ?? 0, error(accuracy))));
  }
  return errors;
}

/** The column that a target's errors belong to. */
function columnOf(label: string, project: string): string {
  const name = label.replace(/,? (on )?\d+ threads?$/, "");
  return name.startsWith("wasm") && !project.startsWith("node") ? `${name}, Chromium` : name;
}

export default class AccuracyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const all = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => {
        const { accuracy } = test.meta();
        return accuracy ? [{ ...accuracy, target: columnOf(accuracy.target, module.project.name) }] : [];
      }),
    );
    const columns = [...new Set(all.map(({ target }) => target))].sort();
    // Ways of running that only convolution has would leave a wide table all but empty.
    const general = columns.filter((column) => !column.includes(", ") || column === "wasm, Chromium");
    const special = columns.filter((column) => !general.includes(column));
    const sections = [
      ["Against the js backend in float64", worst(all, ({ againstFloat64 }) => againstFloat64)],
      ["Against PyTorch, float32", worst(all, ({ againstPyTorch }) => againstPyTorch)],
    ] as const;
    const text = sections.map(([title, errors]) => {
      return `## ${title}\n\n${table(errors, general)}\n\nConvolution's other ways:\n\n${tableOfWays(errors, special)}\n`;
    });
    writeFileSync(target, [INTRODUCTION, ...text].join("\n"));
    console.log(`docs/accuracy.md: ${all.length} results in ${columns.length} columns`);
  }
}
