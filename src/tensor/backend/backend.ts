/** What a device must do (`Primitives`), what follows from it (`Composed`), and the numbers that both are told. */

import type { Draws } from "../random.js";
import type { Shape } from "../shape.js";

/** Element type: float32 everywhere; float64 on `js` only, for gradient checks. */
export type DType = "float32" | "float64";

/** Numbers of either element type. */
export type FloatArray = Float32Array | Float64Array;

/**
 * The numbers of one tensor, somewhere on a device: opaque to all but the backend that made it.
 * It is a handle: kernels that update in place may put another buffer behind it.
 */
export interface Storage {
  /** Number of elements. */
  readonly size: number;
}

/** What a backend holds. */
export interface MemoryInfo {
  /** Bytes held by live storages. */
  bytes: number;
  /** Number of live storages. */
  storages: number;
  /** Bytes taken from the system, live or kept for reuse. */
  reserved: number;
}

// ---- pointwise ---------------------------------------------------------------------------------

// biome-ignore format: a list of names
/** Every unary op: the names of the ops' rows, and of the kernels that are made from them. */
export type UnaryName =
  | "neg" | "exp" | "log" | "sqrt" | "abs" | "square" | "pow" | "clamp" | "relu" | "leakyRelu"
  | "sigmoid" | "tanh" | "gelu" | "silu" | "softplus" | "reciprocal" | "rsqrt" | "sign" | "floor"
  | "round" | "sin" | "cos" | "expm1" | "log1p" | "erf" | "elu" | "hardtanh" | "hardsigmoid"
  | "hardswish" | "softsign";

// biome-ignore format: a list of names
/** Every binary op, with broadcasting. `eq`, `lt` and `le` give 1 or 0. */
export type BinaryName =
  "add" | "sub" | "mul" | "div" | "pow" | "maximum" | "minimum" | "eq" | "lt" | "le" | "keepWhere";

/** y = f(x; a, b), element by element. */
export interface UnaryFormula {
  readonly name: UnaryName;
  readonly f: (x: number, a: number, b: number) => number;
}

/**
 * y = f(x; a, b), and what reaches x from g = ∂L/∂y.
 * The two numbers are the op's own options (slope, exponent, bounds), 0 where it has none.
 * Rules are plain arithmetic on numbers, so that a backend may call them or inline their text.
 */
export interface UnaryRule extends UnaryFormula {
  readonly df: (g: number, x: number, y: number, a: number, b: number) => number;
  /** Which of x and y the gradient reads. The other is not kept: its place is filled with this one. */
  readonly saves: "x" | "y";
}

/** y = f(a, b), element by element. */
export interface BinaryRule {
  readonly name: BinaryName;
  readonly f: (a: number, b: number) => number;
}

/** Both operands read with strides over the same output shape; a stride of 0 repeats (broadcasting). */
export interface BroadcastGeometry {
  readonly shape: Shape;
  readonly aStrides: readonly number[];
  readonly bStrides: readonly number[];
}

// ---- reductions and movement -------------------------------------------------------------------

/** Every reduction along an axis. */
export type ReduceName = "sum" | "max" | "min";

/** A row-major [outer, n, inner] box: ops act along its middle axis. */
export interface AxisGeometry {
  readonly outer: number;
  readonly n: number;
  readonly inner: number;
}

