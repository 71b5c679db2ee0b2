/** Lifetimes: which tensors are freed, and when, so that an ordinary program never has to think of it. */

import { type Kind, Kinds, PutAside } from "./aside.js";
import { whenMemoryIsShort } from "./backend/shortage.js";
import type { Shape } from "./shape.js";

/** What freed the numbers of a tensor. */
export type FreedBy = "scope" | "step" | "batch" | "dispose";

/** What is known here of a tensor. */
export interface Tracked {
  readonly shape: Shape;
  readonly size: number;
  /** The operation or the factory that made it: "relu", "zeros". */
  readonly origin: string;
  readonly life: Life;
  readonly numbers: Used;
  /** What its graph leads to, as long as it is there. */
  readonly graphInputs: readonly Tracked[];
  /** Gives up its numbers. Safe to repeat. */
  free(by: FreedBy): void;
  /** Gives up a graph that nobody has walked. Safe to repeat. */
  forgetGraph(): void;
  /** Leaves its numbers, and those that its graph saved, to the garbage collector; false where its backend cannot. */
  putAside(): boolean;
  /** Takes them back. */
  bringBack(): void;
}

/** Numbers, which several tensors may share. */
export interface Used {
  /** How many tensors had been made when they were used last. */
  usedAt: number;
}

/** How many tensors have been made so far: a clock. */
let made = 0;

/** How many tensors have been made so far. */
export function tensorsMade(): number {
  return made;
}

/** How many steps have been taken: backward passes, or reads where there are none. */
let steps = 0;

/** The clock when the last steps were over, the latest last. */
const stepEnds: number[] = [];

/** Bytes of all tensors that were made since the last step was over. */
let bytesInStep = 0;

/** Who frees a tensor, and since when it is there. */
export class Life {
  readonly madeAt = made;
  readonly step = steps;
  /** `undefined` once it is freed, or aside. */
  owner: Owner | undefined;
  /** As what it is counted, if its numbers were put aside and it was not used since. */
  aside: Kind | "small" | undefined;
}

const MiB = 2 ** 20;

/** Beyond so many bytes, what a step does not seem to need is put aside, */
const BUDGET = 96 * MiB;

/** until so many are left. */
const TARGET = 64 * MiB;

/** Beyond so many bytes, whatever was not used for longest: a loop without backward passes that reads nothing has no steps. */
const STEPLESS_BUDGET = 160 * MiB;

/** The same inside of a scope, which frees it all in the end, */
const SCOPE_BUDGET = 256 * MiB;

/** and of what is kept: models that will be used. */
const KEPT_BUDGET = 512 * MiB;

/**
 * What a tensor counts besides its numbers: its own objects, and what a hundred thousand of them cost the garbage
 * collector.
 */
const OVERHEAD = 8192;

/**
 * A read ends a step where so many have followed without a backward pass, and so much was made since the last step: what
 * a program reads while it collects for a later `backward` is not over yet.
 */
const FEW_READS = 4;
const READ_STEP = 48 * MiB;

/** At first there are as many as it takes: a program that begins with reading predicts. */
let readsSinceBackward = FEW_READS;

/** A graph that goes back more steps than that is one that nobody will walk soon. */
const GRAPH_STEPS = 8;

/** What is kept is not put aside before so many steps without it: a few batches are looked at between two of training. */
const KEPT_STEPS = 8;

/** So many steps after a sweep that found too much in use, there is another. */
const SWEEP_STEPS = 32;

/**
 * So many tensors later, a result may be put aside even though its step is not over: more than any operation makes before
 * it uses its inputs for the last time.
 */
const RECENT = 16;

/** The same for results outside of scopes that no graph needs: a layer that nothing trains leaves many. */
const RECENT_WITHOUT_GRAPH = 4;

/** Those that `isUsed` picks, and what their graphs lead to. */
function inUse(tensors: readonly Tracked[], isUsed: (tensor: Tracked) => boolean): Set<Tracked> {
  const pending = tensors.filter(isUsed);
  const found = new Set<Tracked>(pending);
  for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
    for (const input of tensor.graphInputs) {
      if (found.has(input) || steps - input.life.step > GRAPH_STEPS) continue;
      found.add(input);
      pending.push(input);
    }
  }
  return found;
}

/** Picks those that were used since the last so many were made. */
const usedSince = (recent: number) => {
  const time = made - recent;
  return ({ numbers }: Tracked): boolean => numbers.usedAt >= time;
};

/** What a scope made, what was made outside of all, or what is kept. */
export class Owner {
  #tensors: Tracked[] = [];
  #bytes = 0;
  #sweepAt = BUDGET;
  /** How many steps had been taken at the last sweep. */
  #sweptAt = steps;
  readonly #patience: number;
  readonly #budget: number;

  /**
   * @param patience so many steps without it, and a tensor may be put aside
   * @param budget beyond so many bytes, in any step
   */
  constructor(patience = 1, budget = SCOPE_BUDGET) {
    this.#patience = patience;
    this.#budget = budget;
  }

