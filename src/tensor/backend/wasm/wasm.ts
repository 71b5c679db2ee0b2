/** The fast CPU backend: SIMD kernels in WebAssembly, shared out over threads where the platform allows. */

import type { Draws } from "../../random.js";
import { sizeOf } from "../../shape.js";
import type {
  AdamStep,
  AxisGeometry,
  Backend,
  BinaryRule,
  BroadcastGeometry,
  ChannelGeometry,
  ConvGeometry,
  MatmulGeometry,
  MemoryInfo,
  PadGeometry,
  PoolGeometry,
  ReduceName,
  SgdStep,
  Storage,
  UnaryRule,
  ViewGeometry,
} from "../backend.js";
import { batchNorm, batchNormInputGrad, batchNormParamGrads, channelMoments } from "./batch-norm.js";
import { type Convolution, convolutionOf } from "./conv-choice.js";
import { matmul } from "./matmul.js";
import { cat, fill, indexAdd, indexSelect, pad, view } from "./move.js";
import { accumulate, adam, sgd } from "./optimizer.js";
import { binary, unary, unaryGrad } from "./pointwise.js";
import { avgPool2d, avgPool2dGrad, maxPool2d, maxPool2dGrad } from "./pool.js";
import { dropoutMask } from "./random.js";
import { argMax, reduce, softmax, softmaxGrad } from "./reduce.js";
import { type RuntimeOptions, WasmRuntime } from "./runtime.js";
import type { WinogradUse } from "./winograd.js";

/** Where a tensor's numbers lie in the module's memory; nowhere (0) once freed. */
class WasmStorage implements Storage {
  readonly size: number;
  #pointer: number;

  constructor(size: number, pointer: number) {
    this.size = size;
    this.#pointer = pointer;
  }

  get pointer(): number {
    if (this.#pointer === 0) throw new Error(`wasm: this storage of ${this.size} numbers has been freed`);
    return this.#pointer;
  }

  drop(): void {
    this.#pointer = 0;
  }
}

function at(x: Storage): number {
  if (!(x instanceof WasmStorage)) throw new Error("wasm: this storage was made by another backend");
  return x.pointer;
}

export interface WasmOptions extends RuntimeOptions {
  /** When to convolve by Winograd's algorithm: where it is faster (auto), wherever it can, or never. Default auto. */
  readonly winograd?: WinogradUse;
}

/**
 * Float32 in a module's memory of up to 4 GiB. Results have the same bits for any number of threads.
 * @throws Error where the JavaScript engine cannot run the kernels, or `threads` is no positive integer.
 */
export function createWasmBackend({ winograd = "auto", ...options }: WasmOptions = {}): WasmBackend {
  return new WasmBackend(new WasmRuntime(options), winograd);
}

export class WasmBackend implements Backend {
  readonly name = "wasm";
  readonly dtype = "float32";
  /** Threads that share the work; 1 where memory cannot be shared. */
  readonly threads: number;
  /** Whether threads can share the memory: in browsers, only on pages that are cross-origin isolated. */
  readonly shared: boolean;
  /** Whether multiply and add are fused here. */
  readonly relaxed: boolean;
  readonly #rt: WasmRuntime;
  readonly #winograd: WinogradUse;
  #bytes = 0;
  #storages = 0;

  constructor(rt: WasmRuntime, winograd: WinogradUse) {
    this.#rt = rt;
    this.#winograd = winograd;
    this.threads = rt.threads;
    this.shared = rt.shared;
    this.relaxed = rt.relaxed;
  }

  get device(): string {
    const threads = this.threads === 1 ? "1 thread" : `${this.threads} threads`;
    return `${threads}, SIMD, ${this.relaxed ? "with" : "without"} fused multiply-add (relaxed SIMD)`;
  }

  get failure(): string | undefined {
    return this.#rt.failure;
  }

  /**
   * Workers that have done some of the work so far. The first operation large enough to share starts them, and until
   * they are up the caller does their part.
   */
  get workersReady(): number {
    return this.#rt.workersReady;
  }

  // ---- memory

  #allocate(size: number): WasmStorage {
    const storage = new WasmStorage(size, this.#rt.allocate(size * 4));
    this.#bytes += size * 4;
    this.#storages++;
    return storage;
  }

  /** A new storage that `compute` fills. */
  #make(size: number, compute: (out: number) => void): Storage {
    const storage = this.#allocate(size);
    try {
      if (size > 0) compute(storage.pointer);
    } catch (error) {
      this.free(storage);
      throw error;
    }
    return storage;
  }

