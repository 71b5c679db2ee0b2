/** fuzz: decodes damaged files in processes of their own, and watches over their time, memory and ends. */

import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a child is to do. */
export interface Job {
  seed: number;
  first: number;
  /** The one after the last. */
  last: number;
  maxPixels: number;
}

export interface Outcome {
  index: number;
  /** "decoded", "refused" (a DecodeError), or what went wrong. */
  result: string;
  /** Resident memory of the process at its largest. */
  megabytes: number;
}

export interface FuzzOptions {
  files: number;
  seed: number;
  processes: number;
  /** For a file. */
  seconds: number;
  /** For a process. */
  megabytes: number;
  maxPixels: number;
  onFile?: (done: number) => void;
}

export interface FuzzReport {
  decoded: number;
  refused: number;
  /** Crashes, hangs, other errors than DecodeError, and too much memory, each with the number of its file. */
  failures: string[];
  slowestSeconds: number;
  /** Of the largest process. */
  megabytes: number;
}

/** Runs files `first` to `last` − 1; where the child dies of one, another goes on after it. */
async function runShare(first: number, last: number, options: FuzzOptions, report: FuzzReport): Promise<void> {
  for (let next = first; next < last; ) {
    const execArgv = ["--import", "tsx", `--max-old-space-size=${options.megabytes}`];
    const child = fork(fileURLToPath(new URL("child.ts", import.meta.url)), { execArgv, stdio: "ignore" });
    next = await watch(child, next, last, options, report);
  }
}

/** @returns the file to go on with */
function watch(
  child: ChildProcess,
  first: number,
  last: number,
  options: FuzzOptions,
  report: FuzzReport,
): Promise<number> {
  const { seed, seconds, maxPixels } = options;
  return new Promise((resolve) => {
    let next = first;
    let since = performance.now();
    let hung = false;
    // Starting takes a second or two; it is not the first file's fault.
    let timer = setTimeout(kill, 60_000);
    function kill(): void {
      hung = true;
      child.kill("SIGKILL");
    }
    child.on("message", ({ index, result, megabytes }: Outcome) => {
      clearTimeout(timer);
      const now = performance.now();
      if (index > first) report.slowestSeconds = Math.max(report.slowestSeconds, (now - since) / 1000);
      since = now;
      report.megabytes = Math.max(report.megabytes, megabytes);
      if (result === "decoded" || result === "refused") report[result]++;
      else report.failures.push(`file ${index}: ${result}`);
      next = index + 1;
      options.onFile?.(report.decoded + report.refused + report.failures.length);
      if (megabytes > options.megabytes) {
        report.failures.push(`file ${index}: the process has taken ${Math.round(megabytes)} MB`);
        child.kill("SIGKILL");
      } else if (next === last) child.kill();
      else timer = setTimeout(kill, seconds * 1000);
    });
    child.on("exit", (code, signal) => {
      clearTimeout(timer);
      const died = signal === null || hung;
      if (died) report.failures.push(`file ${next}: ${hung ? `no end in ${seconds} s` : `exit code ${code}`}`);
      resolve(died ? next + 1 : next);
    });
    child.send({ seed, first, last, maxPixels } satisfies Job);
  });
}

export async function fuzz(options: FuzzOptions): Promise<FuzzReport> {
  const report: FuzzReport = { decoded: 0, refused: 0, failures: [], slowestSeconds: 0, megabytes: 0 };
  const { files, processes } = options;
  const start = (share: number) => Math.floor((share * files) / processes);
  await Promise.all(
    Array.from({ length: processes }, (_, share) => runShare(start(share), start(share + 1), options, report)),
  );
  return report;
}
