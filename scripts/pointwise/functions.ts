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
  ["Math.exp", { simd: "math.exp", gpuJs: "expOf", wgsl: "expOf" }],
  ["Math.log", { simd: "math.log", gpuJs: "logOf", wgsl: "logOf" }],
  ["Math.max", { simd: "f32x4.max", gpuJs: "maxOf", wgsl: "maxOf" }],
  ["Math.min", { simd: "f32x4.min", gpuJs: "minOf", wgsl: "minOf" }],
  ["Math.pow", { simd: "math.pow", gpuJs: "powOf", wgsl: "powOf" }],
  ["Math.sqrt", { simd: "f32x4.sqrt", gpuJs: "Math.sqrt", wgsl: "sqrt" }],
  ["Math.tanh", { simd: "math.tanh", gpuJs: "tanhOf", wgsl: "tanhOf" }],
  ["gaussian", { simd: "math.gaussian", gpuJs: "gaussian", wgsl: "gaussian" }],
  ["log1pExp", { simd: "math.log1pExp", gpuJs: "log1pExp", wgsl: "log1pExp" }],
  ["logistic", { simd: "math.logistic", gpuJs: "logistic", wgsl: "logistic" }],
  ["normalCdf", { simd: "math.normalCdf", gpuJs: "normalCdf", wgsl: "normalCdf" }],
]);
