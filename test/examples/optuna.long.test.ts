/** The example that has Optuna choose: it runs where Optuna is installed, as Debian's python3-optuna. */

import { execFile, spawnSync } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { program } from "../cli/torchlet.js";

const python = "/usr/bin/python3";
const missing = spawnSync(python, ["-c", "import optuna"]).status !== 0;

it.skipIf(missing)("Optuna chooses four rates, and gives up what does not do well", async () => {
  const root = await mkdtemp(join(tmpdir(), "torchlet-"));
  onTestFinished(() => rm(root, { recursive: true }));
  await drawFaces(join(root, "faces"), { train: 20, test: 10, size: 16 });
  const example = fileURLToPath(new URL("../../examples/optuna_sweep.py", import.meta.url));
  const { stdout } = await promisify(execFile)(python, [example, "faces", process.execPath, program], { cwd: root });
  const { best, accuracy } = JSON.parse(stdout);
  const names = await readdir(join(root, "runs"));
  const runs = await Promise.all(names.map((name) => RunFolder.open(join(root, "runs", name))));
  expect(runs).toHaveLength(4);
  const figures = await Promise.all(
    runs.map(async (run) => Math.max(...(await run.metrics()).map(({ validation }) => validation!.accuracy))),
  );
  expect(accuracy).toBe(Math.max(...figures));
  expect(runs.map(({ config }) => config.lr)).toContain(best.lr);
});
