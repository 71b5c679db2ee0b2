/** exportOnnx: a model as an ONNX file, from a run of it. */

import { aModule, type Module } from "../../layers/module.js";
import {
  aBoolean,
  aCount,
  checkArgument,
  checkOptions,
  needed,
  type OptionKinds,
  texts,
} from "../../tensor/arguments.js";
import { aShape, checkShape, formatShape, type Shape } from "../../tensor/shape.js";
import { foldBatchNorms } from "./fold.js";
import { Graph, INPUT } from "./graph.js";
import { RULES } from "./rules.js";
import { BatchSize } from "./size.js";
import { type Computation, type Constant, type Source, stepsOf } from "./steps.js";

/** The version of the operators, and that of the file format that came with it (ONNX 1.19). */
const OPSET = 24n;
const IR_VERSION = 12n;

export interface OnnxExportOptions {
  /** The shape of one input, without the batch axis: [3, 32, 32]. */
  inputShape: Shape;
  /** Inputs that the model takes at once. Default: any number. */
  batch?: number;
  /** Give each batch norm after a convolution to that convolution: the same results in fewer steps. Default false. */
  foldBatchNorm?: boolean;
  /** Strings to keep in the file (its `metadata_props`): classes, how inputs are scaled, whatever its users must know. */
  metadata?: Record<string, string>;
}

const KINDS: OptionKinds<OnnxExportOptions> = {
  inputShape: needed(aShape),
  batch: aCount,
  foldBatchNorm: aBoolean,
  metadata: texts,
};

/** Sizes that a batch of any size is tried with. */
const BATCHES = [2, 3, 5];

/** The graph of the steps that the output depends on. */
function graphOf({ steps, inputShape, output, outputShape }: Computation): ReturnType<Graph["finish"]> {
  const graph = new Graph();
  const needed = new Set<Source>([output]);
  for (let i = steps.length - 1; i >= 0; i--) if (needed.has(i)) for (const input of steps[i].inputs) needed.add(input);
  const names = new Map<Source, string>([["input", INPUT]]);
  const nameOf = (source: Source): string => {
    const name = names.get(source) ?? addConstant(graph, source as Constant);
    names.set(source, name);
    return name;
  };
  for (const [i, step] of steps.entries()) {
    if (!needed.has(i)) continue;
    const rule = RULES.get(step.name);
    if (!rule) throw new Error(`${step.name} cannot be exported: ONNX export has no rule for this operation`);
    try {
      names.set(i, rule(graph, step.inputs.map(nameOf), step));
    } catch (error) {
      throw new Error(`${step.name} cannot be exported: ${(error as Error).message}`, { cause: error });
    }
  }
  return graph.finish(inputShape, nameOf(output), outputShape);
}

function addConstant(graph: Graph, { name, values, shape }: Constant): string {
  if (!shape.some((size) => size instanceof BatchSize)) return graph.constant(name, values, shape as Shape);
  return graph.node("Expand", [graph.constant(name, values.slice(0, 1)), graph.integers(shape)]);
}

/**
 * A model as the bytes of an ONNX file (opset 24), for ONNX Runtime and whatever else reads it.
 *
 * `forward` is run in evaluation mode with a few batches of random numbers, and the operations that ran are written
 * down, so any module can be exported that is made of this library's operations and does the same for every input.
 * Dropout is gone; parameters and buffers keep the names of the state dict (folded, they end in `.folded`); tensors
 * that `forward` makes are constants. All numbers are those of the moment of the call. The input is called "input", the output "output".
 *
 * @returns the file's content: at most 2 GB, which protocol buffers allow
 * @throws Error naming the operation that cannot be exported: one that ONNX does not have, one that differs from run
 *   to run, or one that reads what `forward` makes at random or from the values of its input
 * @see https://onnx.ai/onnx/operators
 */
export async function exportOnnx(model: Module, options: OnnxExportOptions): Promise<Uint8Array<ArrayBuffer>> {
  checkArgument("exportOnnx", "model", model, aModule);
  checkOptions("exportOnnx", options, KINDS);
  const { inputShape, batch, foldBatchNorm = false, metadata = {} } = options;
  checkShape(inputShape, "exportOnnx");
  try {
    const [steps, { encodeModel }] = await Promise.all([
      stepsOf(model, inputShape, batch === undefined ? BATCHES : BATCHES.map(() => batch)),
      // What it takes to write the file is loaded only where one is written.
      import("./schema.js"),
    ]);
    return encodeModel({
      irVersion: IR_VERSION,
      producerName: "torchlet",
      opsetImport: [{ domain: "", version: OPSET }],
      graph: graphOf(foldBatchNorm ? foldBatchNorms(steps) : steps),
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    });
  } catch (error) {
    const what = `${model.constructor.name} with an input [${batch ?? "N"}, ${formatShape(inputShape).slice(1)}`;
    throw new Error(`exportOnnx: ${what}: ${(error as Error).message}`, { cause: error });
  }
}
