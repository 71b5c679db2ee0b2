/** Compiles kernels for a mode of GPU.js, and holds their results as handles. */

import { type Adaptation, probe } from "./adapters.js";
import { type BufferMaker, reuseBuffers } from "./buffers.js";
import {
  type Context,
  type DeviceArray,
  type GpuJs,
  loadGpuJs,
  type Mode,
  modeOf,
  type Result,
  type Rows,
} from "./gpu-js.js";
import { helpers, type kernels } from "./kernels.generated.js";
import type { Handle, View } from "./storage.js";

export type KernelName = keyof typeof kernels;

/** A whole number, or a table of them, folded into a kernel's source. */
export type Constants = Readonly<Record<string, number | readonly number[]>>;

/** What a kernel is compiled from. */
export interface Source {
  readonly name: string;
  readonly text: string;
  /** The function that a pointwise kernel calls. */
  readonly rule: string | undefined;
  readonly constants: Constants;
  readonly rows: number;
  readonly columns: number;
  /** Numbers of a row that one thread computes: 1, or 4 where `givesFours`. */
  readonly perThread: number;
}

/** A compiled kernel. */
export interface Program {
  run(args: readonly unknown[]): Handle | Promise<Handle>;
  destroy(): void;
}

// ---- handles ---------------------------------------------------------------------------------------

/** One array out of the rows and planes that GPU.js gives. */
function flatten(result: Rows): Float32Array {
  const rows = result.flat();
  const columns = rows[0]?.length ?? 0;
  const values = new Float32Array(rows.length * columns);
  for (const [i, row] of rows.entries()) values.set(row, i * columns);
  return values;
}

class HostHandle implements Handle {
  readonly outlivesKernel = true;
  readonly #values: Float32Array;
  readonly #input: GpuJs["input"];

  constructor(values: Float32Array, input: GpuJs["input"]) {
    this.#values = values;
    this.#input = input;
  }

  get bytes(): number {
    return this.#values.byteLength;
  }

