/** Comparison: two runs, and what they say to the photographs that both were tested on. */

import { resolve, sep } from "node:path";
import type { PhotoFolder } from "../data/photo-folder.js";
import type { Examination } from "./examine.js";
import { shortened } from "./format.js";
import type { Predictions } from "./predictions.js";

/** What two runs have in common. */
export interface Comparison {
  runs: readonly [Examination, Examination];
  /** What the two are called, where there is little room. */
  names: readonly [string, string];
  /** For the photographs that both were tested on, in the same order. */
  predictions: readonly [Predictions, Predictions];
  /** Where each of these is in the first run's test photographs. */
  indices: readonly number[];
  /** How many other test photographs have a name in common, and nothing else. */
  namesakes: number;
}

/** What tells that two photographs of the same name are not the same. */
function looksOf({ labels, widths, heights }: PhotoFolder, i: number): string {
  return `${labels[i]}, ${widths[i]}×${heights[i]}`;
}

/** The ends of two paths, with as many folders as it takes to tell them apart. */
export function namesOf(paths: readonly [string, string]): [string, string] {
  const [first, second] = paths.map((path) => resolve(path).split(sep));
  for (let folders = 1; folders <= Math.max(first.length, second.length); folders++) {
    const [a, b] = [first, second].map((parts) => shortened(parts.slice(-folders).join("/"), 24));
    if (a !== b) return [a, b];
  }
  return ["the first", "the second"];
}

/** @throws Error when the two cannot be compared */
export function comparisonOf(runs: readonly [Examination, Examination]): Comparison {
  const [first, second] = runs;
  const paths = [first.run.path, second.run.path] as const;
  const [a, b] = runs.map(({ data }) => data.test.classes.join(", "));
  if (a !== b) throw new Error(`${paths.join(" and ")} cannot be compared: one has the classes ${a}, the other ${b}`);
  const [ours, theirs] = [first.data.test, second.data.test];
  const places = new Map(theirs.files.map((file, i) => [file, i]));
  const common = [...ours.files.keys()].filter((i) => places.has(ours.files[i]));
  const placeOf = (i: number) => places.get(ours.files[i])!;
  const indices = common.filter((i) => looksOf(ours, i) === looksOf(theirs, placeOf(i)));
  if (indices.length === 0) throw new Error(`${paths.join(" and ")} were tested on no photograph in common`);
  return {
    runs,
    names: namesOf(paths),
    indices,
    predictions: [first.predictions.of(indices), second.predictions.of(indices.map(placeOf))],
    namesakes: common.length - indices.length,
  };
}
