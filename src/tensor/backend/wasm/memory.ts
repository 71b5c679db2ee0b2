/** The allocator of the wasm backend: hands out pieces of the module's memory, and grows it when it must. */

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

/**
 * Training asks for the same sizes every step, so a freed block first waits for a request of exactly its size. Only
 * when none fits are the waiting blocks joined with their neighbours, and a request cut from the smallest gap.
 */
export class Heap {
  readonly #live = new Map<number, number>();
  /** Freed blocks by size. */
  readonly #waiting = new Map<number, number[]>();
  /** The rest of the free memory: ascending, no two adjacent. */
  #gaps: Gap[];
  #used = 0;
  readonly #memory: WebAssembly.Memory;
  readonly #maximum: number;

  /** @param maximum Bytes that the memory may grow to. */
  constructor(memory: WebAssembly.Memory, maximum: number) {
    this.#memory = memory;
    this.#maximum = maximum;
    this.#gaps = [{ start: BOTTOM, bytes: this.reserved - LINE - BOTTOM }];
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
    const size = Math.max(roundUp(bytes, LINE), LINE);
    const start =
      this.#waiting.get(size)?.pop() ?? this.#cut(size) ?? this.#sweepAndCut(size) ?? this.#growAndCut(size);
    this.#live.set(start, size);
    this.#used += size;
    return start;
  }

  /** @throws Error when no live block starts there. */
  release(start: number): void {
    const size = this.#live.get(start);
    if (size === undefined)
      throw new Error(`wasm: address ${start} is not allocated; it was released twice or never made`);
    this.#live.delete(start);
    this.#used -= size;
    const same = this.#waiting.get(size);
    if (same) same.push(start);
    else this.#waiting.set(size, [start]);
  }

  /** Takes `size` bytes from the smallest gap that has them. */
  #cut(size: number): number | undefined {
    let best = -1;
    for (const [i, gap] of this.#gaps.entries()) {
      if (gap.bytes >= size && (best < 0 || gap.bytes < this.#gaps[best].bytes)) best = i;
    }
    if (best < 0) return undefined;
    const { start, bytes } = this.#gaps[best];
    this.#gaps.splice(best, 1, ...(bytes > size ? [{ start: start + size, bytes: bytes - size }] : []));
    return start;
  }

  #sweepAndCut(size: number): number | undefined {
    const free = [...this.#gaps];
    for (const [bytes, starts] of this.#waiting) free.push(...starts.map((start) => ({ start, bytes })));
    this.#waiting.clear();
    this.#gaps = joined(free);
    return this.#cut(size);
  }

  #growAndCut(size: number): number {
    const before = this.reserved;
    const end = before - LINE;
    const last = this.#gaps.at(-1);
    const atEnd = last && last.start + last.bytes === end ? last.bytes : 0;
    const needed = ceilDiv(size - atEnd, PAGE);
    const possible = (this.#maximum - before) / PAGE;
    if (needed > possible)
      throw this.#exhausted(size, `no free piece is larger than ${this.#largestGap(possible * PAGE + atEnd)}`);
    // An eighth more than there is, where that is allowed: growing in small steps is slow.
    const pages = Math.max(needed, Math.min(ceilDiv(before, 8 * PAGE), possible));
    try {
      this.#memory.grow(pages);
    } catch (cause) {
      throw this.#exhausted(size, `the system gives no more than ${formatBytes(before)}`, cause);
    }
    this.#gaps = joined([...this.#gaps, { start: end, bytes: pages * PAGE }]);
    return this.#cut(size)!;
  }

  /** @param atEnd Bytes that the last gap would have in a memory grown to its limit. */
  #largestGap(atEnd: number): string {
    return formatBytes(Math.max(atEnd, ...this.#gaps.map((gap) => gap.bytes)));
  }

  #exhausted(size: number, reason: string, cause?: unknown): Error {
    const inUse = `${formatBytes(this.#used)} of the ${formatBytes(this.#maximum)} are in use`;
    return new Error(
      `wasm: cannot allocate ${formatBytes(size)}: ${inUse} by ${this.#live.size} blocks, and ${reason}`,
      { cause },
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
