/** Losses that want logits, and are given what has been squashed. */

import type { Tensor } from "../../tensor/tensor.js";

/** @throws Error when a loss that wants logits is given what `squash` has made of them */
export function checkLogits(name: string, logits: Tensor, squash: string, instead: string): void {
  if (logits.origin === squash) {
    throw new Error(
      `${name}: expected logits, got the result of ${squash}: give it what ${squash} was given${instead}`,
    );
  }
}
