/** Progress on the console: a live line on a terminal, a plain one now and then in a log. */

import { duration, inColumns } from "../text.js";
import type { AnyMetrics } from "./metrics.js";
import type { EpochReport, StepReport } from "./reports.js";

/** Between two lines about the same epoch, or the same reading, in a log. */
const LOG_INTERVAL_MS = 30_000;

/** Between two states of the live line while photographs are read: they come by the thousand. */
const LIVE_INTERVAL_MS = 50;

function describe({ loss, accuracy, f1 }: AnyMetrics): string {
  const ofClasses = accuracy === undefined ? "" : `  accuracy ${(100 * accuracy).toFixed(2)} %  F1 ${f1?.toFixed(4)}`;
  return `loss ${loss.toFixed(4)}${ofClasses}`;
}

/** Callbacks that tell on the console how far a program is. */
export interface ConsoleProgress {
  /** For reading photographs: `FaceFolder.open`. */
  onProgress: (done: number, total: number) => void;
  /** For training: `fit`. */
  onStep: (report: Pick<StepReport, "epoch" | "epochs" | "done" | "total" | "imagesPerSecond" | "secondsLeft">) => void;
  /** For training, too. */
  onEpoch: (report: EpochReport<AnyMetrics>) => void;
}

/**
 * Callbacks that write to standard output. `fit(model, { …, ...consoleProgress() })` takes those that are for training;
 * the one for reading is asked for by its name.
 */
export function consoleProgress(): ConsoleProgress {
  // A browser has only the console.
  const terminal = globalThis.process?.stdout?.isTTY ? process.stdout : undefined;
  let lastLine = performance.now();
  const isDue = (interval: number): boolean => {
    if (performance.now() - lastLine < interval) return false;
    lastLine = performance.now();
    return true;
  };
  const onProgress: ConsoleProgress["onProgress"] = (done, total) => {
    const state = `reading photographs  ${done}/${total}`;
    if (done === total) terminal?.write("\r\x1b[K");
    else if (terminal && isDue(LIVE_INTERVAL_MS)) terminal.write(`\r\x1b[K${state}`);
    else if (!terminal && isDue(LOG_INTERVAL_MS)) console.log(state);
  };
  const training: Omit<ConsoleProgress, "onProgress"> = {
    onStep({ epoch, epochs, done, total, imagesPerSecond, secondsLeft }) {
      const where = `epoch ${epoch}/${epochs}`;
      const left = secondsLeft === undefined ? "" : `  ${duration(secondsLeft)} left`;
      const speed = `${total === undefined ? done : `${done}/${total}`}  ${imagesPerSecond.toFixed(0)} images/s${left}`;
      if (terminal) {
        const bar = total === undefined ? "" : `  ${"━".repeat(Math.round((24 * done) / total)).padEnd(24, "┄")}`;
        terminal.write(`\r\x1b[K${where}${bar}  ${speed}`);
      } else if (isDue(LOG_INTERVAL_MS)) console.log(`${where}  ${speed}`);
    },
    onEpoch({ epoch, epochs, train, validation, test, imagesPerSecond, seconds }) {
      terminal?.write("\r\x1b[K");
      lastLine = performance.now();
      const left = epoch < epochs ? `, ${duration(seconds * (epochs - epoch))} left` : "";
      console.log(`epoch ${epoch}/${epochs}  ${imagesPerSecond.toFixed(0)} images/s  ${duration(seconds)}${left}`);
      const measured = Object.entries({ train, validation, test }).filter(([, metrics]) => metrics !== undefined);
      const rows = measured.map(([split, metrics]) => [`  ${split}`, describe(metrics!)]);
      console.log(inColumns(rows, 2).join("\n"));
    },
  };
  // Not enumerable, so that `...` leaves it out: `fit` has no such option.
  return Object.defineProperty(training, "onProgress", { value: onProgress }) as ConsoleProgress;
}
