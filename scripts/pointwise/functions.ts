/** What rows of the pointwise table may call, and what it is called in the languages of kernels. */

export interface Names {
  /** `math` is the wasm backend's kernels/math.ts. */
  readonly simd: string;
  /** Mostly of the GPU.js backend's kernels/math.ts: GPUs compute less exactly than JavaScript does. */
  readonly gpuJs: string;
  /** WGSL's own, or of math.wgsl. */
  readonly wgsl: string;
}

export const FUNCTIONS: ReadonlyMap<string, Names> = new Map([
  ["Math.abs", { simd: "f32x4.abs", gpuJs: "Math.abs", wgsl: "abs" }],
  ["Math.cos", { simd: "math.cos", gpuJs: "cosOf", wgsl: "cosOf" }],
  ["Math.exp", { simd: "math.exp", gpuJs: "expOf", wgsl: "expOf" }],
  ["Math.expm1", { simd: "math.expm1", gpuJs: "expm1Of", wgsl: "expm1Of" }],
  ["Math.floor", { simd: "f32x4.floor", gpuJs: "Math.floor", wgsl: "floor" }],
  ["Math.log", { simd: "math.log", gpuJs: "logOf", wgsl: "logOf" }],
  ["Math.log1p", { simd: "math.log1p", gpuJs: "log1pOf", wgsl: "log1pOf" }],
  ["Math.max", { simd: "f32x4.max", gpuJs: "maxOf", wgsl: "maxOf" }],
  ["Math.min", { simd: "f32x4.min", gpuJs: "minOf", wgsl: "minOf" }],
  ["Math.pow", { simd: "math.pow", gpuJs: "powOf", wgsl: "powOf" }],
  ["Math.sin", { simd: "math.sin", gpuJs: "sinOf", wgsl: "sinOf" }],
  ["Math.sqrt", { simd: "f32x4.sqrt", gpuJs: "Math.sqrt", wgsl: "sqrt" }],
  ["Math.tanh", { simd: "math.tanh", gpuJs: "tanhOf", wgsl: "tanhOf" }],
  ["errorFunction", { simd: "math.errorFunction", gpuJs: "errorFunction", wgsl: "errorFunction" }],
  ["gaussian", { simd: "math.gaussian", gpuJs: "gaussian", wgsl: "gaussian" }],
  ["log1pExp", { simd: "math.log1pExp", gpuJs: "log1pExp", wgsl: "log1pExp" }],
  ["logistic", { simd: "math.logistic", gpuJs: "logistic", wgsl: "logistic" }],
  ["normalCdf", { simd: "math.normalCdf", gpuJs: "normalCdf", wgsl: "normalCdf" }],
  ["roundHalfEven", { simd: "f32x4.nearest", gpuJs: "roundHalfEven", wgsl: "round" }],
]);
