/** onInterruptions: a command that trains saves and ends at Ctrl-C, at a signal, and when nobody is there any more. */

import { constants } from "node:os";
import { onLostOutput } from "./lost-output.js";

/** Why a run ends before its end. */
export class Interruption extends Error {
  readonly exitCode: number;

  constructor(signal: NodeJS.Signals) {
    super(signal);
    this.exitCode = 128 + constants.signals[signal];
  }
}

/**
 * Ends a run cleanly at the first signal, and at once at the second, unless a terminal that closes sent it: that sends
 * several, and takes the output away. Lost output ends a run cleanly, too, and so does the end of the process that has
 * started this one and listens to it.
 */
export function onInterruptions(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(name, () => {
      const interruption = new Interruption(name);
      if (controller.signal.aborted && name !== "SIGHUP") process.exit(interruption.exitCode);
      controller.abort(interruption);
    });
  }
  process.on("disconnect", () => controller.abort(new Interruption("SIGHUP")));
  // Listening keeps no process alive that has nothing else to do.
  process.channel?.unref();
  onLostOutput((lost) => controller.abort(lost));
  return controller.signal;
}
