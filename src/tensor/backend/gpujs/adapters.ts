/** What each mode of GPU.js would compute on here, found out without a kernel. */

import { loadGpuJs, type Mode, needs } from "./gpu-js.js";

interface Adapter {
  readonly info: { vendor?: string; architecture?: string; device?: string; description?: string };
}

interface WebGpu {
  requestAdapter(): Promise<Adapter | null>;
}

const inNode = () => typeof process !== "undefined" && process.versions?.node !== undefined;

const webGpu = () => (globalThis as { navigator?: { gpu?: WebGpu } }).navigator?.gpu;

/** Imports a package out of every bundler's sight: one for Node alone, with a native library that lies beside it. */
const importUnbundled = (name: string): Promise<unknown> => import(/* webpackIgnore: true */ /* @vite-ignore */ name);

/** Browsers have WebGPU; Node has it from the package webgpu (Dawn), which GPU.js does not ask for by itself. */
export async function provideWebGpu(): Promise<WebGpu> {
  const present = webGpu();
  if (present) return present;
  if (!inNode()) throw new Error("this browser has no WebGPU");
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
  /** Whether a processor pretends to be a GPU there, or may do so. */
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
  const floats = mode === "webgl2" ? "EXT_color_buffer_float" : "OES_texture_float";
  const exact = gl.getExtension(floats) !== null;
  gl.getExtension("WEBGL_lose_context")?.loseContext();
  if (!exact) throw new Error(`${mode} cannot compute in float32 on ${adapter}: it has no ${floats}`);
  return described(adapter);
}

async function headlessGlAdapter(): Promise<Adaptation> {
  if (!inNode()) throw new Error("headlessgl runs in Node alone");
  const { GPU } = await loadGpuJs();
  if (!GPU.isHeadlessGLSupported) {
    throw new Error("headlessgl needs the package gl (npm install gl) and a display: one of them is missing");
  }
  return { adapter: "OpenGL through the package gl, which does not name its driver", software: true };
}

/**
 * Finds out what `mode` would compute on.
 * @throws Error saying why it cannot run here
 */
export async function probe(mode: Mode): Promise<Adaptation> {
  if (mode === "webgpu") return webGpuAdapter();
  if (mode === "webgl" || mode === "webgl2") return webGlAdapter(mode);
  if (mode === "headlessgl") return headlessGlAdapter();
  return { adapter: "the processor", software: true };
}

/** The modes, the best first. */
const MODES: readonly Mode[] = ["webgpu", "webgl2", "headlessgl", "webgl", "webasm", "cpu"];

/**
 * The best mode that a real GPU runs.
 * @throws Error naming what there is instead, mode by mode
 */
export async function bestMode(): Promise<Mode> {
  const find = (mode: Mode) => probe(mode).catch((error: Error) => error);
  const found = await Promise.all(MODES.map(async (mode) => ({ mode, on: await find(mode) })));
  const best = found.find(({ on }) => !(on instanceof Error) && !on.software);
  if (best) return best.mode;
  const reasons = found.map(({ mode, on }) => {
    return `  gpujs:${mode}: ${on instanceof Error ? on.message : `no GPU but ${on.adapter}`}`;
  });
  throw new Error(
    `useBackend: there is no GPU here; a mode asked for by its name runs all the same\n${reasons.join("\n")}`,
  );
}
