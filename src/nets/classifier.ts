/** What the nets have in common: their options, and how far their pools shrink a photograph. */

import { aCount, aNumber, type OptionKinds } from "../tensor/arguments.js";

export interface ClassifierOptions {
  /** Default 2. */
  classes?: number;
  /** Width and height of the photographs in pixels. */
  size?: number;
}

export const classifierKinds: OptionKinds<ClassifierOptions> = { classes: aCount, size: aNumber };

/**
 * The size after some pools of 2 × 2: ⌊size / 2^pools⌋.
 * @throws RangeError when nothing would be left
 */
export function halved(who: string, size: number, pools: number): number {
  if (!Number.isInteger(size) || size < 2 ** pools) {
    throw new RangeError(`${who}: size must be an integer of at least ${2 ** pools}, got ${size}`);
  }
  return Math.floor(size / 2 ** pools);
}
