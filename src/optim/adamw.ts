/** AdamW: Adam whose weights decay by themselves. */

import { checkOptions } from "../tensor/arguments.js";
import { makeComplete } from "../tensor/known-names.js";
import { Adam, type AdamOptions, adamKinds } from "./adam.js";
import type { ParametersOrGroups } from "./parameter-groups.js";

/**
 * Adam with θ ← (1 − lr·weightDecay)·θ in place of the penalty on the gradient.
 * @see I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", ICLR 2019, arXiv:1711.05101
 */
export class AdamW extends Adam {
  /** @param parameters what to change, such as `model.parameters()`, or groups `{ params, lr, … }` */
  constructor(parameters: ParametersOrGroups<AdamOptions>, options: AdamOptions = {}) {
    checkOptions(new.target.name, options, adamKinds);
    const { weightDecay = 0.01 } = options;
    super(parameters, { ...options, weightDecay });
  }

  protected override get decoupled(): boolean {
    return true;
  }
}

makeComplete(AdamW);