/** y[i0, i1, …] = x[offset + Σ i_d · strides_d]: permute, slice with steps, and expand in one. */
export interface ViewGeometry {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** x lies in y at before_d + i_d · step_d along each axis; everything else is `value`. Adjoint of a slice. */
export interface PadGeometry {
  readonly inShape: Shape;
  readonly outShape: Shape;
  readonly before: readonly number[];
  readonly step: readonly number[];
}

// ---- products and windows ----------------------------------------------------------------------

/** C[batch, m, n] = op(A) · op(B), op being transposition where asked. */
export interface MatmulGeometry {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** A is stored [k, m] instead of [m, k]. */
  readonly transA: boolean;
  /** B is stored [n, k] instead of [k, n]. */
  readonly transB: boolean;
  /** Elements from one matrix of A to the next; 0 where one A serves the whole batch. */
  readonly aStride: number;
  readonly bStride: number;
}

/** Windows of kH × kW that slide over planes of h × w, and the outH × outW places that they take. */
export interface WindowGeometry {
  readonly h: number;
  readonly w: number;
  readonly kH: number;
  readonly kW: number;
  readonly outH: number;
  readonly outW: number;
  readonly strideH: number;
  readonly strideW: number;
  readonly padH: number;
  readonly padW: number;
}

/** Convolution of x [N, C, H, W] with w [O, C / groups, kH, kW] to y [N, O, outH, outW]. */
export interface ConvGeometry extends WindowGeometry {
  readonly n: number;
  readonly c: number;
  readonly o: number;
  readonly dilationH: number;
  readonly dilationW: number;
  readonly groups: number;
}

/** Pooling of x [N, C, H, W]; `planes` is N · C. */
export interface PoolGeometry extends WindowGeometry {
  readonly planes: number;
  /** Average pooling only: padding counts in the divisor, as in PyTorch's default; what lies behind it does not. */
  readonly countIncludePad: boolean;
  /** Average pooling only: what sums are divided by instead of how many elements they have. */
  readonly divisorOverride?: number;
}

// ---- normalization -----------------------------------------------------------------------------

/** A batch of n images with c channels of `pixels` values each. */
export interface ChannelGeometry {
  readonly n: number;
  readonly c: number;
  readonly pixels: number;
}

/** Mean and biased variance of each channel. */
export interface ChannelMoments {
  readonly mean: Storage;
  readonly variance: Storage;
}

/** x̂ = (x − mean) / √(variance + eps). */
export interface Normalized extends ChannelMoments {
  readonly x: Storage;
  readonly eps: number;
}

/** Scale and shift of each channel, or their gradients. */
export interface ChannelAffine {
  readonly weight: Storage;
  readonly bias: Storage;
}

/** The activations that a convolution may do on its way: max(y, 0), and min(max(y, 0), 6). */
export type ClampName = "relu" | "relu6";

/** A normalization by numbers that stay as they are. */
export type ConstantNorm = Omit<Normalized & ChannelAffine, "x">;

/** What becomes of the results of a convolution: normalized by constants, then clamped, then pooled. */
export interface ConvEpilogue {
  readonly norm?: ConstantNorm;
  readonly activation?: ClampName;
  /** Whether only the largest of each two by two is kept, [N, O, ⌊outH / 2⌋, ⌊outW / 2⌋]: `maxPool2d` with a window of 2. */
  readonly halves?: boolean;
}

// ---- optimizers --------------------------------------------------------------------------------

/** A parameter, its gradient, and the running means of the gradient and of its square. */
export interface AdamTensors {
  readonly parameter: Storage;
  readonly grad: Storage;
  readonly mean: Storage;
  readonly square: Storage;
}

/** One Adam step. `decoupled` is AdamW: weights decay directly instead of through the gradient. */
export interface AdamStep {
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  readonly weightDecay: number;
  readonly decoupled: boolean;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ after t steps. */
  readonly correction1: number;
  readonly correction2: number;
}

/** A parameter, its gradient, and its velocity where there is momentum. */
export interface SgdTensors {
  readonly parameter: Storage;
  readonly grad: Storage;
  readonly velocity?: Storage;
}

/** One step of SGD, by the options of torch.optim.SGD. */
export interface SgdStep {
  readonly lr: number;
  readonly momentum: number;
  readonly dampening: number;
  readonly weightDecay: number;
  readonly nesterov: boolean;
  /** On the first step the velocity becomes the gradient itself. */
  readonly first: boolean;
}

// ---- the interface -----------------------------------------------------------------------------

/**
 * What a device must bring. Every method but `read` returns at once. Results are new storages that the caller owns;
 * `accumulate` alone changes what is there. Geometry arrives checked; kernels need not check it again.
 */
export interface Primitives {
  /** As `useBackend` takes it. */
  readonly name: string;
  /** What it computes in. */
  readonly dtype: DType;
  /** What computes, in words: threads and instructions, or the adapter in its driver's words. */
  readonly device: string;
  /** Why every operation fails from now on; undefined as long as they do not. */
  readonly failure?: string;

  // memory
  /** The given numbers. */
  upload(values: ArrayLike<number>): Storage;
  /** `size` times the same number. */
  fill(size: number, value: number): Storage;
  /** A copy of the numbers. */
  read(x: Storage): Promise<FloatArray>;
  /** A copy of the numbers, at once; only on backends that live in the host's memory. */
  readSync?(x: Storage): FloatArray;
  /**
   * Moves the numbers into an array that JavaScript's garbage collector frees when nobody has the storage any more, until
   * an operation uses it: it is brought back then. Without this method, results that nobody disposes of stay.
   */
  putAside?(x: Storage): void;
  /** Gives a storage back; nobody may use it any more. */
  free(x: Storage): void;
  /** What is held now. */
  memory(): MemoryInfo;

  // pointwise
  /** rule.f of every element. */
  unary(rule: UnaryFormula, x: Storage, a: number, b: number): Storage;
  /** rule.df of every element. */
  unaryGrad(rule: UnaryRule, g: Storage, x: Storage, y: Storage, a: number, b: number): Storage;
  /** rule.f of every pair of elements. */
  binary(rule: BinaryRule, a: Storage, b: Storage, geometry: BroadcastGeometry): Storage;
  /** y ← alpha·y + beta·x, in place. An alpha of 0 overwrites y whatever it held, NaN included. */
  accumulate(y: Storage, x: Storage, alpha: number, beta: number): void;

