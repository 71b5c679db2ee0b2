/** runInChild: torchlet in a process of its own, which ends with the one that has started it. */

import { fork } from "node:child_process";
import { once } from "node:events";
import type { TrialEvent } from "./trial.js";

/** So often work is begun again without being any farther: after an error of its own, and after it was killed. */
export const TRIES = { error: 3, killed: 10 };

/** Of what a child says, the last characters are kept. */
const KEPT = 4000;

export interface Watching {
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

/** When the channel to this process is closed, by whatever end, the child saves and ends. */
export async function runInChild(args: readonly string[], { signal, onEvent }: Watching): Promise<Ending> {
  // In a group of its own: Ctrl-C at the terminal reaches this process alone, which tells its children once.
  const child = fork(process.argv[1], args, { detached: true, stdio: ["ignore", "ignore", "pipe", "ipc"] });
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    said = (said + text).slice(-KEPT);
  });
  child.on("message", (event: TrialEvent) => onEvent(event));
  const [code, killed] = (await once(child, "close")) as [Ending["code"], Ending["killed"]];
  signal.removeEventListener("abort", stop);
  return { code, killed, said: said.trim().replace(/^torchlet: /, "") };
}
