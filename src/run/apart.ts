/** checkApart and checkPlaces: what is written, and the photographs, do not lie in one another; isWithin: what does. */

import { realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

import type { TrainConfig } from "./config.js";

/** Where a path leads, links followed as far as there is something. */
function place(path: string): string {
  const whole = resolve(path);
  try {
    return realpathSync(whole);
  } catch {
    return dirname(whole) === whole ? whole : join(place(dirname(whole)), basename(whole));
  }
}

function holds(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return !(way === ".." || way.startsWith(`..${sep}`) || isAbsolute(way));
}

/** Whether a path leads into a folder, or is the folder itself, links followed. */
export function isWithin(folder: string, path: string): boolean {
  return holds(place(folder), place(path));
}

/**
 * @param flag what the path was given by: "--out"
 * @param path of the file or folder to be written
 * @throws Error when one would change the other, or be removed with it
 */
export function checkApart(flag: string, path: string, { data, val }: Pick<TrainConfig, "data" | "val">): void {
  for (const folder of val === undefined ? [data] : [data, val]) checkFolder(flag, path, folder);
}

/**
 * @param run the run's folder
 * @throws Error when what a run writes would lie among the photographs, or they in it
 */
export function checkPlaces(run: string, config: TrainConfig): void {
  checkApart("--out", run, config);
  if (config.cache !== undefined) checkApart("--cache", config.cache, config);
}

function checkFolder(flag: string, path: string, data: string): void {
  const [photographs, written] = [place(data), place(path)];
  if (holds(photographs, written)) {
    throw new Error(
      `${path} is inside the photographs' folder ${data}, whose content must stay as it is: choose another ${flag}`,
    );
  }
  if (holds(written, photographs)) {
    throw new Error(
      `the photographs' folder ${data} is inside ${path}, and would be removed with it: choose another ${flag}`,
    );
  }
}
