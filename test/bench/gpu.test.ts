/** The folder for a machine with a GPU: that it has what its programs start, and that wrong results are not taken. */

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { matmul } from "../../bench/cases/matmul.js";
import { checkAgreement } from "../../bench/contest/agreement.js";
import { packages, programs, scripts } from "../../bench/gpu/parts.js";
import { GpuReport } from "../../bench/gpu/report.js";
import { benchKernel } from "../../bench/kernel.js";
import { createJsBackend } from "../../src/tensor/backend/js/js.js";

const path = (name: string) => fileURLToPath(new URL(`../../bench/gpu/${name}`, import.meta.url));
const runner = readFileSync(path("run.ts"), "utf8");

/** What the runner starts by this function. */
const started = (by: string) => [...runner.matchAll(new RegExp(`\\b${by}\\("([\\w-]+)"`, "g"))].map(([, name]) => name);

describe("the parts of the folder", () => {
  it("are all there to be packed", () => {
    for (const part of [...Object.values(programs), ...scripts, "run.sh"])
      expect(existsSync(path(part)), part).toBe(true);
    for (const name of packages) expect(existsSync(path(`../../node_modules/${name}`)), name).toBe(true);
  });

  it("are what the runner starts, and no more", () => {
    expect(["run", ...started("node")].sort()).toEqual(Object.keys(programs).sort());
    expect(
      started("python")
        .map((name) => `${name}.py`)
        .sort(),
    ).toEqual(scripts.map((script) => basename(script)).sort());
  });

  it("are unpacked and started by run.sh under these names", () => {
    const script = readFileSync(path("run.sh"), "utf8");
    expect(script).toContain("parts.tar.gz");
    expect(script).toContain('"$parts/node" "$parts/run.js"');
  });
});

describe("results", () => {
  it("that differ are refused, and so is NaN", () => {
    const ours = [-0.7, -0.68, -0.71];
    expect(() => checkAgreement(ours, ours, "inference")).not.toThrow();
    expect(() => checkAgreement(ours, [-0.7, -0.68, -0.7125], "inference")).toThrow("-0.7125 instead of -0.71 at 2");
    expect(() => checkAgreement(ours, [-0.7, Number.NaN, -0.71], "training")).toThrow("NaN instead of -0.68 at 1");
    expect(() => checkAgreement(ours, [], "training")).toThrow("no result");
  });

  it("of a kernel that is one part in a thousand off are refused", async () => {
    const js = createJsBackend("float64");
    const off = {
      ...js,
      matmul: (...args: Parameters<typeof js.matmul>) => {
        const product = js.matmul(...args);
        js.accumulate(product, product, 1, 0.001);
        return product;
      },
    };
    const kernel = matmul("small", 8, 8, 8);
    await expect(benchKernel(kernel, off)).rejects.toThrow("matmul small: the result of js:float64 is wrong");
    expect((await benchKernel(kernel, js)).error).toBe(0);
  });
});

describe("the report", () => {
  it("is written again after each row, and says what failed", () => {
    const folder = mkdtempSync(join(tmpdir(), "torchlet-gpu-test-"));
    try {
      const report = new GpuReport(folder);
      report.ceilings = { card: "Card", driver: "1.2", torch: "2.11", gflops: 50_000, gbps: 2000 };
      report.nets.push({ what: "net1 training, batch 64", by: "torchlet", ms: 12.34 });
      report.nets.push({ what: "net1 training, batch 64", by: "jax-js", failure: "its result is not torchlet's" });
      report.save();
      const text = readFileSync(join(folder, "results.md"), "utf8");
      expect(text).toContain("Card, driver 1.2");
      expect(text).toContain("| net1 training, batch 64 | 12.3 | failed |");
      expect(text).toContain("- net1 training, batch 64, jax-js: its result is not torchlet's");
      const timing = { cold: 9, median: 1, low: 1, high: 1, runs: 5, storages: 1, bytes: 4 };
      report.kernels.push({ name: "add", shape: "[4]", error: 0, gflops: 5000, gbps: 1000, ...timing });
      report.operations.push({ test: "relu on gpujs:webgpu", failure: "element 0 is 1, expected 2" });
      report.save();
      const more = readFileSync(join(folder, "results.md"), "utf8");
      expect(more).toContain("| add | [4] | 0.0e+0 | 1.00 | 5000 | 10 % | 1000 | 50 % |");
      expect(more).toContain("1 tests of the operations, 1 of them failed.");
      expect(JSON.parse(readFileSync(join(folder, "results.json"), "utf8")).operations).toHaveLength(1);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
