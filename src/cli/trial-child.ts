/** trainInChild: a trial in a process of its own, which ends with the one that has started it. */

import { fork } from "node:child_process";
import { once } from "node:events";
import type { Job } from "../run/halving.js";
import type { TrialEvent } from "./trial.js";

export interface ChildOptions {
  /** The sweep file. */
  file: string;
  /** The sweep's folder. */
  runs: string;
  /** Where the photographs are, if not where the file says. */
  data?: string;
  /** Of the wasm backend; others have none. */
  threads: number;
  /** Has the child save and end. */
  signal: AbortSignal;
  onEvent: (event: TrialEvent) => void;
}

/** How a child has ended: with an exit code (see `EXIT`), or killed. */
export interface Ending {
  code: number | null;
  killed: NodeJS.Signals | null;
  /** Its last words. */
  said: string;
}

/**
 * Calls `torchlet trial` for a job: what a pool of children, or a worker of a queue, does with each. When the channel to
 * this process is closed, by whatever end, the child saves and ends.
 */
export async function trainInChild({ trial, until }: Job, options: ChildOptions): Promise<Ending> {
  const { file, runs, data, threads, signal, onEvent } = options;
  const args = ["trial", file, trial.id, "--until", String(until), "--runs", runs, "--json"];
  if (data !== undefined) args.push("--data", data);
  if (trial.config.backend === "wasm") args.push("--threads", String(threads));
  // In a group of its own: Ctrl-C at the terminal reaches this process alone, which tells its children once.
  const child = fork(process.argv[1], args, { detached: true, stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  child.on("message", (event: TrialEvent) => onEvent(event));
  const [code, killed] = (await once(child, "close")) as [Ending["code"], Ending["killed"]];
  signal.removeEventListener("abort", stop);
  return { code, killed, said: said.trim().replace(/^torchlet: /, "") };
}
