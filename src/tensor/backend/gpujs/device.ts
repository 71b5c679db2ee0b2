/** GPU.js behind one door. Its types are loose and its defaults silent: nobody else sees either. */

import { helpers, type kernels } from "./kernels.generated.js";
import type { Handle, View } from "./storage.js";

export type Mode = "webgpu" | "webgl2" | "headlessgl" | "webgl" | "webasm" | "cpu";

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
}

/** A compiled kernel. */
export interface Program {
  run(args: readonly unknown[]): Handle | Promise<Handle>;
  destroy(): void;
}

// ---- what of GPU.js is used ------------------------------------------------------------------------

/** A texture or a buffer. `dimensions` is what textures, `output` what buffers are indexed by. */
interface DeviceArray {
  readonly size?: ArrayLike<number>;
  output: number[];
  dimensions?: number[];
  clone(): DeviceArray;
  delete(): void;
  toArray(): Rows | Promise<Rows>;
  readonly context?: { device?: EventTarget };
}

/** Planes of rows of numbers. */
type Rows = Float32Array[][];

type Result = DeviceArray | Rows;

interface GpuKernel {
  (...args: unknown[]): Result | Promise<Result>;
  destroy(): void;
  /** The kernel that runs in the end; those on OpenGL all call their mode "gpu". */
  readonly kernel: { constructor: { mode: Mode | "gpu" }; context?: unknown; fallbackReason?: string | null };
}

function modeOf({ constructor: { mode }, context }: GpuKernel["kernel"]): Mode {
  if (mode !== "gpu") return mode;
  if (typeof WebGLRenderingContext === "undefined") return "headlessgl";
  return context instanceof WebGLRenderingContext ? "webgl" : "webgl2";
}

interface GpuJs {
  GPU: new (settings: {
    mode: Mode;
  }) => {
    createKernel(source: string, settings: object): GpuKernel;
    destroy(): Promise<void>;
  };
  input(values: Float32Array, size: number[]): unknown;
}

/** Why a package that is not installed along cannot be loaded, and what to do. */
function needs(name: string, why: string, cause: unknown): Error {
  const { message } = cause as Error;
  return new Error(`the package ${name} cannot be loaded; ${why}: npm install ${name}\n  (${message})`, { cause });
}

async function loadGpuJs(): Promise<GpuJs> {
  let module: Partial<GpuJs> & { default?: GpuJs };
  try {
    module = (await import("gpu.js")) as unknown as typeof module;
  } catch (cause) {
    throw needs("gpu.js", "the gpujs backends need it", cause);
  }
  return module.default ?? (module as GpuJs);
}

// ---- WebGPU ----------------------------------------------------------------------------------------

interface Adapter {
  readonly info: { vendor?: string; architecture?: string; device?: string; description?: string };
}

interface WebGpu {
  requestAdapter(): Promise<Adapter | null>;
}

const webGpu = () => (globalThis as { navigator?: { gpu?: WebGpu } }).navigator?.gpu;

/** Imports a package out of every bundler's sight: one for Node alone, with a native library that lies beside it. */
const importUnbundled = (name: string): Promise<unknown> => import(/* webpackIgnore: true */ /* @vite-ignore */ name);

/** Browsers have WebGPU; Node has it from the package webgpu (Dawn), which GPU.js does not ask for by itself. */
export async function provideWebGpu(): Promise<WebGpu> {
  const present = webGpu();
  if (present) return present;
  if (typeof process === "undefined" || !process.versions?.node) throw new Error("this browser has no WebGPU");
  let dawn: { create(flags: string[]): WebGpu; globals: object };
  try {
    dawn = (await importUnbundled("webgpu")) as typeof dawn;
  } catch (cause) {
    throw needs("webgpu", "WebGPU in Node needs it, 0.4 or newer", cause);
  }
  Object.assign(globalThis, dawn.globals);
  if (!globalThis.navigator) Object.defineProperty(globalThis, "navigator", { value: {}, configurable: true });
  const gpu = dawn.create([]);
  Object.defineProperty(globalThis.navigator, "gpu", { value: gpu, configurable: true });
  return gpu;
}

const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|software|basic render|warp/i;

/** What a mode computes on, in the driver's words. */
export interface Adaptation {
  readonly adapter: string;
  /** Whether a processor pretends to be a GPU there. */
  readonly software: boolean;
}

function described(adapter: string): Adaptation {
  return { adapter, software: SOFTWARE.test(adapter) };
}

async function webGpuAdapter(): Promise<Adaptation> {
  const adapter = await (await provideWebGpu()).requestAdapter();
  if (!adapter) throw new Error("WebGPU is there, but it has no adapter: no GPU, or no driver that it takes");
  const { vendor, architecture, device, description } = adapter.info;
  const words = [description, device, architecture, vendor].filter((word) => word);
  return described([...new Set(words)].join(", ") || "an adapter without a name");
}

function webGlAdapter(mode: "webgl" | "webgl2"): Adaptation {
  if (typeof OffscreenCanvas === "undefined") throw new Error(`there is no ${mode} here: no canvas`);
  const gl = new OffscreenCanvas(1, 1).getContext(mode) as WebGLRenderingContext | null;
  if (!gl) throw new Error(`there is no ${mode} here`);
  const info = gl.getExtension("WEBGL_debug_renderer_info");
  const adapter = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  return described(adapter);
}

/**
 * Finds out what `mode` would compute on.
 * @throws Error saying why it cannot run here
 */
export async function probe(mode: Mode): Promise<Adaptation> {
  if (mode === "webgpu") return webGpuAdapter();
  if (mode === "webgl" || mode === "webgl2") return webGlAdapter(mode);
  if (mode === "headlessgl") {
    const { GPU } = (await loadGpuJs()) as unknown as { GPU: { isHeadlessGLSupported: boolean } };
    if (!GPU.isHeadlessGLSupported) throw new Error("headlessgl needs the package gl: npm install gl");
    return described("OpenGL through the package gl");
  }
  return { adapter: "the processor", software: true };
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
    return { argument: this.#input(values, [columns, rows]), layout: "", release: () => {} };
  }

  async read(): Promise<Float32Array> {
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
    const layout = this.#array.size ? Array.from(this.#array.size).join("x") : "";
    return { argument, layout, release: () => argument.delete() };
  }

  async read(): Promise<Float32Array> {
    return flatten(await this.#array.toArray());
  }

  delete(): void {
    this.#array.delete();
  }
}

// ---- the device ------------------------------------------------------------------------------------

export class Device {
  readonly mode: Mode;
  readonly adapter: string;
  readonly software: boolean;
  readonly #gpu: InstanceType<GpuJs["GPU"]>;
  readonly #input: GpuJs["input"];
  #complaint: string | undefined;
  #listening = false;

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

  compile({ name, text, rule, constants, rows, columns }: Source): Program {
    const output = this.#threads(rows, columns);
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
      this.#listen(result);
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

  /** What WebGPU complained about since the last time, behind the back of the call that caused it. */
  complaint(): string | undefined {
    const complaint = this.#complaint;
    this.#complaint = undefined;
    return complaint;
  }

  #listen({ context }: DeviceArray): void {
    if (this.#listening || !context?.device) return;
    this.#listening = true;
    context.device.addEventListener("uncapturederror", (event) => {
      this.#complaint ??= (event as unknown as { error: Error }).error.message;
    });
  }

  async destroy(): Promise<void> {
    await this.#gpu.destroy();
  }
}
