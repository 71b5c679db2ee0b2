/** exportOnnx: a model as an ONNX file, from a run of it. */

import { aModule, type Module } from "../../layers/module.js";
import {
  aBoolean,
  aCount,
  checkArgument,
  checkOptions,
  needed,
  type OptionKinds,
  wholeFrom,
} from "../../tensor/arguments.js";
import { texts } from "../../tensor/kinds.js";
import { aShape, checkShape, formatShape, type Shape } from "../../tensor/shape.js";
import { foldBatchNorms } from "./fold.js";
import { Graph, INPUT } from "./graph.js";
import { irVersionOf, NEWEST_OPSET, newestPartOf, OLDEST_OPSET } from "./opset.js";
import { RULES } from "./rules.js";
import type { Proto } from "./schema.js";
import { BatchSize } from "./size.js";
import { type Computation, type Constant, type Source, stepsOf } from "./steps.js";

export interface OnnxExportOptions {
  /** The shape of one input, without the batch axis: [3, 32, 32]. */
  inputShape: Shape;
  /** Inputs that the model takes at once. Default: any number. */
  batch?: number;
  /** Give each batch norm after a convolution to that convolution: the same results in fewer steps. Default false. */
  foldBatchNorm?: boolean;
  /**
   * The version of ONNX's operators, 13 to 24. Default: the lowest that has all operators of the model, which most
   * runtimes can read: 13, or 20 with a gelu.
   */
  opset?: number;
  /** Strings to keep in the file (its `metadata_props`): classes, how inputs are scaled, whatever its users must know. */
  metadata?: Record<string, string>;
}

const KINDS: OptionKinds<OnnxExportOptions> = {
  inputShape: needed(aShape),
  batch: aCount,
  foldBatchNorm: aBoolean,
  opset: wholeFrom(OLDEST_OPSET, NEWEST_OPSET),
  metadata: texts,
};

/** Sizes that a batch of any size is tried with. */
const BATCHES = [2, 3, 5];

/** The graph, in an opset, of the steps that the output depends on. */
function graphIn(opset: number, { steps, inputShape, output, outputShape }: Computation): Proto<"GraphProto"> {
  const graph = new Graph(opset);
  const used = new Set<Source>([output]);
  for (let i = steps.length - 1; i >= 0; i--) if (used.has(i)) for (const input of steps[i].inputs) used.add(input);
  const names = new Map<Source, string>([["input", INPUT]]);
  const nameOf = (source: Source): string => {
    const name = names.get(source) ?? addConstant(graph, source as Constant);
    names.set(source, name);
    return name;
  };
  for (const [i, step] of steps.entries()) {
    if (!used.has(i)) continue;
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

/** The graph in the opset that is wanted, or in the lowest that has all of its operators. */
function graphOf(computation: Computation, wanted?: number): { graph: Proto<"GraphProto">; opset: number } {
  const opset = wanted ?? OLDEST_OPSET;
  const graph = graphIn(opset, computation);
  const [part, first] = newestPartOf(graph.node!);
  if (first <= opset) return { graph, opset };
  if (wanted === undefined) return { graph: graphIn(first, computation), opset: first };
  throw new RangeError(
    `ONNX has ${part} from opset ${first} on, and opset is ${wanted}; without the option, it is the lowest that will do`,
  );
}

function addConstant(graph: Graph, { name, values, shape }: Constant): string {
  if (!shape.some((size) => size instanceof BatchSize)) return graph.constant(name, values, shape as Shape);
  return graph.node("Expand", [graph.constant(name, values.slice(0, 1)), graph.integers(shape)]);
}

/**
 * A model as the bytes of an ONNX file, for ONNX Runtime and whatever else reads it.
 *
 * `forward` is run in evaluation mode with a few batches of random numbers, and the operations that ran are written down, so
 * any module can be exported that is made of this library's operations and does the same for every input. Dropout is gone;
 * parameters and buffers keep the names of the state dict (folded, they end in `.folded`); tensors that `forward` makes are
 * constants. All numbers are those of the moment of the call. The input is called "input", the output "output".
 *
 * @returns the file's content: at most 2 GB, which protocol buffers allow
 * @throws Error naming the operation that cannot be exported: one that ONNX does not have, one that differs from run to run,
 * or one that reads what `forward` makes at random or from the values of its input; or the operator that the opset does not
 * have
 * @see https://onnx.ai/onnx/operators
 */
export async function exportOnnx(model: Module, options: OnnxExportOptions): Promise<Uint8Array<ArrayBuffer>> {
  checkArgument("exportOnnx", "model", model, aModule);
  checkOptions("exportOnnx", options, KINDS);
  const { inputShape, batch, foldBatchNorm = false, opset: wanted, metadata = {} } = options;
  checkShape(inputShape, "exportOnnx");
  try {
    const [steps, { encodeModel }] = await Promise.all([
      stepsOf(model, inputShape, batch === undefined ? BATCHES : BATCHES.map(() => batch)),
      // What it takes to write the file is loaded only where one is written.
      import("./schema.js"),
    ]);
    const { graph, opset } = graphOf(foldBatchNorm ? foldBatchNorms(steps) : steps, wanted);
    return encodeModel({
      irVersion: BigInt(irVersionOf(opset)),
      producerName: "torchlet",
      opsetImport: [{ domain: "", version: BigInt(opset) }],
      graph,
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    });
  } catch (error) {
    const what = `${model.constructor.name} with an input [${batch ?? "N"}, ${formatShape(inputShape).slice(1)}`;
    throw new Error(`exportOnnx: ${what}: ${(error as Error).message}`, { cause: error });
  }
}