  view(rows: number, columns: number): View {
    const size = rows * columns;
    let values = this.#values.subarray(0, size);
    if (values.length < size) {
      // The rows of the view end behind the last number: GPU.js wants them whole.
      values = new Float32Array(size);
      values.set(this.#values);
    }
    return { argument: this.#input(values, [columns, rows]), variant: "", release: () => {} };
  }

  read(): Float32Array {
    return this.#values;
  }

  delete(): void {}
}

class DeviceHandle implements Handle {
  /** A kernel on OpenGL takes its textures along when it goes. */
  readonly outlivesKernel = false;
  readonly bytes: number;
  readonly #array: DeviceArray;

  constructor(array: DeviceArray) {
    this.#array = array;
    this.bytes = array.output.reduce((product, n) => product * n, 4);
  }

  view(rows: number, columns: number): View {
    const argument = this.#array.clone();
    // The same numbers by other rows and columns: a clone shares the buffer, and the sizes are its own.
    argument.output = [columns, rows, 1];
    if (argument.dimensions) argument.dimensions = argument.output;
    const variant = this.#array.size ? Array.from(this.#array.size).join("x") : "";
    return { argument, variant, release: () => argument.delete() };
  }

  read(): Float32Array | Promise<Float32Array> {
    const rows = this.#array.toArray();
    return rows instanceof Promise ? rows.then(flatten) : flatten(rows);
  }

  delete(): void {
    this.#array.delete();
  }
}

/** Whether it is a device of WebGPU. */
function canMakeBuffers(device: Context["device"]): device is EventTarget & BufferMaker {
  return device?.createBuffer !== undefined;
}

// ---- the device ------------------------------------------------------------------------------------

export class Device {
  readonly mode: Mode;
  readonly adapter: string;
  readonly software: boolean;
  readonly #gpu: InstanceType<GpuJs["GPU"]>;
  readonly #input: GpuJs["input"];
  #context: Context | undefined;
  #complaint: string | undefined;

  private constructor(mode: Mode, { GPU, input }: GpuJs, { adapter, software }: Adaptation) {
    this.mode = mode;
    this.adapter = adapter;
    this.software = software;
    this.#gpu = new GPU({ mode });
    this.#input = input;
  }

  /** @throws Error saying why `mode` cannot run here */
  static async open(mode: Mode): Promise<Device> {
    const adaptation = await probe(mode);
    return new Device(mode, await loadGpuJs(), adaptation);
  }

  /**
   * Compiled kernels worth keeping; a net's training step needs some hundred. In `webasm` each has a memory of its own,
   * and engines give out no more than about that many.
   */
  get keeps(): number {
    return this.mode === "webasm" ? 96 : 1024;
  }

  /** Whether the four results of a thread become four numbers of a row. In textures they are the colours of one pixel. */
  get givesFours(): boolean {
    return this.mode === "webgpu";
  }

  /** Numbers of the host, as the argument of the kernel that copies them to the device. */
  input(values: Float32Array, rows: number, columns: number): unknown {
    const whole = new Float32Array(rows * columns);
    whole.set(values);
    return this.#input(whole, [columns, rows]);
  }

  /** Threads for rows × columns results. Rows go over two axes: WebGPU takes at most 65,535 groups along one. */
  #threads(rows: number, columns: number): [x: number, y: number, z: number] {
    // Textures of a single plane take the sizes of the plane, and may become wider than a texture can be.
    if (this.mode === "webgl" || this.mode === "webgl2" || this.mode === "headlessgl") return [columns, 1, rows];
    const depth = Math.ceil(rows / 4096);
    return [columns, Math.ceil(rows / depth), depth];
  }

  compile({ name, text, rule, constants, rows, columns, perThread }: Source): Program {
    const output = this.#threads(rows, columns / perThread);
    const all: Constants = { ...constants, height: output[1] };
    const kernel = this.#gpu.createKernel(text, {
      output,
      constants: all,
      constantTypes: Object.fromEntries(
        Object.entries(all).map(([key, value]) => [key, typeof value === "number" ? "Integer" : "Array"]),
      ),
      functions: rule === undefined ? helpers : [...helpers, rule],
      precision: "single",
      // Results stay on the device, each in an array of its own.
      pipeline: true,
      immutable: true,
      // GPU.js cuts loops short at 1,000 without a word unless it is told otherwise.
      loopMaxIterations: 2 ** 31 - 1,
    });
    let checked = false;
    const finish = (result: Result): Handle => {
      if (!checked) {
        const ran = modeOf(kernel.kernel);
        if (ran !== this.mode) {
          const reason = kernel.kernel.fallbackReason ?? "GPU.js does not say why";
          throw new Error(`${name} ran on ${ran} instead: ${reason}`);
        }
        checked = true;
      }
      if (Array.isArray(result)) return new HostHandle(flatten(result), this.#input);
      this.#watch(result);
      result.output[0] *= perThread;
      result.componentCount = 1;
      return new DeviceHandle(result);
    };
    return {
      run: (args) => {
        const result = kernel(...args);
        return result instanceof Promise ? result.then(finish) : finish(result);
      },
      destroy: () => kernel.destroy(),
    };
  }

  /**
   * Why no result can be trusted from now on: the device is lost, or WebGPU complained, behind the back of the call that
   * caused it.
   */
  get failure(): string | undefined {
    const lost = this.#context?.isLost || this.#context?.isContextLost?.();
    return lost ? "the device is lost" : this.#complaint;
  }

  #watch({ context }: DeviceArray): void {
    if (this.#context || !context) return;
    this.#context = context;
    const { device } = context;
    if (canMakeBuffers(device)) reuseBuffers(device);
    device?.addEventListener("uncapturederror", (event) => {
      this.#complaint ??= (event as unknown as { error: Error }).error.message;
    });
  }
}
