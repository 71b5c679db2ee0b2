/** What every function that makes tensors can be told. */

import { aBoolean, type OptionKinds } from "../arguments.js";

export interface TensorOptions {
  /** Gradients are to reach this tensor. Default false. */
  requiresGrad?: boolean;
}

export const tensorKinds: OptionKinds<TensorOptions> = { requiresGrad: aBoolean };
