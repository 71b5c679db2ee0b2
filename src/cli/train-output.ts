/** What torchlet train says while it trains: for people, or one line of JSON for each event. */

import type { RunEvent } from "../run/run.js";
import { consoleProgress } from "../train/progress.js";

/** Shows one event. */
export type Output = (event: RunEvent) => void;

type Start = Extract<RunEvent, { event: "start" }>;

/** Of many skipped files, these are shown. */
const SHOWN = 10;

function describeSkipped(run: string, skipped: Start["skipped"]): string[] {
  const lines = skipped.slice(0, SHOWN).map(({ file, reason }) => `skipped  ${file}: ${reason}`);
  const more = skipped.length - lines.length;
  return more > 0 ? [...lines, `skipped  ${more} more: see ${run}/skipped.json`] : lines;
}

function describeStart({ run, epoch, done, net, parameters, backend, device, data, skipped }: Start): string[] {
  const of = ({ counts }: { counts: number[] }) => counts.map((n, label) => `${n} ${data.classes[label]}`).join(", ");
  const begun = epoch > 1 || done > 0;
  return [
    `${net}, ${parameters.toLocaleString("en-US")} parameters, on ${backend} (${device})`,
    `train  ${data.train.count} photographs, ${data.size}×${data.size}: ${of(data.train)}`,
    `test   ${data.test.count} photographs: ${of(data.test)}`,
    ...describeSkipped(run, skipped),
    begun ? `going on with ${run} in epoch ${epoch}, after ${done} photographs` : `everything goes into ${run}`,
    "",
  ];
}

/** A live bar on a terminal, plain lines in a log. */
export function textOutput(): Output {
  const { onProgress, onStep, onEpoch } = consoleProgress();
  return (event) => {
    switch (event.event) {
      case "reading":
        return onProgress(event.done, event.total);
      case "start":
        return console.log(describeStart(event).join("\n"));
      case "step":
        return onStep(event);
      case "epoch":
        return onEpoch(event);
      case "repeat":
        return console.log(
          `\nThe weights are broken. To see which step did it, those since the last checkpoint are repeated ` +
            `(epoch ${event.epoch}, after ${event.done} photographs).`,
        );
      case "end": {
        const { run, early, best } = event;
        const accuracy = (100 * (best.test ?? best.train).accuracy).toFixed(2);
        console.log(
          `\n${early ? "no better epoch for a while: done" : "done"}. Best: epoch ${best.epoch}, ${accuracy} %`,
        );
        console.log(`npx torchlet report ${run}\nnpx torchlet predict PHOTO --run ${run}`);
      }
    }
  };
}

export function jsonOutput(): Output {
  return (event) => console.log(JSON.stringify(event));
}
