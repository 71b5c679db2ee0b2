/** Lifetimes: which tensors are freed, and when, so that an ordinary program never has to think of it. */

import { whenMemoryIsShort } from "./backend/shortage.js";
import { formatShape, type Shape } from "./shape.js";

/** What freed the numbers of a tensor. */
export type FreedBy = "scope" | "step" | "budget" | "batch" | "dispose";

/** What is known here of a tensor. */
export interface Tracked {
  readonly shape: Shape;
  readonly size: number;
  /** The operation or the factory that made it: "relu", "zeros". */
  readonly origin: string;
  readonly life: Life;
  /** Whether `backward` has walked its graph; undefined where there never was one. */
  readonly graph: "walked" | "unwalked" | undefined;
  /** What its graph leads to, as long as it is there. */
  readonly graphInputs: readonly Tracked[];
  /** Gives up its numbers. Safe to repeat. */
  free(by: FreedBy): void;
  /** Gives up a graph that nobody has walked. Safe to repeat. */
  forgetGraph(): void;
}

/** How many tensors have been made so far: a clock. */
let made = 0;

/** How many steps have been taken: backward passes, or reads where there are none. */
let steps = 0;

/** The clock when the last two steps began: what was used since the first of them is left alone. */
let stepsBegan: readonly [number, number] = [0, 0];

let backwardPasses = 0;

let readsSinceBackward = 0;

/** Bytes of all tensors that were made since the step began. */
let bytesInStep = 0;

/** When a tensor was made and used, and who frees it. */
export class Life {
  readonly step = steps;
  readonly backwardPass = backwardPasses;
  used = false;
  /** It was used so long after it was made that the program must be holding on to it. */
  lasting = false;
  usedAt = ++made;
  /** `undefined` for what lives until it is disposed of: parameters, gradients, what `keep()` was called on. */
  owner: Owner | undefined;
}

const MiB = 2 ** 20;

/** Beyond so many bytes, results that are made anew again and again go once their step is over. */
const PASSING_BUDGET = 128 * MiB;

/** Beyond so many bytes, whatever was not used for longest goes. */
const BUDGET = 1024 * MiB;

/**
 * What a tensor counts besides its numbers: its own objects, and what a hundred thousand of them cost the garbage
 * collector.
 */
const OVERHEAD = 8192;

/** Results of one kind that were made in more steps than that are the work of a loop. */
const FEW_STEPS = 2;

/** Used so many steps after it was made, a result is no passing one. */
const LASTING_STEPS = 8;

/** Of a kind that a program keeps in a list, it has come back to one in so many, or more. */
const KEPT_SHARE = 4;

/**
 * A read ends a step where so many have followed without a backward pass, and so much was made since the last step: what
 * a program reads while it collects for a later `backward` is not over yet.
 */
const FEW_READS = 4;
const READ_STEP = 48 * MiB;

/** Steps after which results that were spared are looked at again. */
const SWEEP_STEPS = 256;

/** So many tensors later, a result may go even though its step is not over. */
const RECENT = 64;

/** The same where an allocation would fail: more than any operation makes before it uses its inputs for the last time. */
const RECENT_IN_NEED = 16;

/** Results of one operation and shape are of one kind. */
function kindOf({ origin, shape }: Tracked): string {
  return `${origin} ${formatShape(shape)}`;
}

function byKind(tensors: readonly Tracked[]): Map<string, Tracked[]> {
  const kinds = new Map<string, Tracked[]>();
  for (const tensor of tensors) {
    const kind = kindOf(tensor);
    const same = kinds.get(kind);
    if (same) same.push(tensor);
    else kinds.set(kind, [tensor]);
  }
  return kinds;
}

/**
 * Whether a loop makes these anew in every step and does not come back to them. Where it has come back to some, they are
 * drawn from a list, and the turn of the others is still to come.
 */
function arePassing(same: readonly Tracked[]): boolean {
  const lasting = same.filter(({ life }) => life.lasting).length;
  return new Set(same.map(({ life }) => life.step)).size > FEW_STEPS && lasting * KEPT_SHARE < same.length;
}

/** Those that have been used since `time`, and all that their graphs lead to. */
function inUse(tensors: readonly Tracked[], time: number): Set<Tracked> {
  const pending = tensors.filter(({ life }) => life.usedAt >= time);
  const found = new Set<Tracked>(pending);
  for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
    for (const input of tensor.graphInputs) {
      if (found.has(input)) continue;
      found.add(input);
      pending.push(input);
    }
  }
  return found;
}

/** What a scope made, or what was made outside of all. */
export class Owner {
  #tensors: Tracked[] = [];
  #bytes = 0;
  #sweepAt = PASSING_BUDGET;
  /** How many steps had been taken at the last sweep: only a step makes results passing ones. */
  #sweptAt = steps;

  protected get bytes(): number {
    return this.#bytes;
  }

