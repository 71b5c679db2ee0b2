/** Runs the command line as a user does: in a process of its own. */

import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Absolute, so that the program may run in a folder of its own. */
const loader = import.meta.resolve("tsx");
const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));

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
  const child = spawn(process.execPath, ["--import", loader, cli, ...args], { cwd });
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