  // reduction and movement
  /** Sum, largest or smallest element along the middle axis: [outer, n, inner] → [outer, inner]. */
  reduce(name: ReduceName, x: Storage, geometry: AxisGeometry): Storage;
  /** Elements in another order, some left out or repeated: see `ViewGeometry`. */
  view(x: Storage, geometry: ViewGeometry): Storage;
  /** Elements with others around or between them: see `PadGeometry`. */
  pad(x: Storage, geometry: PadGeometry, value: number): Storage;
  /** y[·, j, ·] = x[·, indices[j], ·]. */
  indexSelect(x: Storage, indices: Int32Array, geometry: AxisGeometry): Storage;
  /** Adjoint of `indexSelect`: zeros [outer, n, inner] with g[·, j, ·] added at indices[j], in order of j. */
  indexAdd(g: Storage, indices: Int32Array, geometry: AxisGeometry): Storage;

  // products
  /** Matrix products: see `MatmulGeometry`. */
  matmul(a: Storage, b: Storage, geometry: MatmulGeometry): Storage;
  /** y[n, o, i, j] = bias[o] + Σ over c, k, l of x[n, c, i·stride − pad + k·dilation, …] · w[o, c, k, l]. */
  conv2d(x: Storage, w: Storage, bias: Storage | undefined, geometry: ConvGeometry, epilogue?: ConvEpilogue): Storage;
  /**
   * Whether `conv2d` takes epilogues, in the same pass over memory and with the bits of `conv2d`, `normalize`, the
   * activation and `maxPool2d` one after another; otherwise it is never given any.
   */
  readonly hasEpilogues?: boolean;
  /** ∂L/∂x from g = ∂L/∂y. */
  conv2dInputGrad(g: Storage, w: Storage, geometry: ConvGeometry): Storage;
  /** ∂L/∂w from g = ∂L/∂y. */
  conv2dWeightGrad(x: Storage, g: Storage, geometry: ConvGeometry): Storage;
}

/** What follows from the primitives: `completeBackend` has a version of each, for devices without a faster one. */
export interface Composed {
  // random numbers: number i is draw i of those that were set aside
  /** `size` numbers: 0 where a draw from [0, 1) is below p, otherwise `value`. */
  dropoutMask(size: number, p: number, value: number, draws: Draws): Storage;
  /** `size` numbers (u + shift) · scale, u being draws from [0, 1): computed in double precision, then rounded to float32. */
  uniform(size: number, shift: number, scale: number, draws: Draws): Storage;
  /** Parts [outer, n_i, inner] joined along the middle axis; `sizes` holds the n_i. */
  cat(parts: readonly Storage[], sizes: readonly number[], outer: number, inner: number): Storage;

  // along the middle axis of [outer, n, inner]
  /** Index of the first largest element along the middle axis, as a float. */
  argMax(x: Storage, geometry: AxisGeometry): Storage;
  /** exp(x) / Σ exp(x) along the middle axis, or its logarithm; the largest element is subtracted first. */
  softmax(x: Storage, geometry: AxisGeometry, log: boolean): Storage;
  /** From g and y = softmax(x): y·(g − Σ g·y); from y = logSoftmax(x): g − exp(y)·Σ g. */
  softmaxGrad(g: Storage, y: Storage, geometry: AxisGeometry, log: boolean): Storage;

  // pooling
  /** Largest element of each window; padding never wins; NaN does. */
  maxPool2d(x: Storage, geometry: PoolGeometry): Storage;
  /** g goes to the first element (row by row) of each window that equals its maximum; to its last NaN, if it has any. */
  maxPool2dGrad(g: Storage, x: Storage, y: Storage, geometry: PoolGeometry): Storage;
  /** Mean of each window. */
  avgPool2d(x: Storage, geometry: PoolGeometry): Storage;
  /** g, spread evenly over each window. */
  avgPool2dGrad(g: Storage, geometry: PoolGeometry): Storage;

  // normalization, one channel at a time over n · pixels values
  /** Mean and biased variance of each channel. */
  moments(x: Storage, geometry: ChannelGeometry): ChannelMoments;
  /** y = x̂ · weight + bias. */
  normalize(of: Normalized & ChannelAffine, geometry: ChannelGeometry): Storage;
  /** ∂L/∂weight = Σ g·x̂ and ∂L/∂bias = Σ g of each channel. */
  normalizeParamGrads(of: Normalized & { readonly g: Storage }, geometry: ChannelGeometry): ChannelAffine;
  /**
   * ∂L/∂x, with M = n · pixels: weight/√(variance + eps) · (g − grads.bias/M − x̂·grads.weight/M) where the moments are
   * x's own, `grads` being those of weight and bias. Pass zeros for both where the moments are constants.
   */
  normalizeInputGrad(
    of: Normalized & { readonly g: Storage; readonly weight: Storage; readonly grads: ChannelAffine },
    geometry: ChannelGeometry,
  ): Storage;

  // optimizers, which change everything but the gradient in place
  /** One step of Adam or AdamW. */
  adam(tensors: AdamTensors, step: AdamStep): void;
  /** One step of SGD, plain or with momentum. */
  sgd(tensors: SgdTensors, step: SgdStep): void;
}

/** A device, ready for every operation. */
export interface Backend extends Primitives, Composed {}