  /** Two new storages that `compute` fills. */
  #makePair(size: number, compute: (first: number, second: number) => void): [Storage, Storage] {
    const first = this.#allocate(size);
    try {
      return [first, this.#make(size, (second) => compute(first.pointer, second))];
    } catch (error) {
      this.free(first);
      throw error;
    }
  }

  upload(values: ArrayLike<number>): Storage {
    return this.#make(values.length, (out) => this.#rt.floats(out, values.length).set(values));
  }

  fill(size: number, value: number): Storage {
    return this.#make(size, (out) => fill(this.#rt, out, size, value));
  }

  dropoutMask(size: number, p: number, value: number, draws: Draws): Storage {
    return this.#make(size, (out) => dropoutMask(this.#rt, out, size, p, value, draws));
  }

  async read(x: Storage): Promise<Float32Array> {
    return this.readSync(x);
  }

  readSync(x: Storage): Float32Array {
    return this.#rt.floats(at(x), x.size).slice();
  }

  free(x: Storage): void {
    this.#rt.release(at(x));
    (x as WasmStorage).drop();
    this.#bytes -= x.size * 4;
    this.#storages--;
  }

  memory(): MemoryInfo {
    return { bytes: this.#bytes, storages: this.#storages, reserved: this.#rt.reserved };
  }

  // ---- pointwise

  unary(rule: UnaryRule, x: Storage, a: number, b: number): Storage {
    return this.#make(x.size, (out) => unary(this.#rt, rule.name, at(x), out, x.size, a, b));
  }

  unaryGrad(rule: UnaryRule, g: Storage, x: Storage, y: Storage, a: number, b: number): Storage {
    const saved = at(rule.saves === "x" ? x : y);
    return this.#make(g.size, (out) => unaryGrad(this.#rt, rule.name, at(g), saved, out, g.size, a, b));
  }

  binary(rule: BinaryRule, a: Storage, b: Storage, geometry: BroadcastGeometry): Storage {
    const size = sizeOf(geometry.shape);
    return this.#make(size, (out) => binary(this.#rt, rule.name, at(a), at(b), out, size, geometry));
  }

  // ---- reductions

  reduce(name: ReduceName, x: Storage, geometry: AxisGeometry): Storage {
    return this.#make(geometry.outer * geometry.inner, (out) => reduce(this.#rt, name, at(x), out, geometry));
  }

  argMax(x: Storage, geometry: AxisGeometry): Storage {
    return this.#make(geometry.outer * geometry.inner, (out) => argMax(this.#rt, at(x), out, geometry));
  }

  softmax(x: Storage, geometry: AxisGeometry, log: boolean): Storage {
    return this.#make(x.size, (out) => softmax(this.#rt, at(x), out, geometry, log));
  }

  softmaxGrad(g: Storage, y: Storage, geometry: AxisGeometry, log: boolean): Storage {
    return this.#make(g.size, (out) => softmaxGrad(this.#rt, at(g), at(y), out, geometry, log));
  }

  // ---- movement

  view(x: Storage, geometry: ViewGeometry): Storage {
    return this.#make(sizeOf(geometry.shape), (out) => view(this.#rt, at(x), out, geometry));
  }

  pad(x: Storage, geometry: PadGeometry, value: number): Storage {
    return this.#make(sizeOf(geometry.outShape), (out) => pad(this.#rt, at(x), out, geometry, value));
  }

  cat(parts: readonly Storage[], sizes: readonly number[], outer: number, inner: number): Storage {
    const total = sizes.reduce((sum, n) => sum + n, 0);
    return this.#make(outer * total * inner, (out) => cat(this.#rt, parts.map(at), out, sizes, outer, inner));
  }

  indexSelect(x: Storage, indices: Int32Array, geometry: AxisGeometry): Storage {
    const size = geometry.outer * indices.length * geometry.inner;
    return this.#make(size, (out) => indexSelect(this.#rt, at(x), out, indices, geometry));
  }

  indexAdd(g: Storage, indices: Int32Array, geometry: AxisGeometry): Storage {
    const { outer, n, inner } = geometry;
    return this.#make(outer * n * inner, (out) => indexAdd(this.#rt, at(g), out, indices, geometry));
  }

  // ---- structural

  matmul(a: Storage, b: Storage, geometry: MatmulGeometry): Storage {
    const { batch, m, n } = geometry;
    return this.#make(batch * m * n, (out) => matmul(this.#rt, at(a), at(b), out, geometry));
  }

  #convolution(geometry: ConvGeometry): Convolution {
    return convolutionOf(geometry, this.#winograd);
  }

  conv2d(x: Storage, w: Storage, bias: Storage | undefined, geometry: ConvGeometry): Storage {
    const { n, o, outH, outW } = geometry;
    const { conv2d } = this.#convolution(geometry);
    const size = n * o * outH * outW;
    return this.#make(size, (out) => conv2d(this.#rt, at(x), at(w), bias ? at(bias) : 0, out, geometry));
  }

  conv2dInputGrad(g: Storage, w: Storage, geometry: ConvGeometry): Storage {
    const { n, c, h, w: width } = geometry;
    const { inputGrad } = this.#convolution(geometry);
    return this.#make(n * c * h * width, (out) => inputGrad(this.#rt, at(g), at(w), out, geometry));
  }

  conv2dWeightGrad(x: Storage, g: Storage, geometry: ConvGeometry): Storage {
    const { n, o, c, groups, kH, kW } = geometry;
    const { weightGrad } = this.#convolution(geometry);
    const size = (o * c * kH * kW) / groups;
    // A sum over no images; there is nothing to cut into parts.
    if (n === 0) return this.fill(size, 0);
    return this.#make(size, (out) => weightGrad(this.#rt, at(x), at(g), out, geometry));
  }

  maxPool2d(x: Storage, geometry: PoolGeometry): Storage {
    const { planes, outH, outW } = geometry;
    return this.#make(planes * outH * outW, (out) => maxPool2d(this.#rt, at(x), out, geometry));
  }

  maxPool2dGrad(g: Storage, x: Storage, y: Storage, geometry: PoolGeometry): Storage {
    return this.#make(x.size, (out) => maxPool2dGrad(this.#rt, at(g), at(x), at(y), out, geometry));
  }

  avgPool2d(x: Storage, geometry: PoolGeometry): Storage {
    const { planes, outH, outW } = geometry;
    return this.#make(planes * outH * outW, (out) => avgPool2d(this.#rt, at(x), out, geometry));
  }

  avgPool2dGrad(g: Storage, geometry: PoolGeometry): Storage {
    const { planes, h, w } = geometry;
    return this.#make(planes * h * w, (out) => avgPool2dGrad(this.#rt, at(g), out, geometry));
  }

  // ---- batch norm

  channelMoments(x: Storage, geometry: ChannelGeometry): [mean: Storage, variance: Storage] {
    return this.#makePair(geometry.c, (...moments) => channelMoments(this.#rt, [at(x), ...moments], geometry));
  }

  batchNorm(
    x: Storage,
    mean: Storage,
    variance: Storage,
    weight: Storage,
    bias: Storage,
    eps: number,
    geometry: ChannelGeometry,
  ): Storage {
    const inputs = [x, mean, variance, weight, bias].map(at);
    return this.#make(x.size, (out) => batchNorm(this.#rt, [...inputs, out], geometry, eps));
  }

  batchNormParamGrads(
    g: Storage,
    x: Storage,
    mean: Storage,
    variance: Storage,
    eps: number,
    geometry: ChannelGeometry,
  ): [weightGrad: Storage, biasGrad: Storage] {
    const inputs = [g, x, mean, variance].map(at);
    return this.#makePair(geometry.c, (...grads) => {
      batchNormParamGrads(this.#rt, [...inputs, ...grads], geometry, eps);
    });
  }

  batchNormInputGrad(
    g: Storage,
    x: Storage,
    mean: Storage,
    variance: Storage,
    weight: Storage,
    weightGrad: Storage,
    biasGrad: Storage,
    eps: number,
    geometry: ChannelGeometry,
  ): Storage {
    const inputs = [g, x, mean, variance, weight, weightGrad, biasGrad].map(at);
    return this.#make(x.size, (out) => batchNormInputGrad(this.#rt, [...inputs, out], geometry, eps));
  }

  // ---- in place

  accumulate(y: Storage, x: Storage, alpha: number, beta: number): void {
    accumulate(this.#rt, at(y), at(x), y.size, alpha, beta);
  }

  adam(parameter: Storage, grad: Storage, mean: Storage, square: Storage, step: AdamStep): void {
    adam(this.#rt, [parameter, grad, mean, square].map(at), parameter.size, step);
  }

  sgd(parameter: Storage, grad: Storage, velocity: Storage | undefined, first: boolean, step: SgdStep): void {
    sgd(this.#rt, at(parameter), at(grad), velocity ? at(velocity) : 0, parameter.size, first, step);
  }
}
