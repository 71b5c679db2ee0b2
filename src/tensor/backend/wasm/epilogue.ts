/** Host side of what convolutions do to their results while these are still in the cache. */

import type { ConvEpilogue } from "../backend.js";
import type { Runtime } from "./runtime.js";
import { at } from "./storage.js";

/** Puts an epilogue where the kernels find it, while `use` runs; 0 where there is none. */
export function withEpilogue(
  rt: Runtime,
  epilogue: ConvEpilogue,
  channels: number,
  use: (address: number) => void,
): void {
  const { norm, activation, halves } = epilogue;
  if (!norm && !activation && !halves) {
    use(0);
    return;
  }
  const clamp = [activation ? 0 : Number.NaN, activation === "relu6" ? 6 : Infinity];
  const affine = norm ? [...[norm.mean, norm.variance, norm.weight, norm.bias].map(at), norm.eps] : [0, 0, 0, 0, 0];
  rt.withBytes([12 + channels * 12], (address) => {
    rt.run("setEpilogue", 1, [address, ...clamp, channels, ...affine]);
    use(address);
  });
}
