/** How long something takes: the first call, and then enough calls to trust a median. */

/** All in milliseconds a call. */
export interface Timing {
  /** The first call: code that is not optimized yet, memory that is not there yet. */
  cold: number;
  median: number;
  /** A tenth of the warm calls were faster than this, a tenth slower than `high`. */
  low: number;
  high: number;
  /** Measurements behind the median. */
  runs: number;
}

/** Long enough for the engine to replace its first, hasty code by optimized code. */
const WARM_UP_MS = 200;
const WARM_UP_CALLS = 2;

const LEAST_MS = 300;
const LEAST_RUNS = 5;

/** Shorter calls are measured several at a time: clocks are coarse, in browsers 5 µs at best. */
const GRAIN_MS = 0.5;

export async function elapsed(run: () => unknown): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = q * (sorted.length - 1);
  const below = sorted[Math.floor(at)];
  return below + (at - Math.floor(at)) * (sorted[Math.ceil(at)] - below);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The same on devices that return at once: enough work to hide what waiting for the end of it costs. */
const DEVICE_GRAIN_MS = 50;

/**
 * Times warm calls; `cold` is how long the first one took, which the caller has already made.
 * @param settle waits until a device has done what it was asked for; absent where a call returns when it is done
 */
export async function timeWarm(run: () => unknown, cold: number, settle?: () => Promise<void>): Promise<Timing> {
  let calls = 0;
  const warmUp = await elapsed(async () => {
    const start = performance.now();
    for (; calls < WARM_UP_CALLS || performance.now() - start < WARM_UP_MS; calls++) {
      await run();
      await settle?.();
    }
  });
  const grain = Math.max(1, Math.ceil(((settle ? DEVICE_GRAIN_MS : GRAIN_MS) * calls) / warmUp));
  const times: number[] = [];
  const start = performance.now();
  while (times.length < LEAST_RUNS || performance.now() - start < LEAST_MS) {
    const together = await elapsed(async () => {
      for (let i = 0; i < grain; i++) await run();
      await settle?.();
    });
    times.push(together / grain);
  }
  return {
    cold,
    median: median(times),
    low: quantile(times, 0.1),
    high: quantile(times, 0.9),
    runs: times.length,
  };
}
