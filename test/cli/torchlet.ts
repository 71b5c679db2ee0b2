/** Runs the command line as a user does: in a process of its own, from JavaScript. */

import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, copyFileSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
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

/** Tells the file that `LOG` names, if there is one, what happens and is said, with times. */
export function note(who: string, what: string): void {
  const { LOG } = process.env;
  if (LOG) appendFileSync(LOG, `${new Date().toISOString().slice(11, 23)} ${who}: ${what.trimEnd()}\n`);
}

/**
 * torchlet `args` in the folder `cwd`.
 * @param onLine is shown each line of the standard output at once
 */
export function start(cwd: string, args: readonly string[], onLine?: (line: string) => void): Running {
  return startBy([], cwd, args, onLine);
}

/**
 * The same, elsewhere or within limits.
 * @param via a command that becomes the one behind it
 */
export function startBy(
  via: readonly string[],
  cwd: string,
  args: readonly string[],
  onLine: (line: string) => void = () => {},
): Running {
  const [command, ...rest] = [...via, process.execPath, program, ...args];
  const child = spawn(command, rest, { cwd });
  const who = `${args[0]} ${child.pid}`;
  note(who, "begins");
  let stdout = "";
  let stderr = "";
  let seen = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    note(who, text);
    stdout += text;
    for (let end = stdout.indexOf("\n", seen); end !== -1; end = stdout.indexOf("\n", seen)) {
      onLine(stdout.slice(seen, end));
      seen = end + 1;
    }
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    note(who, text);
    stderr += text;
  });
  const outcome = new Promise<Outcome>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      note(who, `ended by ${signal ?? code}`);
      resolve({ code, signal, stdout, stderr });
    });
  });
  return { child, outcome };
}

/** The same, to its end. */
export function torchlet(cwd: string, ...args: string[]): Promise<Outcome> {
  return start(cwd, args).outcome;
}
