/** Makes docs/accuracy.md out of a run of the operations' tests: how far each operation is off on each backend. */

import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";
import type { Accuracy } from "./check-op.js";

const target = new URL("../docs/accuracy.md", import.meta.url);

/** `2.1e-7`, or 0. */
const short = (error: number) => (error === 0 ? "0" : error.toExponential(1));

function table(title: string, cells: Map<string, Map<string, number>>, targets: readonly string[]): string {
  const row = (values: readonly string[]) => `| ${values.join(" | ")} |`;
  const lines = [...cells]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([op, errors]) => {
      return row([op, ...targets.map((name) => (errors.has(name) ? short(errors.get(name)!) : ""))]);
    });
  return [
    `## ${title}`,
    "",
    row(["operation", ...targets]),
    row(["---", ...targets.map(() => "---")]),
    ...lines,
    "",
  ].join("\n");
}

/** The worst of all cases, by operation and backend. */
function worst(all: readonly Accuracy[], error: (accuracy: Accuracy) => number): Map<string, Map<string, number>> {
  const cells = new Map<string, Map<string, number>>();
  for (const accuracy of all) {
    const row = cells.get(accuracy.op) ?? new Map<string, number>();
    cells.set(accuracy.op, row);
    row.set(accuracy.target, Math.max(row.get(accuracy.target) ?? 0, error(accuracy)));
  }
  return cells;
}

export default class AccuracyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const all = modules.flatMap((module) => {
      const place = module.project.name === "node" ? "" : ", Chromium";
      return [...module.children.allTests()].flatMap((test) => {
        const { accuracy } = test.meta();
        return accuracy ? [{ ...accuracy, target: `${accuracy.target}${place}` }] : [];
      });
    });
    const targets = [...new Set(all.map(({ target }) => target))].sort();
    const text = [
      "# Accuracy",
      "",
      "By operation and backend, the largest error of all cases in test/fixtures/ops, forward and gradients:",
      "|actual − expected| / (|expected| + mean |expected|). Everything but the references computes in float32, whose unit",
      "roundoff is 6.0e-8. The modes of GPU.js that need a GPU ran on SwiftShader, which computes on the processor.",
      "",
      "Made by `npm run accuracy`.",
      "",
      table(
        "Against the js backend in float64",
        worst(all, ({ againstFloat64 }) => againstFloat64),
        targets,
      ),
      table(
        "Against PyTorch",
        worst(all, ({ againstPyTorch }) => againstPyTorch),
        targets,
      ),
    ].join("\n");
    writeFileSync(target, text);
    console.log(`docs/accuracy.md: ${all.length} cases on ${targets.length} backends`);
  }
}
