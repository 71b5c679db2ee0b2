/** What each operation computes, and where it is written: by the name that it reports itself by. */

/** By file, in `src/tensor/ops/`. Each text is from the file's own documentation, where a test finds it again. */
const DOCS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "conv-transpose2d.ts": {
    convTranspose2d: "y[n, o, i·stride + u·dilation − padding, …] += x[n, c, i, j] · w[c, o, u, v]",
  },
  "conv2d.ts": {
    conv2d:
      "y[n, o, i, j] = bias[o] + Σ_{c, u, v} w[o, c, u, v] · x[n, c, i·stride + u·dilation − padding, j·stride + …]",
  },
  "dropout.ts": {
    dropoutMask: "m / (1 − p), each m being 0 with probability p and 1 otherwise",
  },
  "matmul.ts": {
    matmul: "C[…, m, n] = Σ_k A[…, m, k] · B[…, k, n]",
  },
  "movement/cat.ts": {
    cat: "Joins `tensors` along `dim`",
  },
  "movement/clone.ts": {
    clone: "A copy of x",
  },
  "movement/gather.ts": {
    scatter: "Zeros in the given shape with each element of `src` added at its position",
  },
  "movement/index-select.ts": {
    indexSelect: "slice j of the result is slice indices[j] of x",
  },
  "movement/pad.ts": {
    pad: "Adds elements around x",
  },
  "movement/permute.ts": {
    permute: "axis d of the result is axis dims[d] of x",
  },
  "movement/reshape.ts": {
    reshape: "The same numbers in another shape",
  },
  "movement/slice.ts": {
    slice: "Elements start, start + step, … before `end` along `dim`",
  },
  "normalize.ts": {
    normalize: "y = (x − mean) / √(variance + eps) · weight + bias for each channel",
  },
  "pointwise/arithmetic.ts": {
    neg: "y = −x",
    add: "a + b, broadcast",
    sub: "a − b, broadcast",
    mul: "a · b, element by element, broadcast",
    div: "a / b, element by element, broadcast",
  },
  "pointwise/comparisons.ts": {
    eq: "1 where a = b, 0 elsewhere, broadcast",
    maximum: "The larger of a and b, broadcast",
    minimum: "The smaller of a and b, broadcast",
  },
  "pointwise/exponential-units.ts": {
    elu: "y = x where x > 0, alpha · (eˣ − 1) elsewhere",
  },
  "pointwise/exponentials.ts": {
    exp: "y = eˣ",
    log: "y = ln x",
  },
  "pointwise/hard-activations.ts": {
    hardtanh: "y = min(max(x, low), high)",
    hardsigmoid: "y = min(max(x + 3, 0), 6) / 6",
    hardswish: "y = x · min(max(x + 3, 0), 6) / 6",
    softsign: "y = x / (1 + |x|)",
  },
  "pointwise/keep-where.ts": {
    keepWhere: "a where b is not 0, and 0 elsewhere",
  },
  "pointwise/magnitude.ts": {
    abs: "y = |x|",
    clamp: "y = min(max(x, low), high)",
  },
  "pointwise/near-zero.ts": {
    expm1: "y = eˣ − 1",
    log1p: "y = ln(1 + x)",
    erf: "y = 2/√π · ∫₀ˣ e^(−t²) dt",
  },
  "pointwise/order.ts": {
    lt: "1 where a < b, 0 elsewhere, broadcast",
    le: "1 where a ≤ b, 0 elsewhere, broadcast",
  },
  "pointwise/powers.ts": {
    square: "y = x²",
    sqrt: "y = √x",
    pow: "y = x^exponent",
  },
  "pointwise/reciprocals.ts": {
    reciprocal: "y = 1 / x",
    rsqrt: "y = 1 / √x",
  },
  "pointwise/rectifiers.ts": {
    relu: "y = max(x, 0)",
    leakyRelu: "y = x where x > 0, negativeSlope · x elsewhere",
  },
  "pointwise/rounding.ts": {
    floor: "The largest whole number that is not above x",
    round: "The nearest whole number",
    sign: "y = 1 where x > 0, −1 where x < 0, and 0 elsewhere",
  },
  "pointwise/smooth-activations.ts": {
    sigmoid: "y = 1 / (1 + e⁻ˣ)",
    tanh: "y = tanh x",
    softplus: "y = ln(1 + eˣ)",
    gelu: "y = x·Φ(x), Φ being the standard normal's distribution function",
    silu: "y = x·σ(x), σ being the logistic function",
  },
  "pointwise/trigonometry.ts": {
    sin: "y = sin x",
    cos: "y = cos x",
  },
  "pooling/avg-pool2d.ts": {
    avgPool2d: "Mean of each window",
  },
  "pooling/max-pool2d.ts": {
    maxPool2d: "Largest element of each window",
  },
  "reduce.ts": {
    max: "Largest element over the axes `dim`",
    min: "Smallest element over the axes `dim`",
    argMax: "Index of the first largest element along `dim`",
  },
  "softmax.ts": {
    softmax: "y_i = exp(x_i) / Σ_j exp(x_j) along `dim`",
    logSoftmax: "y_i = x_i − ln Σ_j exp(x_j) along `dim`",
  },
  "sort.ts": {
    sort: "The elements along `dim` in order",
  },
  "sum.ts": {
    sum: "Sum over the axes `dim`",
    expand: "Repeats axes of size 1",
  },
};

/** Internal: the names of all operations that are known here. */
export function documentedOps(): string[] {
  return Object.values(DOCS).flatMap((texts) => Object.keys(texts));
}

/** The formula of an operation and the file that it is in; of one that is not the library's own, neither. */
export function opDocs(name: string): { formula: string | undefined; source: string | undefined } {
  for (const [file, texts] of Object.entries(DOCS)) {
    if (Object.hasOwn(texts, name)) return { formula: texts[name], source: `src/tensor/ops/${file}` };
  }
  return { formula: undefined, source: undefined };
}
