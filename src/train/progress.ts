/** Progress on the console: a live line on a terminal, one line per epoch everywhere. */

import type { Metrics } from "./evaluate.js";
import type { EpochReport, StepReport } from "./fit.js";

function describe({ loss, accuracy, f1 }: Metrics): string {
  const score = f1 === undefined ? "" : `  F1 ${f1.toFixed(4)}`;
  return `loss ${loss.toFixed(4)}  accuracy ${(100 * accuracy).toFixed(2)} %${score}`;
}

/** Callbacks for `fit` that write to standard output. */
export function consoleProgress(): { onStep: (report: StepReport) => void; onEpoch: (report: EpochReport) => void } {
  const { stdout } = process;
  return {
    onStep({ epoch, epochs, done, total, imagesPerSecond, secondsLeft }) {
      if (!stdout.isTTY) return;
      const bar = "━".repeat(Math.round((24 * done) / total)).padEnd(24, "┄");
      const speed = `${imagesPerSecond.toFixed(0)} images/s`;
      stdout.write(
        `\r\x1b[Kepoch ${epoch}/${epochs}  ${bar}  ${done}/${total}  ${speed}  ${secondsLeft.toFixed(0)} s left`,
      );
    },
    onEpoch({ epoch, epochs, train, test, trainSeconds, seconds }) {
      if (stdout.isTTY) stdout.write("\r\x1b[K");
      const left = (seconds * (epochs - epoch)).toFixed(0);
      console.log(
        `epoch ${epoch}/${epochs}  ${trainSeconds.toFixed(1)} s training, ${seconds.toFixed(1)} s in all, ${left} s left`,
      );
      console.log(`  train  ${describe(train)}`);
      if (test) console.log(`  test   ${describe(test)}`);
    },
  };
}
