/** What was put aside: left to the garbage collector, counted as far as it tells, and refused beyond what there is. */

import { OutOfMemoryError } from "./backend/shortage.js";
import { SMALL } from "./lifetime.js";
import { formatShape, type Shape } from "./shape.js";

const MiB = 2 ** 20;

/** A program that holds on to more than that, in arrays of JavaScript's, has made a mistake or needs another plan. */
const LIMIT = 4096 * MiB;

/** So little memory left on the machine ends it sooner. */
const LEAST_LEFT = 256 * MiB;

interface Counted {
  readonly shape: Shape;
  readonly size: number;
  readonly origin: string;
}

/** Tensors of one operation and shape. */
interface Kind {
  readonly name: string;
  readonly bytesEach: number;
  count: number;
  /** When the first of them was made. */
  since: number;
}

/** Tensors counted by operation and shape. */
export class Kinds {
  readonly #kinds = new Map<string, Kind>();

  add({ origin, shape, size }: Counted, step: number): Kind {
    const name = `${origin} ${formatShape(shape)}`;
    let kind = this.#kinds.get(name);
    if (!kind) {
      kind = { name, bytesEach: 4 * size, count: 0, since: step };
      this.#kinds.set(name, kind);
    }
    kind.since = Math.min(kind.since, step);
    kind.count++;
    return kind;
  }

  remove(kind: Kind): void {
    if (--kind.count === 0) this.#kinds.delete(kind.name);
  }

  /** Those that take most. */
  describe(step: number): string {
    const bytes = ({ count, bytesEach }: Kind) => count * bytesEach;
    const large = [...this.#kinds.values()].filter((kind) => bytes(kind) >= MiB);
    const largest = large.sort((a, b) => bytes(b) - bytes(a)).slice(0, 3);
    return largest
      .map((kind) => {
        const age = step - kind.since;
        return `${kind.count} × ${kind.name}, ${Math.ceil(bytes(kind) / MiB)} MiB, the oldest made ${age} steps ago`;
      })
      .join("; ");
  }
}

/** What the platform tells of arrays, and of memory that is left: nothing in a browser, which has limits of its own. */
function arrayBytes(): { arrays: number; left: number } {
  const { process } = globalThis;
  return { arrays: process?.memoryUsage?.().arrayBuffers ?? 0, left: process?.availableMemory?.() ?? Infinity };
}

/** The tensors that were put aside. */
export class PutAside {
  readonly #kinds = new Kinds();
  readonly #kindOf = new WeakMap<Counted, Kind>();
  /** Bytes that were put aside and are not known to be gone: in a loop that awaits nothing, the collector does not tell. */
  #bytes = 0;
  /** Bytes of arrays that are the program's own. */
  #others = 0;
  readonly #limit: number;
  readonly #gone = new FinalizationRegistry<Kind>((kind) => this.#forget(kind));

  /** @param limit Bytes that a program may hold on to. */
  constructor(limit = LIMIT) {
    this.#limit = limit;
  }

  /** Counts a tensor that was made at `step`. A small one is not worth it: to register it takes as long as to make it. */
  add(tensor: Counted, step: number): void {
    if (tensor.size <= SMALL) return;
    const kind = this.#kinds.add(tensor, step);
    this.#kindOf.set(tensor, kind);
    this.#bytes += kind.bytesEach;
    this.#gone.register(tensor, kind, tensor);
  }

  /** It is used again. */
  remove(tensor: Counted): void {
    const kind = this.#kindOf.get(tensor);
    if (!kind) return;
    this.#kindOf.delete(tensor);
    this.#gone.unregister(tensor);
    this.#forget(kind);
  }

  #forget(kind: Kind): void {
    this.#bytes -= kind.bytesEach;
    this.#kinds.remove(kind);
  }

  /** @throws OutOfMemoryError where the program holds on to too much, saying what it is and what to write */
  check(step: number): void {
    const { arrays, left } = arrayBytes();
    this.#others = Math.max(this.#others, arrays - this.#bytes);
    const held = arrays - this.#others;
    if (held < this.#limit && (left > LEAST_LEFT || held < this.#limit / 4)) return;
    throw new OutOfMemoryError(
      `the program holds on to ${(held / 1024 / MiB).toFixed(1)} GiB of results that were not used for long. ` +
        `Put aside: ${this.#kinds.describe(step)}. Keep numbers (await x.data(), await loss.item()) instead of tensors, ` +
        "detach() a state or a sum that goes on from step to step, or run the steps inside scope() or noGrad()",
    );
  }
}
