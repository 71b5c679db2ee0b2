/** Lifetimes: which tensors are freed, and when, so that an ordinary program never has to think of it. */

import type { Backend } from "./backend/backend.js";
import type { Shape } from "./shape.js";
import type { SharedStorage } from "./shared-storage.js";

/** What freed the numbers of a tensor. */
export type FreedBy = "scope" | "step" | "batch" | "dispose";

/** What is known here of a tensor. */
export interface Tracked {
  readonly shape: Shape;
  readonly size: number;
  readonly backend: Backend;
  /** The operation or the factory that made it: "relu", "zeros". */
  readonly origin: string;
  readonly life: Life;
  readonly numbers: SharedStorage;
  /** Its own numbers as long as they are there, and what its graph saved. */
  readonly held: readonly SharedStorage[];
  /** What its graph leads to, as long as it is there. */
  readonly graphInputs: readonly Tracked[];
  /** Gives up its numbers. Safe to repeat. */
  free(by: FreedBy): void;
  /** Gives up a graph that nobody has walked. Safe to repeat. */
  endGraph(state: "forgotten"): void;
}

/** What has been made so far, and in how many steps: backward passes, or reads where there are none. */
export const soFar = { tensors: 0, bytes: 0, steps: 0 };

/** Predictions, losses and the like: they do not fill a memory. */
export const SMALL = 16_384;

/** Who frees a tensor, and since when it is there. */
export class Life {
  readonly madeAt = soFar.tensors;
  readonly step = soFar.steps;
  /** `undefined` once it is freed, or aside. */
  owner: Owner | undefined;
  /** Whether its numbers were put aside, and it was not used since. */
  aside = false;
}

/** Looks after what no rule frees, such as the results of a loop that neither trains nor has a scope: see `sweep.ts`. */
export interface Sweeper {
  /** An owner has more bytes than it was to have by now. */
  sweep(owner: Owner): void;
  /** A tensor that was put aside is wanted again. */
  takeBack(tensor: Tracked): void;
  /** A backward pass is over. */
  noteBackward(): void;
  /** Numbers are being read. */
  noteRead(): void;
  /** The next step begins: these small values of the last one are no longer needed, and may be read all the same. */
  letGo(values: readonly Tracked[]): void;
}

/** Before `sweep.ts` is there, nothing is put aside. */
export let sweeper: Sweeper | undefined;

/** Sets who looks after what no rule frees. */
export function sweepBy(chosen: Sweeper): void {
  sweeper = chosen;
}

/**
 * What a tensor counts besides its numbers: its own objects, and what a hundred thousand of them cost the garbage
 * collector.
 */
const OVERHEAD = 8192;

/** What a scope made, what was made outside of all, or what is kept. */
export class Owner {
  #tensors: Tracked[] = [];
  #bytes = 0;
  /** It is swept once it has so many bytes. */
  sweepAt = 96 * 2 ** 20;
  /** The number of the step in which it was last swept. */
  sweptAt = soFar.steps;

  get bytes(): number {
    return this.#bytes;
  }

  add(tensor: Tracked): void {
    const { life, numbers, size } = tensor;
    life.owner = this;
    numbers.usedAt = ++soFar.tensors;
    this.#tensors.push(tensor);
    const bytes = OVERHEAD + 4 * size;
    this.#bytes += bytes;
    soFar.bytes += bytes;
    if (this.#bytes > this.sweepAt) sweeper?.sweep(this);
  }

  remove(tensor: Tracked): void {
    tensor.life.owner = undefined;
    this.#bytes -= OVERHEAD + 4 * tensor.size;
    const { length } = this.#tensors;
    if (length > 1024 && this.#bytes < (length * OVERHEAD) / 2) this.own();
  }

  /** Those that nobody has taken away. */
  own(): readonly Tracked[] {
    this.#tensors = this.#tensors.filter((tensor) => tensor.life.owner === this);
    return this.#tensors;
  }

  /** Puts another list in place of its own: no list may hold what is being put aside. */
  relist(tensors: Tracked[]): void {
    this.#tensors = tensors;
  }

  /** Frees all of them, with their graphs. */
  freeAll(): void {
    for (const tensor of this.own()) {
      tensor.free("scope");
      tensor.endGraph("forgotten");
    }
  }
}

/** What was made outside of every scope. */
export const unowned = new Owner();

/** What no scope frees: parameters, gradients, the state of optimizers. */
export const kept = new Owner();

/** Who owns what is made now: the innermost scope that runs. Behind it are those around it. */
export const owners: Owner[] = [unowned];

/** Hands a tensor to the scope that runs now. */
export function own(tensor: Tracked): void {
  owners.at(-1)!.add(tensor);
}

/** Takes a tensor from whoever would free it. */
export function disown(tensor: Tracked): void {
  if (tensor.life.aside) sweeper?.takeBack(tensor);
  tensor.life.owner?.remove(tensor);
}

/** Takes a tensor out of every scope. */
export function keep(tensor: Tracked): void {
  disown(tensor);
  kept.add(tensor);
}

export function isKept(tensor: Tracked): boolean {
  return tensor.life.owner === kept;
}

/** Runs `fn` with an owner for what it makes, all of which is freed should it throw. */
export function owning<T>(fn: () => T): { result: T; owner: Owner } {
  const owner = new Owner();
  owners.push(owner);
  try {
    return { result: fn(), owner };
  } catch (error) {
    owner.freeAll();
    throw error;
  } finally {
    owners.pop();
  }
}

/** Notes that the numbers of a tensor are being used. */
export function noteUse(tensor: Tracked): void {
  if (tensor.life.aside) {
    sweeper?.takeBack(tensor);
    unowned.add(tensor);
  }
  tensor.numbers.usedAt = soFar.tensors;
}

/**
 * Operations and forward passes that keep neither what they are given nor what they return, as far as they do not need
 * it for a gradient. `Sequential` frees what one of them hands to another.
 */
export const keepsNothing = new WeakSet<object>();
