/** Where the time goes: a backend that notes how long each kernel of another one takes. */

import type { Backend, ConvGeometry } from "../src/tensor/backend/backend.js";
import { percent, short, Table } from "./report.js";

interface Entry {
  kernel: string;
  calls: number;
  ms: number;
}

const isConvolution = (value: unknown): value is ConvGeometry =>
  typeof value === "object" && value !== null && "kH" in value;

/** The kernel's name, with the op it runs or the channels it goes between where there are such. */
function describeCall(method: string, args: readonly unknown[]): string {
  const [first] = args;
  if (typeof first === "string") return `${method} ${first}`;
  if (first && typeof first === "object" && "name" in first) return `${method} ${first.name}`;
  const geometry = args.find(isConvolution);
  if (method.startsWith("conv2d") && geometry) {
    return `${method} ${geometry.c}→${geometry.o} ${geometry.kH}×${geometry.kW}`;
  }
  return method;
}

export class Profile {
  readonly #entries = new Map<string, Entry>();
  #running = false;

  /** The same backend, but what its methods take is noted while `measure` runs. */
  wrap(backend: Backend): Backend {
    return new Proxy(backend, {
      get: (target, key) => {
        const value = Reflect.get(target, key, target);
        if (typeof value !== "function" || key === "memory") return value;
        return (...args: unknown[]) => {
          const start = performance.now();
          try {
            return value.apply(target, args);
          } finally {
            if (this.#running) this.#note(describeCall(String(key), args), performance.now() - start);
          }
        };
      },
    });
  }

  #note(kernel: string, ms: number): void {
    const entry = this.#entries.get(kernel) ?? { kernel, calls: 0, ms: 0 };
    entry.calls++;
    entry.ms += ms;
    this.#entries.set(kernel, entry);
  }

  /** Runs `step` some times and prints what one of them spends in each kernel, and outside of all. */
  async measure(step: () => Promise<unknown>, repeats: number): Promise<void> {
    this.#running = true;
    const start = performance.now();
    for (let i = 0; i < repeats; i++) await step();
    const total = performance.now() - start;
    this.#running = false;

    const kernels = [...this.#entries.values()].sort((a, b) => b.ms - a.ms);
    const sum = (entries: Entry[]) => entries.reduce((ms, entry) => ms + entry.ms, 0);
    const output = new Table<Entry>([
      { title: "kernel", width: 34, text: ({ kernel }) => kernel },
      { title: "calls", width: 5, text: ({ calls }) => (calls ? String(Math.round(calls / repeats)) : "") },
      { title: "ms", width: 7, text: ({ ms }) => short(ms / repeats) },
      { title: "share", width: 6, text: ({ ms }) => `${((100 * ms) / total).toFixed(1)} %` },
    ]);
    for (const entry of kernels) output.add(entry);
    output.add({ kernel: "(between kernels)", calls: 0, ms: total - sum(kernels) });
    output.add({ kernel: "total", calls: 0, ms: total });
    const convolution = sum(kernels.filter(({ kernel }) => kernel.startsWith("conv2d")));
    console.log(`convolution and its gradients: ${percent(convolution / total)} of the step`);
  }
}
