/** The allocator of the wasm backend: hands out pieces of the module's memory, and grows it when it must. */

import { allocating, OutOfMemoryError } from "../shortage.js";
import { ceilDiv, roundUp } from "./round.js";

const PAGE = 65_536;

/** A cache line: no two blocks share one, and every block may be read and written in whole vectors. */
const LINE = 64;

/** Blocks begin here, so that address 0 can mean "none". */
const BOTTOM = 1024;

interface Gap {
  readonly start: number;
  readonly bytes: number;
}

/** Free pieces by their size, so that finding the smallest that is large enough takes no search among thousands. */
class Gaps {
  readonly #starts = new Map<number, number[]>();
  /** Ascending. */
  readonly #sizes: number[] = [];

  add({ start, bytes }: Gap): void {
    const same = this.#starts.get(bytes);
    if (same) {
      same.push(start);
      return;
    }
    this.#starts.set(bytes, [start]);
    this.#sizes.splice(this.#firstOf(bytes), 0, bytes);
  }

  /** Cuts `bytes` from the smallest piece that has them. */
  cut(bytes: number): number | undefined {
    const i = this.#firstOf(bytes);
    if (i === this.#sizes.length) return undefined;
    const found = this.#sizes[i];
    const starts = this.#starts.get(found)!;
    const start = starts.pop()!;
    if (starts.length === 0) {
      this.#starts.delete(found);
      this.#sizes.splice(i, 1);
    }
    if (found > bytes) this.add({ start: start + bytes, bytes: found - bytes });
    return start;
  }

  get largest(): number {
    return this.#sizes.at(-1) ?? 0;
  }

  /** Takes all of them out, in no order. */
  takeAll(): Gap[] {
    const all = [...this.#starts].flatMap(([bytes, starts]) => starts.map((start) => ({ start, bytes })));
    this.#starts.clear();
    this.#sizes.length = 0;
    return all;
  }

  /** Where the first size of at least `bytes` is. */
  #firstOf(bytes: number): number {
    let [low, high] = [0, this.#sizes.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#sizes[middle] < bytes) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A block fills whole cache lines, and at least one. */
function blockSize(bytes: number): number {
  return Math.max(roundUp(bytes, LINE), LINE);
}

/**
 * Training asks for the same sizes every step, so a freed block first waits for a request of exactly its size. Only
 * when none fits are the waiting blocks joined with their neighbours, and a request cut from the smallest gap.
 */
export class Heap {
  /** Freed blocks by size. */
  readonly #waiting = new Map<number, number[]>();
  /** The rest of the free memory. */
  readonly #gaps = new Gaps();
  #used = 0;
  #blocks = 0;
  readonly #memory: WebAssembly.Memory;
  readonly #maximum: number;
  readonly #isChosen: boolean;

  /**
   * @param maximum Bytes that the memory may grow to.
   * @param isChosen Whether the program has said so, by `memoryLimit`.
   */
  constructor(memory: WebAssembly.Memory, maximum: number, isChosen = false) {
    this.#memory = memory;
    this.#maximum = maximum;
    this.#isChosen = isChosen;
    this.#gaps.add({ start: BOTTOM, bytes: this.reserved - LINE - BOTTOM });
  }

  /** Bytes taken from the system. */
  get reserved(): number {
    return this.#memory.buffer.byteLength;
  }

  /**
   * The address of a block that starts on a cache line and ends on one; there is readable memory behind it.
   * @throws Error when the memory cannot grow any more.
   */
  allocate(bytes: number): number {
    const size = blockSize(bytes);
    const start =
      this.#waiting.get(size)?.pop() ??
      this.#gaps.cut(size) ??
      allocating(() => this.#joinAndCut(size) ?? this.#growAndCut(size));
    this.#blocks++;
    this.#used += size;
    return start;
  }

  /**
   * @param start an address that `allocate` gave and nobody has released since
   * @param bytes as many as it was asked for
   */
  release(start: number, bytes: number): void {
    const size = blockSize(bytes);
    this.#blocks--;
    this.#used -= size;
    const same = this.#waiting.get(size);
    if (same) same.push(start);
    else this.#waiting.set(size, [start]);
  }

  /** Joins all that is free with its neighbours, and cuts a block from it. */
  #joinAndCut(size: number): number | undefined {
    const free = this.#gaps.takeAll();
    for (const [bytes, starts] of this.#waiting) for (const start of starts) free.push({ start, bytes });
    this.#waiting.clear();
    for (const gap of joined(free)) this.#gaps.add(gap);
    return this.#gaps.cut(size);
  }

  /** Follows `#joinAndCut`: no two gaps touch. */
  #growAndCut(size: number): number {
    const before = this.reserved;
    const end = before - LINE;
    const gaps = this.#gaps.takeAll();
    const last = gaps.find(({ start, bytes }) => start + bytes === end) ?? { start: end, bytes: 0 };
    const needed = ceilDiv(size - last.bytes, PAGE);
    const possible = (this.#maximum - before) / PAGE;
    // An eighth more than there is, where that is allowed: growing in small steps is slow.
    const pages = Math.max(needed, Math.min(ceilDiv(before, 8 * PAGE), possible));
    const grown = needed <= possible && this.#grow(pages);
    for (const gap of gaps) if (!grown || gap !== last) this.#gaps.add(gap);
    if (grown) this.#gaps.add({ start: last.start, bytes: last.bytes + pages * PAGE });
    const start = this.#gaps.cut(size);
    if (start !== undefined) return start;
    const largest = Math.max(this.#gaps.largest, possible * PAGE + last.bytes);
    throw this.#exhausted(
      size,
      needed <= possible
        ? `the system gives no more than ${formatBytes(before)}`
        : `no free piece is larger than ${formatBytes(largest)}`,
    );
  }

  /** Whether the system gives so many pages more. */
  #grow(pages: number): boolean {
    try {
      this.#memory.grow(pages);
      return true;
    } catch {
      return false;
    }
  }

  #exhausted(size: number, reason: string): OutOfMemoryError {
    const whole = `${formatBytes(this.#maximum)}${this.#isChosen ? " that memoryLimit allows" : ""}`;
    const advice = this.#isChosen ? "; a smaller batch or a larger memoryLimit helps" : "";
    return new OutOfMemoryError(
      `wasm: cannot allocate ${formatBytes(size)}: ${formatBytes(this.#used)} of the ${whole} are in use by ` +
        `${this.#blocks} blocks, and ${reason}${advice}`,
    );
  }
}

/** The same free memory in ascending order, neighbours joined. */
function joined(gaps: Gap[]): Gap[] {
  const result: Gap[] = [];
  for (const gap of gaps.sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last && last.start + last.bytes === gap.start) {
      result[result.length - 1] = { start: last.start, bytes: last.bytes + gap.bytes };
    } else {
      result.push(gap);
    }
  }
  return result;
}

function formatBytes(bytes: number): string {
  return bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(2)} GiB`;
}
