/** Random numbers: seeded, forkable, the same on every machine. Nothing here ever calls Math.random. */

import { aString, checkArgument, instanceOf, type Kind, oneOf, wholeFrom } from "./arguments.js";
import { refuseOtherNames } from "./known-names.js";
import { philox, RESOLUTION } from "./philox.js";
import { show } from "./show.js";

/** Marks the counters that forks are derived from; numbers are drawn with a last word of 0. */
const FORK = 0x666f726b;

/** Numbers set aside by a generator: draw i is word (used + i) mod 4 of block (used + i) div 4 from a counter on. */
export interface Draws {
  readonly key: readonly [number, number];
  /** Its two low words; the others are 0. */
  readonly counter: readonly [number, number];
  /** Words of the first block that had been drawn before: 0 … 3. */
  readonly used: number;
}

const aBound: Kind<number> = { ...wholeFrom(1, 2 ** 32), expected: "an integer from 1 to 2^32" };

const aSeed: Kind<number> = { ...wholeFrom(0), expected: "an integer from 0 to 2^53 - 1" };

/** A stream of random numbers. The same seed gives the same numbers everywhere. */
export class Generator {
  readonly #key = new Uint32Array(2);
  readonly #counter = new Uint32Array(4);
  readonly #block = new Uint32Array(4);
  #used = 4;

  /**
   * @param seed a non-negative integer below 2^53
   * @throws RangeError for any other
   */
  constructor(seed: number) {
    checkArgument("Generator", "seed", seed, aSeed);
    this.#key[0] = seed >>> 0;
    this.#key[1] = Math.floor(seed / 2 ** 32);
  }

  /** An independent stream that depends on this one's key and on `name`, not on what was drawn so far. */
  fork(name: string): Generator {
    checkArgument("fork", "name", name, aString);
    const counter = new Uint32Array([2166136261, name.length, 0, FORK]);
    for (let i = 0; i < name.length; i++) {
      counter[0] = Math.imul(counter[0] ^ name.charCodeAt(i), 16777619);
      counter[2] = Math.imul(counter[2], 31) + name.charCodeAt(i);
    }
    const words = new Uint32Array(4);
    philox(counter, this.#key[0], this.#key[1], words);
    const child = new Generator(0);
    child.#key.set(words.subarray(0, 2));
    return child;
  }

  /** Uniform in 0 … 2^32 − 1. */
  uint32(): number {
    if (this.#used === 4) {
      philox(this.#counter, this.#key[0], this.#key[1], this.#block);
      if (++this.#counter[0] === 2 ** 32) this.#counter[1]++;
      this.#used = 0;
    }
    return this.#block[this.#used++];
  }

  /** Sets the next n numbers aside, from the next whole block on: for a backend that draws them itself, in any order. */
  take(n: number): Draws {
    checkArgument("take", "n", n, wholeFrom(0));
    this.#used = 4;
    return this.takeNext(4 * Math.ceil(n / 4));
  }

  /** The same with no number left out: goes on as n calls of `uint32` would. */
  takeNext(n: number): Draws {
    checkArgument("takeNext", "n", n, wholeFrom(0));
    const used = this.#used % 4;
    if (used > 0) this.#skipBlocks(-1);
    const [key0, key1] = this.#key;
    const [low, high] = this.#counter;
    const end = used + n;
    this.#skipBlocks(Math.floor(end / 4));
    this.#used = 4;
    for (let word = 0; word < end % 4; word++) this.uint32();
    return { key: [key0, key1], counter: [low, high], used };
  }

  #skipBlocks(n: number): void {
    const next = this.#counter[0] + n;
    this.#counter[0] = next;
    this.#counter[1] += Math.floor(next / 2 ** 32);
  }

  /** Uniform in [0, 1), a multiple of 2^−24: exact in float32. */
  uniform(): number {
    return (this.uint32() >>> 8) / RESOLUTION;
  }

  /** Standard normal, by Box and Muller's transform. */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /**
   * Uniform in 0 … n − 1, without bias: draws that fall in the incomplete last round are repeated.
   * @throws RangeError unless n is an integer from 1 to 2^32
   */
  int(n: number): number {
    checkArgument("int", "n", n, aBound);
    const limit = 2 ** 32 - (2 ** 32 % n);
    let draw = this.uint32();
    while (draw >= limit) draw = this.uint32();
    return draw % n;
  }

  /** 0 … n − 1 in random order (Fisher and Yates). */
  permutation(n: number): Int32Array {
    checkArgument("permutation", "n", n, wholeFrom(0));
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [order[i], order[j]] = [order[j], order[i]];
    }
    return order;
  }

  /** Everything that decides the numbers to come, as plain integers. */
  state(): number[] {
    return [...this.#key, ...this.#counter, this.#used];
  }

  /**
   * Goes on from a state that `state()` gave.
   * @throws RangeError for anything else
   */
  setState(state: readonly number[]): void {
    const valid =
      Array.isArray(state) &&
      state.length === 7 &&
      state.every((word) => Number.isInteger(word) && word >= 0 && word < 2 ** 32);
    if (!valid || state[4] + state[5] > 0 || state[6] < 1 || state[6] > 4) {
      throw new RangeError(`setState: expected the 7 integers that state() gives, got ${show(state)}`);
    }
    this.#key.set(state.slice(0, 2));
    this.#counter.set(state.slice(2, 6));
    this.#used = state[6];
    if (this.#used === 4) return;
    // The current block belongs to the counter before this one.
    const previous = this.#counter.slice();
    if (previous[0]-- === 0) previous[1]--;
    philox(previous, this.#key[0], this.#key[1], this.#block);
  }
}

refuseOtherNames(Generator, "its seed is given when it is made");

export const aGenerator: Kind<Generator> = instanceOf("a Generator", Generator, (value) =>
  typeof value === "number" ? `new Generator(${value}) makes one from a seed` : undefined,
);

export const STREAMS = ["init", "shuffle", "dropout", "augmentation", "sample"] as const;

/** What randomness is used for; each use has a stream of its own, so that one more draw here changes nothing there. */
export type Stream = (typeof STREAMS)[number];

const aStream: Kind<Stream> = oneOf(...STREAMS);

let root = new Generator(0);
const streams = new Map<Stream, Generator>();

/** Restarts every default stream from `seed`. Without a call, the seed is 0. */
export function manualSeed(seed: number): void {
  checkArgument("manualSeed", "seed", seed, aSeed);
  root = new Generator(seed);
  streams.clear();
}

/** The default generator for one use: the `stream` that `manualSeed` has begun. */
export function defaultGenerator(stream: Stream): Generator {
  checkArgument("defaultGenerator", "stream", stream, aStream);
  let generator = streams.get(stream);
  if (!generator) {
    generator = root.fork(stream);
    streams.set(stream, generator);
  }
  return generator;
}