  add(tensor: Tracked): void {
    tensor.life.owner = this;
    this.#tensors.push(tensor);
    const bytes = OVERHEAD + 4 * tensor.size;
    this.#bytes += bytes;
    bytesInStep += bytes;
    if (this.#bytes > this.#sweepAt) {
      this.sweep();
      this.#sweepAt = Math.max(PASSING_BUDGET, 1.5 * this.#bytes);
    }
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

  /** Frees what the budget asks for. */
  protected sweep(): void {
    if (steps > this.#sweptAt) this.#freePassing();
    this.#sweptAt = steps;
  }

  /** Frees, the oldest first, what a loop makes anew in every step and does not come back to. */
  #freePassing(): void {
    const candidates = this.#leastRecent();
    const passing = new Set([...byKind(candidates).values()].filter(arePassing).flat());
    const spared = inUse(candidates, stepsBegan[0]);
    for (const tensor of candidates) {
      if (this.#bytes <= PASSING_BUDGET / 2) return;
      const { life, graph } = tensor;
      if (life.lasting || spared.has(tensor) || !passing.has(tensor)) continue;
      // A result that nobody has used may be waiting in a list, and loses only its graph; not so the output of a head that
      // no loss reads, past which many backward passes have gone.
      if (life.used || (graph === "unwalked" && backwardPasses - life.backwardPass >= LASTING_STEPS))
        tensor.free("budget");
      tensor.forgetGraph();
    }
  }

  /**
   * Frees what was used, but not for longest, until no more than `target` bytes are left.
   * @param recent so many tensors ago is not long ago
   */
  protected freeIdle(target: number, recent: number): void {
    const candidates = this.#leastRecent();
    const spared = inUse(candidates, made - recent);
    for (const tensor of candidates) {
      if (this.#bytes <= target) return;
      if (spared.has(tensor) || !this.mayGo(tensor)) continue;
      tensor.free("budget");
      tensor.forgetGraph();
    }
  }

  /** What a scope made and nobody has used yet may be what it is to return. */
  protected mayGo({ life }: Tracked): boolean {
    return life.used;
  }

  /** What was not used for longest comes first, and what never was, last. */
  #leastRecent(): Tracked[] {
    const byUse = [...this.own()].sort((a, b) => a.life.usedAt - b.life.usedAt);
    return [...byUse.filter(({ life }) => life.used), ...byUse.filter(({ life }) => !life.used)];
  }

  /** Now and then what was made before the first step is looked at again. */
  noteStep(): void {
    if (steps % SWEEP_STEPS === 0) this.#sweepAt = PASSING_BUDGET;
  }

  /** Frees half of it, because an allocation would fail otherwise. False when nothing can be freed. */
  relieve(): boolean {
    const before = this.#bytes;
    this.freeIdle(before / 2, RECENT);
    if (this.#bytes === before) this.freeIdle(before / 2, RECENT_IN_NEED);
    return this.#bytes < before;
  }

  /** The kinds that take most. */
  summary(): string {
    const bytes = (tensors: readonly Tracked[]) => tensors.length * 4 * tensors[0].size;
    const largest = [...byKind(this.own())].sort(([, a], [, b]) => bytes(b) - bytes(a)).slice(0, 3);
    return largest
      .map(([kind, tensors]) => {
        const age = steps - Math.min(...tensors.map(({ life }) => life.step));
        return `${tensors.length} × ${kind}, ${Math.ceil(bytes(tensors) / MiB)} MiB, the oldest made ${age} steps ago`;
      })
      .join("; ");
  }
}

/** What was made outside of every scope. */
class Unowned extends Owner {
  protected override sweep(): void {
    super.sweep();
    if (this.bytes > BUDGET) this.freeIdle(BUDGET / 2, RECENT);
  }

  protected override mayGo(): boolean {
    return true;
  }
}

const unowned = new Unowned();

/** Who owns what is made now: the innermost scope that runs. Behind it are those around it. */
const owners: Owner[] = [unowned];

whenMemoryIsShort({
  free: () => owners.some((owner) => owner.relieve()),
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
  tensor.life.owner?.remove(tensor);
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
  const { life } = tensor;
  life.used = true;
  life.usedAt = made;
  life.lasting ||= steps - life.step >= LASTING_STEPS;
}

/** Notes a backward pass: a step of training. */
export function noteBackward(): void {
  backwardPasses++;
  readsSinceBackward = 0;
  beginStep();
}

/** Notes that numbers are being read. In a program without backward passes, that is what ends a step. */
export function noteRead(): void {
  if (++readsSinceBackward > FEW_READS && bytesInStep >= READ_STEP) beginStep();
}

function beginStep(): void {
  steps++;
  bytesInStep = 0;
  for (const owner of owners) owner.noteStep();
  stepsBegan = [stepsBegan[1], made];
}

/**
 * Operations and forward passes that keep neither what they are given nor what they return, as far as they do not need
 * it for a gradient. `Sequential` frees what one of them hands to another.
 */
export const keepsNothing = new WeakSet<object>();
