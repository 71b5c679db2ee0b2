/** What of GPU.js is used, with types: its own are loose. */

import type { BufferMaker } from "./buffers.js";

export type Mode = "webgpu" | "webgl2" | "headlessgl" | "webgl" | "webasm" | "cpu";

/** What lies behind all arrays of a device: WebGPU's device, or the context of WebGL. */
export interface Context {
  readonly device?: EventTarget & Partial<BufferMaker>;
  readonly isLost?: boolean;
  isContextLost?(): boolean;
}

/** A texture or a buffer. `dimensions` is what textures, `output` what buffers are indexed by. */
export interface DeviceArray {
  readonly size?: ArrayLike<number>;
  output: number[];
  /** Numbers that each of `output` stands for. */
  componentCount?: number;
  dimensions?: number[];
  clone(): DeviceArray;
  delete(): void;
  toArray(): Rows | Promise<Rows>;
  readonly context?: Context;
}

/** Planes of rows of numbers. */
export type Rows = Float32Array[][];

export type Result = DeviceArray | Rows;

interface GpuKernel {
  (...args: unknown[]): Result | Promise<Result>;
  destroy(): void;
  /** The kernel that runs in the end; those on OpenGL all call their mode "gpu". */
  readonly kernel: { constructor: { mode: Mode | "gpu" }; context?: unknown; fallbackReason?: string | null };
}

export function modeOf({ constructor: { mode }, context }: GpuKernel["kernel"]): Mode {
  if (mode !== "gpu") return mode;
  if (typeof WebGLRenderingContext === "undefined") return "headlessgl";
  return context instanceof WebGLRenderingContext ? "webgl" : "webgl2";
}

export interface GpuJs {
  GPU: {
    new (settings: { mode: Mode }): { createKernel(source: string, settings: object): GpuKernel };
    readonly isHeadlessGLSupported: boolean;
  };
  input(values: Float32Array, size: number[]): unknown;
}

/** Why a package that is not installed along cannot be loaded, and what to do. */
export function needs(name: string, why: string, cause: unknown): Error {
  const { message } = cause as Error;
  return new Error(`the package ${name} cannot be loaded; ${why}: npm install ${name}\n  (${message})`, { cause });
}

export async function loadGpuJs(): Promise<GpuJs> {
  let module: Partial<GpuJs> & { default?: GpuJs };
  try {
    module = (await import("gpu.js")) as unknown as typeof module;
  } catch (cause) {
    throw needs("gpu.js", "the gpujs backends need it", cause);
  }
  return module.default ?? (module as GpuJs);
}
