/** A run that goes on with PyTorch, in two processes, and whose net comes back. */

import { spawnSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { FaceFolder } from "../../src/data/face-folder.js";
import { loadOptimizer } from "../../src/io/optimizer-state.js";
import { loadSafetensors } from "../../src/io/safetensors/file.js";
import { Net1 } from "../../src/nets/net1.js";
import { Adam } from "../../src/optim/adam.js";
import { trainConfig } from "../../src/run/config.js";
import { startRun } from "../../src/run/run.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { evaluate } from "../../src/train/evaluate.js";

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** The first Python that has what the example needs. */
const python = [process.env.PYTHON, "python3", "/usr/bin/python3"].find(
  (name) => name && spawnSync(name, ["-c", "import torch.distributed.run, PIL"]).status === 0,
);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 24, test: 12, size: 32 });
  const document = await readFile(join(repository, "docs/pytorch.md"), "utf8");
  const [, nets] = /^```python\n# torchlet_nets\.py\n([\s\S]*?)^```$/m.exec(document)!;
  await writeFile(join(root, "torchlet_nets.py"), nets);
});
afterAll(() => rm(root, { recursive: true }));

function torchrun(run: string, out: string) {
  // Debian's PyTorch 1.13 on Python 3.11 takes its own default, 0, for none: so this is said of a process that there is not.
  const nothing = ["--redirects", "9:3", "--tee", "9:3"];
  const args = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node", "2", ...nothing];
  return spawnSync(python!, [...args, join(repository, "examples/torchrun.py"), run, "--epochs", "2", "--out", out], {
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: `${root}:${join(repository, "scripts/fixtures")}`, OMP_NUM_THREADS: "1" },
  });
}

const config = (changes: Record<string, unknown>) =>
  trainConfig({
    data: join(root, "faces"),
    backend: "wasm",
    threads: 1,
    epochs: 2,
    batch: 8,
    valFraction: 0,
    ...changes,
  });

describe.skipIf(!python)("torchrun.py (skipped where no python3 has PyTorch and Pillow)", () => {
  it("begins where the run is, trains the same net in all processes, and gives it back", async () => {
    const path = join(root, "run");
    await startRun(path, config({}), { onEvent: () => {} });
    const { status, stdout, stderr } = torchrun(path, join(root, "there"));
    expect(status, stderr).toBe(0);
    const measured = [...stdout.matchAll(/^test .*: loss (\S+) accuracy (\S+)$/gm)].map((line) =>
      line.slice(1).map(Number),
    );
    expect(measured).toHaveLength(3);
    const { last } = (await (await RunFolder.open(path)).test())!;
    expect(measured[0][0]).toBeCloseTo(last.metrics.loss, 2);
    expect(measured[0][1]).toBeCloseTo(last.metrics.accuracy, 5);
    const weights = [...stdout.matchAll(/^process \d: weights (.*)$/gm)].map(([, sums]) => sums);
    expect([weights.length, new Set(weights).size]).toEqual([2, 1]);

    const model = new Net1();
    model.loadStateDict((await loadSafetensors(join(root, "there/net.safetensors"))).tensors);
    const test = await FaceFolder.open(join(root, "faces/test"), { size: 32 });
    const { loss, accuracy } = await evaluate(model, test);
    expect(loss).toBeCloseTo(measured[2][0], 2);
    expect(accuracy).toBeCloseTo(measured[2][1], 5);
    expect(measured[2][0]).not.toBeCloseTo(measured[0][0], 3);
    const optimizer = new Adam(model.parameters(), { lr: 1e-3, weightDecay: 1e-3 });
    await loadOptimizer(join(root, "there/optimizer.safetensors"), optimizer);
    // Two epochs of three steps here, and as many there.
    expect(new Set(optimizer.stateDict().steps)).toEqual(new Set([12]));
  });

  it("refuses a run whose options it does not know", async () => {
    const path = join(root, "other");
    await startRun(path, config({ epochs: 1, schedule: "cosine" }), { onEvent: () => {} });
    const { status, stderr } = torchrun(path, join(root, "nowhere"));
    expect(status).not.toBe(0);
    expect(stderr).toContain("other/config.json: schedule is cosine: this example is for constant");
  });
});
