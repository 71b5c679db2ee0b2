/** The reference backend: plain loops over typed arrays. It defines the right answer; read it first. */

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
  DType,
  FloatArray,
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
import { matmul } from "./matmul.js";
import { cat, indexAdd, indexSelect, pad, view } from "./movement.js";
import { accumulate, adam, sgd } from "./optimizers.js";
import { binary, unary, unaryGrad } from "./pointwise.js";
import { avgPool2d, avgPool2dGrad, maxPool2d, maxPool2dGrad } from "./pool2d.js";
import { argMax, reduce } from "./reduce.js";
import { softmax, softmaxGrad } from "./softmax.js";

/** Numbers in a typed array; `undefined` once freed. */
class JsStorage implements Storage {
  readonly size: number;
  #values: FloatArray | undefined;

  constructor(values: FloatArray) {
    this.size = values.length;
    this.#values = values;
  }

  get values(): FloatArray {
    if (!this.#values) throw new Error("js: this storage has been freed");
    return this.#values;
  }

  drop(): void {
    this.#values = undefined;
  }
}

function values(x: Storage): FloatArray {
  return (x as JsStorage).values;
}

export class JsBackend implements Backend {
  readonly name: string;
  readonly dtype: DType;
  readonly device = "plain loops on one thread";
  readonly #info: MemoryInfo = { bytes: 0, storages: 0, reserved: 0 };

  constructor(dtype: DType = "float32") {
    this.dtype = dtype;
    this.name = dtype === "float64" ? "js:float64" : "js";
  }

  // ---- memory

  #allocate(size: number): FloatArray {
    return this.dtype === "float64" ? new Float64Array(size) : new Float32Array(size);
  }