  add(tensor: Tracked): void {
    const { life, numbers, size } = tensor;
    life.owner = this;
    numbers.usedAt = ++made;
    this.#tensors.push(tensor);
    const bytes = OVERHEAD + 4 * size;
    this.#bytes += bytes;
    bytesInStep += bytes;
    if (this.#bytes > this.#sweepAt) this.#sweep();
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

  /** Frees all of them, with their graphs. */
  freeAll(): void {
    for (const tensor of this.own()) {
      tensor.free("scope");
      tensor.forgetGraph();
    }
  }

  /** Puts aside what the budgets ask for. */
  #sweep(): void {
    this.#putAside(TARGET, (tensor) => this.#isNeeded(tensor));
    if (steps === this.#sweptAt && this.#bytes > this.#budget) this.#putAside(this.#budget / 2, usedSince(RECENT));
    this.#sweptAt = steps;
    this.#sweepAt = Math.max(BUDGET, 1.25 * this.#bytes);
    aside.check(steps);
  }

  /** Whether the step that runs seems to need a tensor still. */
  #isNeeded({ life, numbers, graphInputs }: Tracked): boolean {
    const stepBegan = stepEnds.at(-this.#patience) ?? 0;
    if (numbers.usedAt < stepBegan) return false;
    if (this !== unowned || life.madeAt < stepBegan || graphInputs.length > 0) return true;
    return numbers.usedAt >= made - RECENT_WITHOUT_GRAPH;
  }

  /** Puts the least recently used aside until no more than `target` bytes are left, but nothing that is in use. */
  #putAside(target: number, isUsed: (tensor: Tracked) => boolean): void {
    const used = inUse(this.own(), isUsed);
    const idle = this.#tensors.filter((tensor) => !used.has(tensor));
    // No list may hold what goes: the collector is to have it while others are copied.
    this.#tensors = this.#tensors.filter((tensor) => used.has(tensor));
    idle.sort((a, b) => b.numbers.usedAt - a.numbers.usedAt);
    while (this.#bytes > target && idle.length > 0) {
      const tensor = idle.pop()!;
      putAside(tensor);
      if (tensor.life.owner === this) this.#tensors.push(tensor);
    }
    this.#tensors = this.#tensors.concat(idle);
  }

  /** Now and then what was in use at the last sweep is looked at again. */
  noteStep(): void {
    if (steps % SWEEP_STEPS === 0) this.#sweepAt = BUDGET;
  }

  /** Puts half of it aside, because an allocation would fail otherwise. False when nothing can be. */
  relieve(): boolean {
    const before = this.#bytes;
    this.#putAside(before / 2, usedSince(RECENT));
    return this.#bytes < before;
  }

  /** The kinds that take most. */
  summary(): string {
    const kinds = new Kinds();
    for (const tensor of this.own()) kinds.add(tensor, tensor.life.step);
    return kinds.describe(steps);
  }
}

/** What was made outside of every scope. */
const unowned = new Owner(1, STEPLESS_BUDGET);

/** What no scope frees: parameters, gradients, the state of optimizers. */
const kept = new Owner(KEPT_STEPS, KEPT_BUDGET);

const aside = new PutAside();

/** Leaves a tensor to the garbage collector, where its backend can do that. */
export function putAside(tensor: Tracked): void {
  if (tensor.life.aside || !tensor.putAside()) return;
  tensor.life.owner?.remove(tensor);
  tensor.life.aside = aside.add(tensor, tensor.life.step);
}

/** Who owns what is made now: the innermost scope that runs. Behind it are those around it. */
const owners: Owner[] = [unowned];

whenMemoryIsShort({
  free: () => [...owners, kept].some((owner) => owner.relieve()),
  held: () => {
    const held = unowned.summary();
    return held === "" ? "" : ` Held outside of every scope: ${held}. Run steps inside scope() or noGrad().`;
  },
});

/** Hands a tensor to the scope that runs now. */
export function own(tensor: Tracked): void {
  owners.at(-1)!.add(tensor);
}

/** Takes a tensor from whoever would free it. */
export function disown(tensor: Tracked): void {
  recall(tensor);
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
  if (recall(tensor)) unowned.add(tensor);
  tensor.numbers.usedAt = made;
}

/** Takes a tensor back that was put aside. False for any other. */
function recall(tensor: Tracked): boolean {
  const { life } = tensor;
  if (!life.aside) return false;
  aside.remove(tensor, life.aside);
  life.aside = undefined;
  tensor.bringBack();
  return true;
}

/** Notes the end of a backward pass: of a step of training. */
export function noteBackward(): void {
  readsSinceBackward = 0;
  endStep();
}

/** Notes that numbers are being read. In a program without backward passes, that is what ends a step. */
export function noteRead(): void {
  if (++readsSinceBackward > FEW_READS && bytesInStep >= READ_STEP) endStep();
}

function endStep(): void {
  steps++;
  bytesInStep = 0;
  stepEnds.push(made + 1);
  if (stepEnds.length > KEPT_STEPS) stepEnds.shift();
  for (const owner of [...owners, kept]) owner.noteStep();
}

/**
 * Operations and forward passes that keep neither what they are given nor what they return, as far as they do not need
 * it for a gradient. `Sequential` frees what one of them hands to another.
 */
export const keepsNothing = new WeakSet<object>();
