/** What a backend asks of the engine before it gives up an allocation. */

/** The engine's side: it knows the tensors, backends know their memory. */
export interface Relief {
  /** Frees some of what nobody has used for longest; false when there is nothing left to free. */
  free(): boolean;
  /** What is held, in words. */
  held(): string;
}

let relief: Relief = { free: () => false, held: () => "" };

/** Sets who is asked. `lifetime.ts` does, once. */
export function whenMemoryIsShort(answer: Relief): void {
  relief = answer;
}

/**
 * Runs `allocate`, again and again as long as it fails and something can be freed.
 * @throws Error what `allocate` threw last, with what is held and what to do about it
 */
export function allocating<T>(allocate: () => T): T {
  for (;;) {
    try {
      return allocate();
    } catch (error) {
      if (!(error instanceof OutOfMemoryError)) throw error;
      if (!relief.free()) throw new OutOfMemoryError(`${error.message}.${relief.held()}`, { cause: error.cause });
    }
  }
}

/** @throws OutOfMemoryError where JavaScript's memory has no room for so many numbers */
export function hostArray(size: number): Float32Array {
  try {
    return new Float32Array(size);
  } catch (cause) {
    throw new OutOfMemoryError(`there is no memory for ${size} numbers`, { cause });
  }
}

/** A device has no room for a tensor. */
export class OutOfMemoryError extends Error {
  override readonly name = "OutOfMemoryError";
}
