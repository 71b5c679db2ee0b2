/** The GPU backend: one source for each kernel, run by any mode of GPU.js, on a GPU or on the processor. */

import type { Draws } from "../../random.js";
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
import { drawMask } from "../mask.js";
import { batchNorm, batchNormInputGrad, batchNormParamGrads, channelMoments } from "./batch-norm.js";
import { conv2d, conv2dInputGrad, conv2dWeightGrad } from "./conv2d.js";
import { Device } from "./device.js";
import type { Mode } from "./gpu-js.js";
import { matmul } from "./matmul.js";
import { cat, indexAdd, indexSelect, pad, view } from "./movement.js";
import { accumulate, adam, sgd } from "./optimizer.js";
import { binary, unary, unaryGrad } from "./pointwise.js";
import { avgPool2dGrad, maxPool2dGrad, pool2d } from "./pool2d.js";
import { argMax, reduce } from "./reduce.js";
import { GpuRuntime } from "./runtime.js";
import { softmax, softmaxGrad } from "./softmax.js";
import { GpuStorage } from "./storage.js";

/** @throws Error saying why `mode` cannot run here */
export async function openGpuJs(mode: Mode): Promise<GpuJsBackend> {
  return new GpuJsBackend(await Device.open(mode));
}

function on(x: Storage): GpuStorage {
  if (!(x instanceof GpuStorage)) throw new Error("gpujs: this storage was made by another backend");
  if (x.freed) throw new Error(`gpujs: this storage of ${x.size} numbers has been freed`);
  return x;
}

/**
 * Float32 on a device of GPU.js. Operations return at once; kernels run in order as soon as the program awaits
 * something, and a kernel that fails is reported by the next read of what depends on it.
 */
export class GpuJsBackend implements Backend {
  readonly name: string;
  readonly dtype = "float32";
  readonly device: string;
  readonly #rt: GpuRuntime;

  constructor(device: Device) {
    this.name = `gpujs:${device.mode}`;
    this.device = `${device.adapter} (${device.software ? "software" : "hardware"})`;
    this.#rt = new GpuRuntime(device);
  }

  get failure(): string | undefined {
    return this.#rt.failure;
  }

  // ---- memory

  upload(values: ArrayLike<number>): Storage {
    return this.#rt.upload(Float32Array.from(values));
  }

  fill(size: number, value: number): Storage {
    return this.#rt.fill(size, value);
  }

  /** Drawn on the host: a GPU's kernels have no 64-bit products of whole numbers. */
  dropoutMask(size: number, p: number, value: number, draws: Draws): Storage {
    const values = new Float32Array(size);
    drawMask(values, p, value, draws);
    return this.#rt.upload(values);
  }

  async read(x: Storage): Promise<Float32Array> {
    return this.#rt.read(on(x));
  }

  free(x: Storage): void {
    this.#rt.free(on(x));
  }

  memory(): MemoryInfo {
    return this.#rt.memory();
  }

  // ---- pointwise

