/** LambdaLR: the rate follows a function of one's own. */

import { aNumber, checkArgument, functions, refuseMore } from "../../tensor/arguments.js";
import { makeComplete } from "../../tensor/known-names.js";
import type { Optimizer } from "../optimizer.js";
import { Timed } from "./timed.js";

/**
 * lr = lr₀ · factor(t) after t calls of `step()`; the first rate is set at once. The function is not part of the state:
 * make the schedule with the same one to go on from a checkpoint.
 * @see torch.optim.lr_scheduler.LambdaLR
 */
export class LambdaLR extends Timed {
  readonly #factor: (t: number) => number;

  /**
   * @param optimizer whose rate to set, from the one that it has
   * @param factor of the number of calls of `step()`: what the rate is multiplied by
   */
  constructor(optimizer: Optimizer, factor: (t: number) => number, ...more: never[]) {
    super(optimizer);
    refuseMore("LambdaLR(optimizer, factor)", more);
    checkArgument("LambdaLR", "factor", factor, functions<(t: number) => number>());
    this.#factor = factor;
    this.set();
  }

  protected override rate(base: number, t: number): number {
    const factor = this.#factor(t);
    checkArgument("LambdaLR", "what the function returns", factor, aNumber);
    return base * factor;
  }
}

makeComplete(LambdaLR);
