/** onLostOutput: what a command does when nobody can read any more what it says. */

import { constants } from "node:os";

/** How a process ends that the terminal, or the reader of a pipe, has left: as if by the signal that says so. */
const SIGNALS: Record<string, NodeJS.Signals> = { EPIPE: "SIGPIPE", EIO: "SIGHUP" };

/** Standard output, or standard error, takes nothing more: the terminal is closed, the pipe's reader gone, the disk full. */
export class LostOutput extends Error {
  readonly exitCode: number;

  constructor(stream: string, error: NodeJS.ErrnoException) {
    super(`${stream} takes nothing more (${error.code})`, { cause: error });
    const signal = SIGNALS[error.code ?? ""];
    this.exitCode = signal ? 128 + constants.signals[signal] : 1;
  }
}

const HANGUP = 128 + constants.signals.SIGHUP;

/** Decides how the process ends: at once where the terminal is gone, since Node's own end would crash on it. */
export function endAs(exitCode: number): void {
  process.exitCode = exitCode;
  if (exitCode !== HANGUP) return;
  process.removeAllListeners("SIGHUP");
  process.kill(process.pid, "SIGHUP");
}

let react = ({ exitCode }: LostOutput): void => {
  endAs(exitCode);
  if (exitCode !== HANGUP) process.exit();
};

/** What happens then, instead of an end at once. It may happen several times. */
export function onLostOutput(listener: (lost: LostOutput) => void): void {
  react = listener;
}

/** From now on, lost output is no unhandled error. */
export function watchOutput(): void {
  process.stdout.on("error", (error) => react(new LostOutput("standard output", error)));
  process.stderr.on("error", (error) => react(new LostOutput("standard error", error)));
}
