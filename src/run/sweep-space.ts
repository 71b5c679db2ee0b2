/** settingsOf: the settings that a sweep tries: the grid of all values, or some that are drawn. */

import { Generator } from "../tensor/random.js";
import { plural } from "../text.js";
import type { Axis, Range, Setting, Sweep } from "./sweep-file.js";

/** A number of a grid, without what the last bits of a logarithm bring: engines differ in them. */
const GRID_DIGITS = 6;

/** What is drawn needs no more. */
const DRAWN_DIGITS = 3;

/** So many draws for each setting that is wanted: a space with few settings gives most of them twice. */
const PATIENCE = 100;

function isRange(axis: Axis): axis is Range {
  return !Array.isArray(axis);
}

/** The number that lies at `share` of the way, 0 to 1. */
function at({ from, to, scale, whole }: Range, share: number, digits: number): number {
  const exact = scale === "log" ? from * (to / from) ** share : from + (to - from) * share;
  const rounded = whole ? Math.round(exact) : Number(exact.toPrecision(digits));
  return Math.min(to, Math.max(from, rounded));
}

/** @throws Error where a range does not say how many */
function gridValues(name: string, axis: Axis): readonly unknown[] {
  if (!isRange(axis)) return axis;
  const { steps } = axis;
  if (steps === undefined) {
    throw new Error(`space: ${name}: a grid needs steps, the number of values; or let "random" draw settings`);
  }
  const values = Array.from({ length: steps }, (_, i) => at(axis, i / (steps - 1), GRID_DIGITS));
  return [...new Set(values)];
}

function grid(space: Sweep["space"]): Setting[] {
  return Object.entries(space).reduce<Setting[]>(
    (settings, [name, axis]) =>
      settings.flatMap((setting) => gridValues(name, axis).map((value) => ({ ...setting, [name]: value }))),
    [{}],
  );
}

/** @throws Error where the space has too few settings that differ */
function drawn(space: Sweep["space"], { settings, seed }: NonNullable<Sweep["random"]>): Setting[] {
  const random = new Generator(seed).fork("sweep");
  const draw = (name: string, axis: Axis) => {
    if (isRange(axis) && axis.steps === undefined) return at(axis, random.uniform(), DRAWN_DIGITS);
    const values = gridValues(name, axis);
    return values[random.int(values.length)];
  };
  const found = new Map<string, Setting>();
  for (let i = 0; found.size < settings && i < PATIENCE * settings; i++) {
    const setting = Object.fromEntries(Object.entries(space).map(([name, axis]) => [name, draw(name, axis)]));
    found.set(JSON.stringify(setting), setting);
  }
  if (found.size < settings) {
    throw new Error(
      `random: ${plural(settings, "setting")} are to be drawn, and the space has about ${found.size} that differ: leave ` +
        '"random" out for all of them',
    );
  }
  return [...found.values()];
}

/**
 * All settings, in the order in which they are begun. Of more settings that are drawn, the first are the same.
 * @throws Error naming what is wrong with the space
 */
export function settingsOf({ space, random }: Pick<Sweep, "space" | "random">): Setting[] {
  return random ? drawn(space, random) : grid(space);
}
