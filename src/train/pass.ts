/** runPass: a batch through a model to a loss; where that is no finite number, which operation is to blame. */

import type { Batch, Targets } from "../data/batch.js";
import type { Module } from "../layers/module.js";
import { AnomalyError, allFinite, detectAnomaly } from "../tensor/anomaly.js";
import { generatorStates, setGeneratorStates } from "../tensor/generator-states.js";
import { scope } from "../tensor/scope.js";
import { formatShape, type Shape, ShapeError } from "../tensor/shape.js";
import { checkTensor, type Tensor } from "../tensor/tensor.js";
import type { LossFunction } from "./target-loss.js";

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

/** The names of a model's parameters and buffers that have NaN or infinity in them. */
export async function brokenNumbers(model: Module): Promise<string[]> {
  const broken: string[] = [];
  for (const [name, value] of Object.entries(model.stateDict())) {
    if (!(await allFinite(value))) broken.push(name);
    value.dispose();
  }
  return broken;
}

/**
 * Refuses a model that is broken already, though no loss has told yet.
 * @throws BrokenLossError naming each parameter and buffer with NaN or infinity
 */
export async function checkWeights(model: Module, where: string): Promise<void> {
  const broken = await brokenNumbers(model);
  if (broken.length > 0) throw new BrokenLossError(`${where}: NaN or infinity in ${broken.join(", ")}`, true);
}

/** What becomes of a batch. */
export interface Pass {
  /** [N, C] */
  output: Tensor;
  loss: Tensor;
}

/**
 * What a model and a loss make of a batch.
 * @throws ArgumentError when one of them gives no tensor
 */
export function forwardPass(
  who: string,
  model: Module,
  { inputs, targets }: Batch,
  lossFunction: LossFunction<Targets>,
): Pass {
  const output = model.forward(inputs);
  checkTensor(who, "what the model returns", output);
  const loss = lossFunction(output, targets);
  checkTensor(who, "what the loss returns", loss);
  if (loss.size !== 1) {
    throw new ShapeError(
      `${who}: what the loss returns must be one number, got ${formatShape(loss.shape)}; mean() makes one`,
    );
  }
  return { output, loss };
}

/** What a pass is run on, for whoever asks what is broken. */
interface PassContext {
  readonly model: Module;
  readonly batch: Batch;
  /** For messages: "epoch 3, step 17". */
  readonly where: string;
}

/** @throws BrokenLossError naming the first example of the batch with NaN or infinity in these numbers of it */
async function blameData(where: string, name: keyof Batch, values: Tensor): Promise<never> {
  const [count] = values.shape;
  const numbers = await values.data();
  const at = numbers.findIndex((value) => !Number.isFinite(value));
  throw new BrokenLossError(
    `${where}: there is ${numbers[at]} in the batch's ${name} ${formatShape(values.shape)}, first in example ` +
      `${Math.floor((at * count) / numbers.length)}: look for such numbers in the data`,
  );
}

/** Runs a pass and looks at every operation in it. */
async function checkedPass(pass: () => Pass, { model, batch, where }: PassContext): Promise<Pass> {
  try {
    return await detectAnomaly(pass);
  } catch (error) {
    if (!(error instanceof AnomalyError)) throw error;
    if (error.given === batch.inputs) await blameData(where, "inputs", batch.inputs);
    if (error.given && error.given === batch.targets) await blameData(where, "targets", error.given);
    const [broken] = Array.from(model.namedParameters()).find(([, parameter]) => parameter === error.given) ?? [];
    const message = `${where}: ${error.message}`;
    if (broken === undefined) throw new BrokenLossError(message);
    throw new BrokenLossError(
      `${message}, which is ${broken}: an earlier step has broken it. With detectAnomaly, fit looks at every step`,
      true,
    );
  }
}

/**
 * Runs a pass and reads what it came to; a pass whose loss is broken is run again with an eye on every operation.
 * @param pass changes no weights; draws from none but the default generators
 * @param context what it is run on
 * @param check looks at every operation from the start
 * @throws BrokenLossError naming what of the batch is NaN or infinite, or else the first operation that made it, and the
 *   shapes
 */
export async function runPass(
  pass: () => Pass,
  context: PassContext,
  check = false,
): Promise<{ values: Float32Array; shape: Shape; mean: number }> {
  const generators = generatorStates();
  // What the pass made on the way, with or without a gradient, goes with its scope.
  const scoped = () => scope(pass);
  const { output, loss } = check ? await checkedPass(scoped, context) : scoped();
  const [values, mean, { shape }] = [await output.data(), await loss.item(), output];
  output.dispose();
  loss.dispose();
  if (Number.isFinite(mean)) return { values, shape, mean };
  // With the same masks of dropout.
  setGeneratorStates(generators);
  await checkedPass(scoped, context);
  throw new BrokenLossError(`${context.where}: the loss is ${mean}, but not when the pass is repeated`);
}
