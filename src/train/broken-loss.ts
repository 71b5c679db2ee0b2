/** BrokenLossError: training cannot go on, because there is NaN or infinity in it, and which operation is to blame. */

import type { Module } from "../layers/module.js";
import { AnomalyError, allFinite, detectAnomaly } from "../tensor/anomaly.js";
import type { Tensor } from "../tensor/tensor.js";

/** Training cannot go on: there is NaN or infinity in it. The message says where it came from. */
export class BrokenLossError extends Error {
  override name = "BrokenLossError";
  /** True where the parameters had been broken before: the gradients of an earlier step did it. */
  readonly modelWasBroken: boolean;

  constructor(message: string, modelWasBroken = false) {
    super(message);
    this.modelWasBroken = modelWasBroken;
  }
}

/**
 * Refuses a model that is broken already, though no loss has told yet.
 * @throws BrokenLossError naming the first parameter with NaN or infinity
 */
export async function checkWeights(model: Module, where: string): Promise<void> {
  for (const [name, parameter] of model.namedParameters()) {
    if (!(await allFinite(parameter))) throw new BrokenLossError(`${where}: ${name} has NaN or infinity`, true);
  }
}

/** What a step computes before it changes the model. */
export interface Pass {
  output: Tensor;
  loss: Tensor;
}

/**
 * Runs a step's forward and backward pass and looks at every operation in them.
 * @param where for the message: "epoch 3, step 17"
 * @throws BrokenLossError naming the first operation that made NaN or infinity, and the shapes
 */
export async function checkedPass(pass: () => Pass, model: Module, where: string): Promise<Pass> {
  try {
    return await detectAnomaly(pass);
  } catch (error) {
    if (!(error instanceof AnomalyError)) throw error;
    const [broken] = Array.from(model.namedParameters()).find(([, parameter]) => parameter === error.given) ?? [];
    const message = `${where}: ${error.message}`;
    if (broken === undefined) throw new BrokenLossError(message);
    throw new BrokenLossError(
      `${message}, which is ${broken}: the gradients of an earlier step have broken it. detectAnomaly tells which ` +
        "operation made them",
      true,
    );
  }
}