  #own(array: FloatArray): Storage {
    this.#info.bytes += array.byteLength;
    this.#info.reserved += array.byteLength;
    this.#info.storages++;
    return new JsStorage(array);
  }

  /** A new storage of `size` zeros that `compute` fills. */
  #make(size: number, compute: (out: FloatArray) => void): Storage {
    const out = this.#allocate(size);
    compute(out);
    return this.#own(out);
  }

  upload(source: ArrayLike<number>): Storage {
    return this.#make(source.length, (out) => out.set(source));
  }

  fill(size: number, value: number): Storage {
    return this.#make(size, (out) => out.fill(value));
  }

  dropoutMask(size: number, p: number, value: number, draws: Draws): Storage {
    return this.#make(size, (out) => drawMask(out, p, value, draws));
  }

  async read(x: Storage): Promise<FloatArray> {
    return this.readSync(x);
  }

  readSync(x: Storage): FloatArray {
    return values(x).slice();
  }

  free(x: Storage): void {
    const { byteLength } = values(x);
    this.#info.bytes -= byteLength;
    this.#info.reserved -= byteLength;
    this.#info.storages--;
    (x as JsStorage).drop();
  }

  memory(): MemoryInfo {
    return { ...this.#info };
  }

  // ---- pointwise

  unary(rule: UnaryRule, x: Storage, a: number, b: number): Storage {
    return this.#make(x.size, (out) => unary(out, rule, values(x), a, b));
  }

  unaryGrad(rule: UnaryRule, g: Storage, x: Storage, y: Storage, a: number, b: number): Storage {
    return this.#make(g.size, (out) => unaryGrad(out, rule, values(g), values(x), values(y), a, b));
  }

  binary(rule: BinaryRule, a: Storage, b: Storage, geometry: BroadcastGeometry): Storage {
    return this.#make(sizeOf(geometry.shape), (out) => binary(out, rule, values(a), values(b), geometry));
  }

  // ---- reductions

  reduce(name: ReduceName, x: Storage, geometry: AxisGeometry): Storage {
    return this.#make(geometry.outer * geometry.inner, (out) => reduce(out, name, values(x), geometry));
  }

  argMax(x: Storage, geometry: AxisGeometry): Storage {
    return this.#make(geometry.outer * geometry.inner, (out) => argMax(out, values(x), geometry));
  }

  softmax(x: Storage, geometry: AxisGeometry, log: boolean): Storage {
    return this.#make(x.size, (out) => softmax(out, values(x), geometry, log));
  }

  softmaxGrad(g: Storage, y: Storage, geometry: AxisGeometry, log: boolean): Storage {
    return this.#make(g.size, (out) => softmaxGrad(out, values(g), values(y), geometry, log));
  }

  // ---- movement

  view(x: Storage, geometry: ViewGeometry): Storage {
    return this.#make(sizeOf(geometry.shape), (out) => view(out, values(x), geometry));
  }

  pad(x: Storage, geometry: PadGeometry, value: number): Storage {
    return this.#make(sizeOf(geometry.outShape), (out) => pad(out, values(x), geometry, value));
  }

  cat(parts: readonly Storage[], sizes: readonly number[], outer: number, inner: number): Storage {
    const total = sizes.reduce((sum, n) => sum + n, 0);
    return this.#make(outer * total * inner, (out) => cat(out, parts.map(values), sizes, outer, inner));
  }

  indexSelect(x: Storage, indices: Int32Array, geometry: AxisGeometry): Storage {
    const size = geometry.outer * indices.length * geometry.inner;
    return this.#make(size, (out) => indexSelect(out, values(x), indices, geometry));
  }

  indexAdd(g: Storage, indices: Int32Array, geometry: AxisGeometry): Storage {
    const { outer, n, inner } = geometry;
    return this.#make(outer * n * inner, (out) => indexAdd(out, values(g), indices, geometry));
  }

  // ---- structural

  matmul(a: Storage, b: Storage, geometry: MatmulGeometry): Storage {
    const { batch, m, n } = geometry;
    return this.#make(batch * m * n, (out) => matmul(out, values(a), values(b), geometry));
  }

  conv2d(x: Storage, w: Storage, bias: Storage | undefined, geometry: ConvGeometry): Storage {
    const { n, o, outH, outW } = geometry;
    return this.#make(n * o * outH * outW, (out) => conv2d(out, values(x), values(w), bias && values(bias), geometry));
  }

  conv2dInputGrad(g: Storage, w: Storage, geometry: ConvGeometry): Storage {
    const { n, c, h, w: width } = geometry;
    return this.#make(n * c * h * width, (out) => conv2dInputGrad(out, values(g), values(w), geometry));
  }

  conv2dWeightGrad(x: Storage, g: Storage, geometry: ConvGeometry): Storage {
    const { o, c, groups, kH, kW } = geometry;
    return this.#make((o * c * kH * kW) / groups, (out) => conv2dWeightGrad(out, values(x), values(g), geometry));
  }

  maxPool2d(x: Storage, geometry: PoolGeometry): Storage {
    const { planes, outH, outW } = geometry;
    return this.#make(planes * outH * outW, (out) => maxPool2d(out, values(x), geometry));
  }

  maxPool2dGrad(g: Storage, x: Storage, _y: Storage, geometry: PoolGeometry): Storage {
    return this.#make(x.size, (out) => maxPool2dGrad(out, values(g), values(x), geometry));
  }

  avgPool2d(x: Storage, geometry: PoolGeometry): Storage {
    const { planes, outH, outW } = geometry;
    return this.#make(planes * outH * outW, (out) => avgPool2d(out, values(x), geometry));
  }

  avgPool2dGrad(g: Storage, geometry: PoolGeometry): Storage {
    const { planes, h, w } = geometry;
    return this.#make(planes * h * w, (out) => avgPool2dGrad(out, values(g), geometry));
  }

  // ---- batch norm

  channelMoments(x: Storage, geometry: ChannelGeometry): [mean: Storage, variance: Storage] {
    const mean = this.#allocate(geometry.c);
    const variance = this.#allocate(geometry.c);
    channelMoments(mean, variance, values(x), geometry);
    return [this.#own(mean), this.#own(variance)];
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
    return this.#make(x.size, (out) =>
      batchNorm(out, values(x), values(mean), values(variance), values(weight), values(bias), eps, geometry),
    );
  }

  batchNormParamGrads(
    g: Storage,
    x: Storage,
    mean: Storage,
    variance: Storage,
    eps: number,
    geometry: ChannelGeometry,
  ): [weightGrad: Storage, biasGrad: Storage] {
    const weightGrad = this.#allocate(geometry.c);
    const biasGrad = this.#allocate(geometry.c);
    batchNormParamGrads(weightGrad, biasGrad, values(g), values(x), values(mean), values(variance), eps, geometry);
    return [this.#own(weightGrad), this.#own(biasGrad)];
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
    return this.#make(x.size, (out) =>
      batchNormInputGrad(
        out,
        values(g),
        values(x),
        values(mean),
        values(variance),
        values(weight),
        values(weightGrad),
        values(biasGrad),
        eps,
        geometry,
      ),
    );
  }

  // ---- in place

  accumulate(y: Storage, x: Storage, alpha: number, beta: number): void {
    accumulate(values(y), values(x), alpha, beta);
  }

  adam(parameter: Storage, grad: Storage, mean: Storage, square: Storage, step: AdamStep): void {
    adam(values(parameter), values(grad), values(mean), values(square), step);
  }

  sgd(parameter: Storage, grad: Storage, velocity: Storage | undefined, first: boolean, step: SgdStep): void {
    sgd(values(parameter), values(grad), velocity && values(velocity), first, step);
  }
}
