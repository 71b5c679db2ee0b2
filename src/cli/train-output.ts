/** What torchlet train says while it trains: for people, or one line of JSON for each event. */

import type { RunEvent } from "../run/run.js";
import type { SplitSummary } from "../run/run-json.js";
import { asArgument, count, inColumns, plural, printableName } from "../text.js";
import { deciding } from "../train/best-epoch.js";
import type { Metrics } from "../train/metrics.js";
import { consoleProgress } from "../train/progress.js";
import { print } from "./print.js";

/** Shows one event. */
export type Output = (event: RunEvent) => void;

type Start = Extract<RunEvent, { event: "start" }>;

/** Of many skipped files, these are shown. */
const SHOWN = 10;

function describeSkipped(run: string, skipped: Start["skipped"]): string[] {
  const lines = skipped.slice(0, SHOWN).map(({ file, reason }) => `skipped  ${printableName(file)}: ${reason}`);
  const more = skipped.length - lines.length;
  return more > 0 ? [...lines, `skipped  ${more} more: see ${run}/skipped.json`] : lines;
}

/** So many classes have their numbers of photographs said one by one. */
const NAMED = 20;

/** How many photographs there are of each class. */
function describeCounts(classes: readonly string[], counts: readonly number[]): string {
  if (classes.length <= NAMED) {
    return counts.map((own, label) => `${count(own)} ${printableName(classes[label])}`).join(", ");
  }
  const [least, most] = counts.reduce(([low, high], n) => [Math.min(low, n), Math.max(high, n)], [Infinity, 0]);
  return `${least === most ? count(least) : `${count(least)} to ${count(most)}`} of each of ${count(classes.length)} classes`;
}

/** The photographs, and what each split of them is for. */
function describeData({ classes, size, train, validation, test }: Start["data"]): string[] {
  const describe = ({ count: n, counts }: SplitSummary, how = "") =>
    `${plural(n, "photograph")}${how}: ${describeCounts(classes, counts)}`;
  const rows = [["train", describe(train, `, ${size}×${size}`)]];
  if (validation) {
    rows.push(["validation", `${describe(validation)}; they tell the best epoch`]);
    rows.push(["test", `${describe(test)}; they decide nothing`]);
  } else rows.push(["test", `${describe(test)}; they tell the best epoch, which flatters its figures`]);
  return inColumns(rows, 2);
}

function describePlace({ run, epoch, done, epochs }: Start): string {
  if (epoch > epochs) return `${run} is finished, with ${plural(epochs, "epoch")}; --epochs ${epochs + 1} adds one`;
  if (epoch > 1 || done > 0) return `going on with ${run} in epoch ${epoch}, after ${plural(done, "photograph")}`;
  return `everything goes into ${run}`;
}

function describeStart(start: Start): string[] {
  const { run, net, parameters, backend, device, data, skipped } = start;
  return [
    `${net}, ${count(parameters)} parameters, on ${backend} (${device})`,
    ...describeData(data),
    ...describeSkipped(run, skipped),
    describePlace(start),
    // What comes next has an empty line before it where no epoch does.
    ...(start.epoch > start.epochs ? [] : [""]),
  ];
}

const MiB = 2 ** 20;

/** So much memory is said before it is taken. */
const WORTH_SAYING = 16 * MiB;

/** How a run is gone on with, where nothing else is said. */
const resume = (run: string) => `npx torchlet train --resume ${asArgument(run)}`;

/**
 * A live bar on a terminal, plain lines in a log.
 * @param goOn the command that goes on with a run that was stopped
 */
export function textOutput(goOn: (run: string) => string = resume): Output {
  /** How many photographs are being read, once that was said. */
  let announced: number | undefined;
  const { onProgress, onStep, onEpoch } = consoleProgress();
  return (event) => {
    switch (event.event) {
      case "reading":
        if (event.bytes >= WORTH_SAYING && event.total !== announced) {
          announced = event.total;
          const mebibytes = count(Math.round(event.bytes / MiB));
          print(`reading ${plural(event.total, "photograph")} into ${mebibytes} MiB of memory`);
        }
        return onProgress(event.done, event.total);
      case "start":
        return print(describeStart(event).join("\n"));
      case "step":
        return onStep(event);
      case "epoch":
        return onEpoch(event);
      case "repeat":
        return print(
          `\nThe weights are broken. To see which step did it, those since the last checkpoint are repeated ` +
            `(epoch ${event.epoch}, after ${plural(event.done, "photograph")}).`,
        );
      case "pause":
        return print(
          `\nstopped after epoch ${event.epoch} of ${event.epochs}; the others come with ${goOn(event.run)}`,
        );
      case "end": {
        const { run, early, best, test } = event;
        const accuracy = ({ accuracy }: Metrics) => `${(100 * accuracy).toFixed(2)} %`;
        const [why, split] = [early ? "no better epoch for a while: done" : "done", test.decidedBy];
        print(`\n${why}. Best on the ${split} photographs: epoch ${best.epoch}, ${accuracy(deciding(best))}`);
        print(
          `Of the test photographs, epoch ${best.epoch} calls ${accuracy(test.best.metrics)} right, the last one ` +
            accuracy(test.last.metrics),
        );
        print(`npx torchlet report ${asArgument(run)}\nnpx torchlet predict PHOTO --run ${asArgument(run)}`);
      }
    }
  };
}

export function jsonOutput(): Output {
  return (event) => print(JSON.stringify(event));
}
