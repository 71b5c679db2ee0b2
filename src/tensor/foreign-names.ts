/** What other libraries let be read of a tensor or assigned to it, and what is written here instead. */

import { guard, refuseNames } from "./known-names.js";
import { slipOf } from "./nearest-name.js";
import { Tensor } from "./tensor.js";

/** What is here, but cannot be assigned to. */
const READ_ONLY: Readonly<Record<string, string>> = {
  data: "write x.copyFrom(source), and read by await x.data()",
  shape: "write y = x.reshape(shape)",
  size: "write y = x.reshape(shape)",
};

/** What arrays, NumPy and PyTorch have. Here it would be undefined, which many a loop takes for 0. */
const ELSEWHERE = /^(length|numel|n?dim|[Tt]|view|numpy|tolist|device|cuda|cpu)$/;

/** Why a tensor refuses a name that it does not have; undefined where it takes it. */
function refusal(name: string): string | undefined {
  if (/^-?\d+$/.test(name)) {
    return `x[${name}] cannot be read or assigned to: write await x.data(), x.slice(dim, start, end) or where(…)`;
  }
  const meant = ELSEWHERE.test(name)
    ? "x.shape, x.size, x.reshape(shape), x.transpose(0, 1), await x.data() or await x.to(backend)"
    : slipOf(name, ["requiresGrad", "grad"]);
  return meant && `a tensor has no ${name}; write ${meant}`;
}

/** Internal: from now on, tensors say so. */
export function refuseForeignNames(): void {
  for (const [name, advice] of Object.entries(READ_ONLY)) {
    const { get, value } = Object.getOwnPropertyDescriptor(Tensor.prototype, name)!;
    guard(Tensor.prototype, name, get ?? (() => value), advice);
  }
  refuseNames(Tensor, (_, name) => refusal(name), true);
}
