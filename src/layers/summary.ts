/** summary: a model layer by layer, with the shapes that come out, the parameters, and the cost. */

import { aPlainObject, checkArgument, listOf, wholeFrom } from "../tensor/arguments.js";
import { withBackend } from "../tensor/backend/current-backend.js";
import { zeros } from "../tensor/factories/filled.js";
import { INSPECT } from "../tensor/inspect.js";
import { noGrad } from "../tensor/scope.js";
import { checkShape, formatShape, type Shape, sizeOf } from "../tensor/shape.js";
import { Parameter, Tensor } from "../tensor/tensor.js";
import { type Operation, observe } from "../tensor/trace.js";
import { inColumns } from "../text.js";
import { backendOf } from "./backend-of.js";
import { frozen, intercept } from "./look-inside.js";
import { type AnyModule, aModule, type Module } from "./module.js";

/** A layer, or an operation that belongs to none. */
export interface LayerSummary {
  /** Where it is in the model, as in its state dict: "3"; empty for an operation. */
  readonly name: string;
  /** "Conv2d(3, 8, kernelSize=5, padding=2)", or what the operation is called: "relu". */
  readonly title: string;
  /** Shape of what comes out. */
  readonly outShape: Shape;
  /** Learned numbers that it reads, those excepted that a layer before it has read. */
  readonly parameters: number;
  /** Floating-point operations. */
  readonly flops: number;
}

/** A model layer by layer: what `summary` finds. */
export class ModelSummary {
  /** In the order in which they run. */
  readonly layers: readonly LayerSummary[];
  /** Learned numbers. */
  readonly parameters: number;
  /** Floating-point operations of a forward pass. */
  readonly flops: number;

  /**
   * @param layers in the order in which they run
   * @param parameters learned numbers of the model
   */
  constructor(layers: readonly LayerSummary[], parameters: number) {
    checkArgument("ModelSummary", "layers", layers, listOf("a list of layers", aPlainObject));
    checkArgument("ModelSummary", "parameters", parameters, wholeFrom(0));
    this.layers = layers;
    this.parameters = parameters;
    this.flops = layers.reduce((sum, layer) => sum + layer.flops, 0);
  }

  /** Internal: what `console.log` shows in Node. */
  [INSPECT](): string {
    return this.toString();
  }

  /** A table for the console. */
  toString(): string {
    const number = (n: number) => (n === 0 ? "" : n.toLocaleString("en-US"));
    const rows = [
      ["", "layer", "output", "parameters", "FLOPs"],
      ...this.layers.map((layer) => [
        layer.name,
        layer.title,
        formatShape(layer.outShape),
        number(layer.parameters),
        number(layer.flops),
      ]),
      ["", "total", "", number(this.parameters), number(this.flops)],
    ];
    return inColumns(rows, 3).join("\n");
  }
}

/**
 * Multiplications and additions of a convolution or a matrix product. Everything else is left out, as is usual: all of
 * it together is about one part in a hundred.
 * @see torch.utils.flop_counter
 */
function flopsOf({ name, inputs, output }: Operation): number {
  const [x, w] = inputs;
  if (name === "conv2d") return (2 * output.size * w.size) / w.shape[0];
  if (name !== "matmul") return 0;
  // x is [..., M, K] or, to be transposed, [..., K, M].
  const mk = sizeOf(x.shape.slice(-2));
  return 2 * output.size * (mk / output.shape[output.shape.length - 2]);
}

/**
 * What happens in one forward pass in evaluation mode, in the order in which it happens: a row for each layer that is
 * made of no others, and for each operation outside of these.
 * @param inputShape with the batch axis: [1, 3, 32, 32]
 * @throws ShapeError when the model does not take such an input
 * @see the package torchinfo for PyTorch
 */
export function summary(model: Module, inputShape: Shape): ModelSummary {
  checkArgument("summary", "model", model, aModule);
  checkShape(inputShape, "summary");
  const named = model.namedModules();
  const holdsOthers = (name: string) =>
    named.some(([other]) => other !== name && (name === "" || other.startsWith(`${name}.`)));
  const leaves = new Map(named.filter(([name]) => !holdsOthers(name)).map(([name, module]) => [module, name]));
  const rows: { -readonly [K in keyof LayerSummary]: LayerSummary[K] }[] = [];
  const counted = new Set<Tensor>();
  let inLeaf = false;

  function addRow(name: string, title: string): void {
    rows.push({ name, title, outShape: [], parameters: 0, flops: 0 });
  }

  function account(operation: Operation): void {
    if (!inLeaf) addRow("", operation.name);
    const row = rows[rows.length - 1];
    row.outShape = operation.output.shape;
    row.flops += flopsOf(operation);
    for (const input of operation.inputs) {
      if (!(input instanceof Parameter) || counted.has(input)) continue;
      counted.add(input);
      row.parameters += input.size;
    }
  }

  function runLeaf(forward: (...inputs: never) => unknown, inputs: never, leaf: AnyModule): unknown {
    addRow(leaves.get(leaf)!, leaf.title);
    inLeaf = true;
    const y = forward(...inputs);
    inLeaf = false;
    // Also where no operation ran: dropout passes its input on. Of several results, as an LSTM has, the first is the output.
    const [first] = [y].flat();
    if (first instanceof Tensor) rows[rows.length - 1].outShape = first.shape;
    return y;
  }

  // Without its result, which a scope would keep.
  const run = () => void intercept([...leaves.keys()], runLeaf, () => model.forward(zeros(inputShape)));
  noGrad(() => frozen(model, () => withBackend(backendOf(model), () => observe(account, run))));
  return new ModelSummary(rows, model.parameterCount());
}
