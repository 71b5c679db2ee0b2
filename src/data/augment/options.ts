/** AugmentOptions: how much of which change each image gets, each time it is seen. */

import {
  aPlainObject,
  checkOptions,
  functions,
  type Kind,
  numberFrom,
  numberUpTo,
  type OptionKinds,
} from "../../tensor/arguments.js";
import type { Generator } from "../../tensor/random.js";
import type { ImageShape } from "../image-shape.js";

/**
 * A change of one's own.
 * @param values [channels, height, width], in [0, 1]; changed in place
 * @param random where chance comes from: it depends on the pass and the image alone
 */
export type CustomAugment = (values: Float32Array, shape: ImageShape, random: Generator) => void;

/** How much of what. Everything is off until it is given. */
export interface AugmentOptions {
  /** Probability that left and right are exchanged, 0 to 1. */
  flip?: number;
  /** Moves by up to this share of the size, left or right and up or down: 0 to 1. */
  shift?: number;
  /** Turns by up to so many degrees, either way: 0 to 180. */
  rotate?: number;
  /**
   * Cuts out a part of the same shape whose sides are up to this share shorter, and stretches it to the full size: 0 to
   * below 1.
   */
  crop?: number;
  /** All values times b: b is 1 ± up to this, 0 to 1. */
  brightness?: number;
  /** m + c · (x − m), m the mean grey of the image: c is 1 ± up to this, 0 to 1. */
  contrast?: number;
  /** g + s · (x − g), g the grey of the pixel: s is 1 ± up to this, 0 to 1. */
  saturation?: number;
  /**
   * Cuts out a rectangle whose area is up to this share smaller, up to a third wider or higher in its shape than the image,
   * and stretches it to the full size: 0 to below 1.
   */
  resizedCrop?: number;
  /** Probability that all colour is taken away, 0 to 1. */
  grey?: number;
  /** Blurs by a Gaussian with a deviation of up to so many pixels. */
  blur?: number;
  /** A change of one's own, after those above. */
  custom?: CustomAugment;
  /** Probability that a rectangle of 2 to 33 % of the area becomes black, 0 to 1. */
  erase?: number;
  /**
   * Lays another image of the batch over each: λ · x + (1 − λ) · other, for a λ of the batch from Beta(mixup, mixup). The
   * targets become probabilities, λ and 1 − λ.
   */
  mixup?: number;
  /**
   * Puts a rectangle of another image of the batch into each, of 1 − λ of the area, for a λ of the batch from Beta(cutmix,
   * cutmix). The targets become probabilities. Beside `mixup`, a batch gets the one or the other.
   */
  cutmix?: number;
}

const aShare = numberUpTo(0, 1);

type Numbers = Omit<AugmentOptions, "custom">;

const NUMBERS: OptionKinds<Numbers> = {
  flip: aShare,
  shift: aShare,
  rotate: numberUpTo(0, 180),
  crop: numberFrom(0, 1),
  brightness: aShare,
  contrast: aShare,
  saturation: aShare,
  resizedCrop: numberFrom(0, 1),
  grey: aShare,
  blur: numberFrom(0),
  erase: aShare,
  mixup: numberFrom(0),
  cutmix: numberFrom(0),
};

const KINDS: OptionKinds<AugmentOptions> = { ...NUMBERS, custom: functions<CustomAugment>() };

/** What is in it, `checkAugment` says. */
export const someAugmentation: Kind<AugmentOptions> = aPlainObject;

/** All strengths; 0 is off. */
export type Strengths = Required<Numbers> & Pick<AugmentOptions, "custom">;

const OFF: Strengths = {
  ...{ flip: 0, shift: 0, rotate: 0, crop: 0, brightness: 0, contrast: 0, saturation: 0 },
  ...{ resizedCrop: 0, grey: 0, blur: 0, erase: 0, mixup: 0, cutmix: 0 },
};

/**
 * Strengths alone, as they are written in files and commands, where there are no functions.
 * @throws RangeError naming the option that is unknown or out of its range
 */
export function checkStrengths(options: Numbers): void {
  checkOptions("augment", options, NUMBERS);
}

/**
 * Every option, those that were not given as 0.
 * @throws RangeError naming the option that is unknown or out of its range
 */
export function checkAugment(options: AugmentOptions): Strengths {
  checkOptions("augment", options, KINDS);
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return { ...OFF, ...Object.fromEntries(given) };
}
