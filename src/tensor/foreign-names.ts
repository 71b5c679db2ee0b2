/** What other libraries let be read of a tensor or assigned to it, and what is written here instead. */

import { guard, refuseNames } from "./known-names.js";
import { plain, slipOf } from "./nearest-name.js";
import { Tensor } from "./tensor.js";

/** What is here, but cannot be assigned to. */
const READ_ONLY: Readonly<Record<string, string>> = {
  data: "write x.copyFrom(source), and read by await x.data()",
  shape: "write y = x.reshape(shape)",
  size: "write y = x.reshape(shape)",
};

/** What is written here, and what that is called elsewhere. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  "x.size": "length numel nelement",
  "x.shape.length": "dim ndim ndimension rank",
  "x.backend": "device is_cuda",
  "x.backend.dtype": "dtype",
  "x as it is, of float32": "float double half int long bool astype cast",
  "x as it is, row by row": "contiguous",
  "x.title, which says what made it": "is_leaf grad_fn",
  "x.requiresGrad": "trainable",
  "x.reshape(shape)": "view view_as reshape_as resize",
  "x.transpose(0, 1)": "t mt",
  "x.slice(dim, start, end)": "narrow",
  "x.matmul(y)": "mm bmm dot",
  "x.variance(dim)": "var",
  "x.max(dim)": "amax",
  "x.min(dim)": "amin",
  "x as it is: max gives the values, argMax their places": "values indices",
  "x.clone(), or y.copyFrom(x)": "copy",
  "x.copyFrom(source)": "fill zero",
  "unsqueeze(x, dim)": "expand_dims",
  "cat([x, y], dim)": "cat concat",
  "stack([x, y], dim)": "stack",
  "where(condition, x, y)": "where",
  "await x.data()": "numpy tolist array array_sync",
  "await x.to(backend)": "cuda cpu gpu",
};

/** Operations that are no methods. */
const FUNCTIONS = (
  "all any argMin argsort celu chunk cos cumsum elu erf expm1 flip floor gather ge gt hardsigmoid hardswish hardtanh isNaN " +
  "le log1p logSumExp lt maskedFill mish ne norm oneHot prod reciprocal relu6 repeat roll round rsqrt scatterAdd selu sign " +
  "sin softsign sort split squeeze std topk tril triu unsqueeze"
).split(" ");

/** By what a name is without underscores and capitals: what is written here. */
const written = new Map<string, string>();
for (const [here, names] of Object.entries(ELSEWHERE))
  for (const name of names.split(" ")) written.set(plain(name), here);
for (const name of FUNCTIONS) written.set(plain(name), `${name}(x, …)`);

/** What is written here for a name of elsewhere; undefined where it means nothing here: it may be a program's own. */
function insteadOf(name: string): string | undefined {
  const given = plain(name);
  const elsewhere = written.get(given);
  if (elsewhere !== undefined) return elsewhere;
  const isSame = (own: string) => plain(own) === given;
  const own = Object.getOwnPropertyNames(Tensor.prototype).find(isSame) ?? slipOf(name, ["requiresGrad"]);
  if (own === undefined) return undefined;
  const isMethod = typeof Object.getOwnPropertyDescriptor(Tensor.prototype, own)?.value === "function";
  return isMethod ? `${name.endsWith("_") ? "y = " : ""}x.${own}(…)` : `x.${own}`;
}

/** Why a tensor refuses a name that it does not have: undefined would pass for 0 in many a loop. */
function refusal(_: Tensor, name: string): string | undefined {
  if (/^-?\d+$/.test(name)) {
    return `x[${name}] cannot be read or assigned to: write await x.data(), x.slice(dim, start, end) or where(…)`;
  }
  const meant = insteadOf(name);
  return meant && `a tensor has no ${name}; write ${meant}`;
}

/** Internal: from now on, tensors say so. */
export function refuseForeignNames(): void {
  for (const [name, advice] of Object.entries(READ_ONLY)) {
    const { get, value } = Object.getOwnPropertyDescriptor(Tensor.prototype, name)!;
    guard(Tensor.prototype, name, get ?? (() => value), advice);
  }
  refuseNames(Tensor, refusal, refusal);
}
