/** trainInChild: a trial in a process of its own: what a pool of children, or a worker of a queue, does with each. */

import { statSync } from "node:fs";
import { join } from "node:path";
import { type Ending, runInChild, type Watching } from "./child.js";

export interface ChildOptions extends Watching {
  /** The sweep file. */
  file: string;
  /** The sweep's folder. */
  runs: string;
  /** Where the photographs are, if not where the file says. */
  data?: string;
  /** Of the wasm backend; others have none. */
  threads?: number;
  /** The lock of a process on another host is not in the way. */
  takeOver?: boolean;
}

/** The part of a job that its child is told. */
export interface ChildJob {
  trial: { id: string; config: { backend: string } };
  until: number;
}

/** Calls `torchlet trial` for a job. */
export async function trainInChild({ trial, until }: ChildJob, options: ChildOptions): Promise<Ending> {
  const { file, runs, data, threads, takeOver, ...watching } = options;
  const args = ["trial", file, trial.id, "--until", String(until), "--runs", runs, "--json"];
  if (data !== undefined) args.push("--data", data);
  if (threads !== undefined && trial.config.backend === "wasm") args.push("--threads", String(threads));
  if (takeOver) args.push("--take-over");
  return runInChild(args, watching);
}

/** When a run was last saved: where that has changed, it is farther. */
export function savedAt(run: string): number {
  return statSync(join(run, "last.safetensors"), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