  unary(rule: UnaryRule, x: Storage, a: number, b: number): Storage {
    return unary(this.#rt, rule, on(x), a, b);
  }

  unaryGrad(rule: UnaryRule, g: Storage, x: Storage, y: Storage, a: number, b: number): Storage {
    return unaryGrad(this.#rt, rule, on(g), on(rule.saves === "x" ? x : y), a, b);
  }

  binary(rule: BinaryRule, a: Storage, b: Storage, geometry: BroadcastGeometry): Storage {
    return binary(this.#rt, rule, on(a), on(b), geometry);
  }

  // ---- reductions

  reduce(name: ReduceName, x: Storage, geometry: AxisGeometry): Storage {
    return reduce(this.#rt, name, on(x), geometry);
  }

  argMax(x: Storage, geometry: AxisGeometry): Storage {
    return argMax(this.#rt, on(x), geometry);
  }

  softmax(x: Storage, geometry: AxisGeometry, log: boolean): Storage {
    return softmax(this.#rt, on(x), geometry, log);
  }

  softmaxGrad(g: Storage, y: Storage, geometry: AxisGeometry, log: boolean): Storage {
    return softmaxGrad(this.#rt, on(g), on(y), geometry, log);
  }

  // ---- movement

  view(x: Storage, geometry: ViewGeometry): Storage {
    return view(this.#rt, on(x), geometry);
  }

  pad(x: Storage, geometry: PadGeometry, value: number): Storage {
    return pad(this.#rt, on(x), geometry, value);
  }

  cat(parts: readonly Storage[], sizes: readonly number[], outer: number, inner: number): Storage {
    return cat(this.#rt, parts.map(on), sizes, outer, inner);
  }

  indexSelect(x: Storage, indices: Int32Array, geometry: AxisGeometry): Storage {
    return indexSelect(this.#rt, on(x), indices, geometry);
  }

  indexAdd(g: Storage, indices: Int32Array, geometry: AxisGeometry): Storage {
    return indexAdd(this.#rt, on(g), indices, geometry);
  }

  // ---- structural

  matmul(a: Storage, b: Storage, geometry: MatmulGeometry): Storage {
    return matmul(this.#rt, on(a), on(b), geometry);
  }

  conv2d(x: Storage, w: Storage, bias: Storage | undefined, geometry: ConvGeometry): Storage {
    return conv2d(this.#rt, on(x), on(w), bias && on(bias), geometry);
  }

  conv2dInputGrad(g: Storage, w: Storage, geometry: ConvGeometry): Storage {
    return conv2dInputGrad(this.#rt, on(g), on(w), geometry);
  }

  conv2dWeightGrad(x: Storage, g: Storage, geometry: ConvGeometry): Storage {
    return conv2dWeightGrad(this.#rt, on(x), on(g), geometry);
  }

  maxPool2d(x: Storage, geometry: PoolGeometry): Storage {
    return pool2d(this.#rt, "maxPool2d", on(x), geometry);
  }

  maxPool2dGrad(g: Storage, x: Storage, y: Storage, geometry: PoolGeometry): Storage {
    return maxPool2dGrad(this.#rt, on(g), on(x), on(y), geometry);
  }

  avgPool2d(x: Storage, geometry: PoolGeometry): Storage {
    return pool2d(this.#rt, "avgPool2d", on(x), geometry);
  }

  avgPool2dGrad(g: Storage, geometry: PoolGeometry): Storage {
    return avgPool2dGrad(this.#rt, on(g), geometry);
  }

  // ---- batch norm

  channelMoments(x: Storage, geometry: ChannelGeometry): [mean: Storage, variance: Storage] {
    return channelMoments(this.#rt, on(x), geometry);
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
    return batchNorm(this.#rt, on(x), [mean, variance, weight, bias].map(on), eps, geometry);
  }

  batchNormParamGrads(
    g: Storage,
    x: Storage,
    mean: Storage,
    variance: Storage,
    eps: number,
    geometry: ChannelGeometry,
  ): [weightGrad: Storage, biasGrad: Storage] {
    return batchNormParamGrads(this.#rt, on(g), on(x), on(mean), on(variance), eps, geometry);
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
    const channels = [mean, variance, weight, weightGrad, biasGrad].map(on);
    return batchNormInputGrad(this.#rt, on(g), on(x), channels, eps, geometry);
  }

  // ---- in place

  accumulate(y: Storage, x: Storage, alpha: number, beta: number): void {
    accumulate(this.#rt, on(y), on(x), alpha, beta);
  }

  adam(parameter: Storage, grad: Storage, mean: Storage, square: Storage, step: AdamStep): void {
    adam(this.#rt, on(parameter), on(grad), on(mean), on(square), step);
  }

  sgd(parameter: Storage, grad: Storage, velocity: Storage | undefined, first: boolean, step: SgdStep): void {
    sgd(this.#rt, on(parameter), on(grad), velocity && on(velocity), first, step);
  }
}
