/** predict: what a model says to each example. */

import { aDataset } from "../data/dataset.js";
import { TensorDataset } from "../data/tensor-dataset.js";
import { frozen } from "../layers/look-inside.js";
import { aModule, type Module } from "../layers/module.js";
import { likeliest } from "../metrics/likeliest.js";
import {
  aCount,
  checkArgument,
  checkOptions,
  isNumberArray,
  type Kind,
  type OptionKinds,
  wholeFrom,
} from "../tensor/arguments.js";
import { aSignal } from "../tensor/kinds.js";
import { noGrad } from "../tensor/scope.js";
import { formatShape, type Shape, ShapeError } from "../tensor/shape.js";
import { checkTensor, Tensor } from "../tensor/tensor.js";
import { aDataSource, checkNotEmpty, type DataSource, isDataset, walk } from "./data-source.js";
import { joinRows } from "./join-rows.js";
import { brokenNumbers } from "./pass.js";

export interface PredictOptions {
  /** Examples in a forward pass. Default 64; changes nothing but speed and memory. Batches of one's own are as they are. */
  batchSize?: number;
  /** Names the classes that the model finds likeliest, so many for each example. */
  topK?: number;
  /** Ends the pass, between two batches, by throwing its reason. */
  signal?: AbortSignal;
}

const KINDS: OptionKinds<PredictOptions> = { batchSize: aCount, topK: aCount, signal: aSignal };

/** A class, and how likely the model finds it. */
export interface LikelyClass {
  /** Which column of the outputs it is. */
  label: number;
  /** What the dataset calls it, where it has names. */
  name?: string;
  /** 0 to 1; over all classes, they sum to 1. */
  probability: number;
}

/** What a model says to examples. */
export interface Prediction {
  /** The model's outputs, row by row, in the order of the data. */
  data: Float32Array;
  /** Of the outputs: [N, …]. */
  shape: Shape;
}

/** With the likeliest classes of each example, the likeliest first. */
export interface TopPrediction extends Prediction {
  /** By example. */
  top: LikelyClass[][];
}

/** What is predicted by such options. */
export type PredictionBy<Options> = Options extends { topK: number } ? TopPrediction : Prediction;

/** Examples as numbers, which a program may well have. */
function isListOfNumbers(value: unknown): boolean {
  const isList = (each: unknown) => isNumberArray(each) || Array.isArray(each);
  return isNumberArray(value) || (Array.isArray(value) && (typeof value[0] === "number" || isList(value[0])));
}

const someData: Kind<DataSource | Tensor> = {
  expected: "a tensor [N, …], a dataset, batches { inputs, targets }, or a function that makes such batches",
  accepts: (value): value is DataSource | Tensor =>
    value instanceof Tensor || (aDataSource.accepts(value) && !isListOfNumbers(value)),
  hint: (value) => (isListOfNumbers(value) ? "tensor(data, [N, …]) makes one of numbers" : aDataset.hint?.(value)),
};

/** A tensor has nothing to compare with: its targets are not looked at. */
function sourceOf(data: DataSource | Tensor): DataSource {
  if (!(data instanceof Tensor)) return data;
  if (data.shape.length > 1) return new TensorDataset({ inputs: data, targets: new Int32Array(data.shape[0]) });
  throw new ShapeError(`predict: the first axis is that of the examples, and ${formatShape(data.shape)} is no [N, …]`);
}

