/** Runs the command line as a user does: in a process of its own, from JavaScript. */

import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "rolldown";
import { afterAll } from "vitest";
import config from "../../rolldown.config.js";

/** The package as it is installed, for this file of tests. From TypeScript, each start would take a second longer. */
const home = mkdtempSync(join(tmpdir(), "torchlet-home-"));
afterAll(() => rmSync(home, { recursive: true }));

const root = fileURLToPath(new URL("../../", import.meta.url));
const dir = join(home, "dist/bundle");
await build({ ...config, cwd: root, output: { ...config.output, dir } });
copyFileSync(join(root, "package.json"), join(home, "package.json"));
symlinkSync(join(root, "node_modules"), join(home, "node_modules"));

/** What Node is given to run the command line. */
export const program = join(dir, "cli.js");

export interface Outcome {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  outcome: Promise<Outcome>;
}

/**
 * torchlet `args` in the folder `cwd`.
 * @param onLine is shown each line of the standard output at once
 */
export function start(cwd: string, args: readonly string[], onLine: (line: string) => void = () => {}): Running {
  const child = spawn(process.execPath, [program, ...args], { cwd });
  let stdout = "";
  let stderr = "";
  let seen = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    for (let end = stdout.indexOf("\n", seen); end !== -1; end = stdout.indexOf("\n", seen)) {
      onLine(stdout.slice(seen, end));
      seen = end + 1;
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, outcome };
}

/** The same, to its end. */
export function torchlet(cwd: string, ...args: string[]): Promise<Outcome> {
  return start(cwd, args).outcome;
}
