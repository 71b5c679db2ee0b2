/** Drawing a share of examples by chance: of each class its share. */

import { checkArgument, checkOptions, type OptionKinds, wholeFrom } from "../tensor/arguments.js";
import { numberBetween } from "../tensor/kinds.js";
import { Generator } from "../tensor/random.js";

/** The places of the examples that stay, and of those that are drawn; each in their order. */
export type Shares = [rest: Int32Array, share: Int32Array];

function parted(length: number, chosen: ReadonlySet<number>): Shares {
  const places = Int32Array.from({ length }, (_, i) => i);
  return [places.filter((i) => !chosen.has(i)), places.filter((i) => chosen.has(i))];
}

/** At least one and not all. */
function countOf(fraction: number, length: number): number {
  return Math.min(Math.max(Math.round(fraction * length), 1), length - 1);
}

/** Of each class, a random `fraction` is drawn, at least one and not all; of a single one, none. */
export function stratify(
  labels: ArrayLike<number>,
  classes: readonly string[],
  fraction: number,
  generator: Generator,
): Shares {
  const chosen = new Set<number>();
  for (const [label, name] of classes.entries()) {
    const members = Array.from(labels, (_, i) => i).filter((i) => labels[i] === label);
    if (members.length < 2) continue;
    // A stream for each class: examples added to one leave the others where they were.
    const order = generator.fork(name).permutation(members.length);
    for (const i of order.subarray(0, countOf(fraction, members.length))) chosen.add(members[i]);
  }
  return parted(labels.length, chosen);
}

/** "0", "1", … for classes without names. */
function namesFor(labels: ArrayLike<number>): string[] {
  const most = Array.from(labels).reduce((most, label) => Math.max(most, label), -1);
  return Array.from({ length: most + 1 }, (_, label) => String(label));
}

export interface SplitOptions {
  /** Decides which examples are drawn. Default 0. */
  seed?: number;
}

const KINDS: OptionKinds<SplitOptions> = { seed: wholeFrom(0) };

/**
 * What `split` of a dataset draws.
 * @param labels the class of each example, where there are some
 * @param classes what they are called
 * @throws RangeError unless 0 < fraction < 1, and there are two examples
 */
export function drawShare(
  length: number,
  fraction: number,
  options: SplitOptions,
  labels?: ArrayLike<number>,
  classes: readonly string[] = namesFor(labels ?? []),
): Shares {
  checkArgument("split", "fraction", fraction, numberBetween(0, 1));
  checkOptions("split", options, KINDS);
  if (length < 2) throw new RangeError(`split: there are ${length} examples; two or more can be split`);
  const generator = new Generator(options.seed ?? 0);
  if (labels) return stratify(labels, classes, fraction, generator);
  return parted(length, new Set(generator.permutation(length).subarray(0, countOf(fraction, length))));
}
