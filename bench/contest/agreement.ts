/** Whether two libraries have computed the same. */

import type { Work } from "./protocol.js";

/** Of a result from the expected one, relative to its root mean square. Adam's first step amplifies rounding. */
const TOLERANCE: Record<Work, number> = { matmul: 1e-4, inference: 1e-3, training: 5e-3 };

/** @throws Error when the results differ */
export function checkAgreement(ours: readonly number[], theirs: readonly number[], work: Work): void {
  // Some peers cannot do all of a step: then only the first loss is compared.
  const n = Math.min(ours.length, theirs.length);
  if (n === 0) throw new Error("it gave no result");
  const rms = Math.sqrt(ours.reduce((sum, x) => sum + x * x, 0) / ours.length);
  for (let i = 0; i < n; i++) {
    const difference = Math.abs(ours[i] - theirs[i]);
    if (!(difference <= TOLERANCE[work] * rms)) {
      throw new Error(`its result is not torchlet's: ${theirs[i]} instead of ${ours[i]} at ${i}`);
    }
  }
}
