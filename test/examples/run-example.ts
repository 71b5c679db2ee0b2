/** Runs an example as a reader does: as a program of its own, from the command line, in an empty folder. */

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Absolute, so that the program may run in a folder of its own. */
const loader = import.meta.resolve("tsx");

export class ExampleRunner {
  /** The folder that programs run in, while the tests of a file run. */
  root = "";

  /** Runs examples/`program`.ts. */
  run(program: string, ...options: string[]): Promise<Outcome> {
    const path = fileURLToPath(new URL(`../../examples/${program}.ts`, import.meta.url));
    const child = spawn(process.execPath, ["--import", loader, path, ...options], { cwd: this.root });
    const outcome: Outcome = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (text) => (outcome.stdout += text));
    child.stderr.on("data", (text) => (outcome.stderr += text));
    return new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code) => resolve({ ...outcome, code }));
    });
  }
}

/** For a file of tests: its folder is made before them, and removed after them. */
export function useRunner(): ExampleRunner {
  const runner = new ExampleRunner();
  beforeAll(async () => {
    runner.root = await mkdtemp(join(tmpdir(), "torchlet-"));
  });
  afterAll(() => rm(runner.root, { recursive: true }));
  return runner;
}