/** Probabilities of logits or log-probabilities, whose differences are the same. */
function softmaxOf(scores: Float32Array): number[] {
  const largest = scores[likeliest(scores)];
  const weights = Array.from(scores, (score) => Math.exp(score - largest));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Of equal scores, that of the lower class comes first. */
function topOf(
  { data, shape }: Prediction,
  k: number,
  { names, areProbabilities }: { names: readonly string[] | undefined; areProbabilities: boolean },
): LikelyClass[][] {
  if (shape.length !== 2) {
    throw new ShapeError(`predict: topK is for outputs [N, classes], and the model's are ${formatShape(shape)}`);
  }
  const [n, classes] = shape;
  checkArgument("predict", "topK", k, wholeFrom(1, classes));
  return Array.from({ length: n }, (_, i) => {
    const scores = data.subarray(i * classes, (i + 1) * classes);
    const probabilities = areProbabilities ? scores : softmaxOf(scores);
    const order = [...scores.keys()].sort((a, b) => scores[b] - scores[a]).slice(0, k);
    return order.map((label) => ({ label, ...(names && { name: names[label] }), probability: probabilities[label] }));
  });
}

/**
 * Runs everything through the model in evaluation mode, without recording. Each module's own mode is put back. What the
 * model's front does to its inputs (`Normalize`) is done here as well.
 * @param data a tensor [N, …], a dataset, or batches `{ inputs, targets }`; of these, the targets are not looked at
 * @returns the outputs of all examples; with `topK`, their likeliest classes as `top`, whether the model ends in logits, in
 * `logSoftmax` or in `softmax`
 * @throws Error when there is nothing in the data, or an output is NaN, naming the example and the cause
 * @throws RangeError when there are fewer classes than `topK`
 */
export async function predict<Options extends PredictOptions>(
  model: Module,
  data: DataSource | Tensor,
  options: Options = {} as Options,
): Promise<PredictionBy<Options>> {
  checkArgument("predict", "model", model, aModule);
  checkArgument("predict", "data", data, someData);
  checkOptions("predict", options, KINDS);
  const { batchSize, topK, signal } = options;
  const source = sourceOf(data);
  checkNotEmpty("predict", source);
  const parts: Float32Array[] = [];
  let [seen, count, row, origin]: [number, number, Shape, string] = [0, 0, [], ""];
  for await (const { batch, count: n, at } of walk("predict", source, { batchSize, shuffle: false })) {
    const output = noGrad(() => frozen(model, () => model.forward(batch.inputs)));
    checkTensor("predict", "what the model returns", output);
    if (at === 0) row = output.shape.slice(1);
    checkRows(output, n, at, row);
    const numbers = Float32Array.from(await output.data());
    await checkNumbers(model, numbers, { inputs: batch.inputs, seen, count: n });
    parts.push(numbers);
    seen += n;
    origin = output.origin;
    count += output.shape[0];
    output.dispose();
    signal?.throwIfAborted();
  }
  const outputs: Prediction = { data: joinRows(parts), shape: [count, ...row] };
  const names = isDataset(source) ? source.classes : undefined;
  const found: Prediction | TopPrediction =
    topK === undefined
      ? outputs
      : { ...outputs, top: topOf(outputs, topK, { names, areProbabilities: origin === "softmax" }) };
  return found as PredictionBy<Options>;
}

/** @throws ShapeError where the outputs of a batch are none of its examples, or do not go with those before */
function checkRows({ shape }: Tensor, examples: number, at: number, row: Shape): void {
  if (shape.length === 0 || shape[0] % examples !== 0) {
    throw new ShapeError(
      `predict: the model makes ${formatShape(shape)} of batch ${at}, of ${examples} examples: it has nothing for each of them`,
    );
  }
  if (formatShape(shape.slice(1)) === formatShape(row)) return;
  throw new ShapeError(
    `predict: the outputs of batch ${at} are ${formatShape(shape)}, those before it [N${row.map((n) => `, ${n}`).join("")}]: ` +
      "call predict for each shape",
  );
}

/** @throws Error where an output is NaN, which has no place in an order of classes, and none in a mean */
async function checkNumbers(
  model: Module,
  numbers: Float32Array,
  { inputs, seen, count }: { inputs: Tensor; seen: number; count: number },
): Promise<void> {
  const at = numbers.findIndex(Number.isNaN);
  if (at === -1) return;
  const broken = await brokenNumbers(model);
  const own = Math.floor((at * count) / numbers.length);
  const given = (await inputs.data()).subarray((own * inputs.size) / count, ((own + 1) * inputs.size) / count);
  const wrong = given.find((value) => !Number.isFinite(value));
  const reasons = [
    ...(wrong === undefined ? [] : [`its inputs have ${wrong} in them`]),
    ...(broken.length === 0 ? [] : [`there is NaN or infinity in the model's ${broken.join(", ")}`]),
  ];
  const [reason = "detectAnomaly(() => model.forward(x)) names the operation that made it"] = reasons;
  throw new Error(`predict: what the model says to example ${seen + own} is NaN: ${reason}`);
}
