/** Graph: the nodes and constants of an ONNX graph, as they are collected. */

import type { Shape } from "../../tensor/shape.js";
import { floatBytes } from "../float-bytes.js";
import type { Proto } from "./schema.js";
import { BatchSize, type Size } from "./size.js";

/** AttributeProto.AttributeType, as far as nodes here have them. */
const FLOAT_ATTRIBUTE = 1;
const INT_ATTRIBUTE = 2;
const INTS_ATTRIBUTE = 7;

/** TensorProto.DataType. */
export const FLOAT = 1;
const INT64 = 7;

/** What the batch's size is called in the shapes of the graph's input and output. */
const BATCH = "batch";

/** The name of the graph's input, and of its output. */
export const INPUT = "input";
const OUTPUT = "output";

/** Little-endian, whatever the machine is. */
function int64Bytes(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (const [i, value] of values.entries()) view.setBigInt64(8 * i, BigInt(value), true);
  return new Uint8Array(view.buffer);
}

function describeShape(shape: readonly Size[]): Proto<"TypeProto"> {
  const dim = shape.map((size) => {
    if (!(size instanceof BatchSize)) return { dimValue: BigInt(size) };
    const { scale, offset } = size;
    const shift = offset > 0 ? `+${offset}` : `${offset || ""}`;
    // A name that equals another stands for the same size.
    return { dimParam: `${scale === 1 ? "" : `${scale}*`}${BATCH}${shift}` };
  });
  return { tensorType: { elemType: FLOAT, shape: { dim } } };
}

export class Graph {
  /** The version of the operators that its nodes are written for. */
  readonly opset: number;
  readonly #nodes: Proto<"NodeProto">[] = [];
  readonly #initializers: Proto<"TensorProto">[] = [];
  readonly #names = new Set([INPUT, OUTPUT]);
  /** Names of integer lists that are there already, by their numbers. */
  readonly #integers = new Map<string, string>();

  constructor(opset: number) {
    this.opset = opset;
  }

  /** `wanted`, or where that is taken, with the first number that makes it new. */
  #unique(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#names.has(name); i++) name = `${wanted}_${i}`;
    this.#names.add(name);
    return name;
  }

  /**
   * Adds a node with one output.
   * @param inputs names; "" for an optional one that is left out
   * @param ints its attributes that are an integer or a list of them
   * @param floats its attributes that are a float
   * @returns the output's name
   * @throws Error when an attribute depends on the batch's size: only inputs can
   */
  node(
    opType: string,
    inputs: readonly string[],
    ints: Record<string, Size | readonly Size[]> = {},
    floats: Record<string, number> = {},
  ): string {
    const integer = (name: string, value: Size) => {
      if (value instanceof BatchSize) throw new Error(`ONNX's ${opType} has the same ${name} for every batch`);
      return BigInt(value);
    };
    const attribute = [
      ...Object.entries(ints).map(([name, value]) =>
        Array.isArray(value)
          ? { name, type: INTS_ATTRIBUTE, ints: value.map((one: Size) => integer(name, one)) }
          : { name, type: INT_ATTRIBUTE, i: integer(name, value as Size) },
      ),
      ...Object.entries(floats).map(([name, f]) => ({ name, type: FLOAT_ATTRIBUTE, f })),
    ];
    const name = this.#unique(`${opType}_${this.#nodes.length}`);
    this.#nodes.push({ name, opType, input: inputs, attribute });
    return name;
  }

  /** Adds float32 numbers under this name, or a similar one. */
  constant(wanted: string, values: ArrayLike<number>, shape: Shape = []): string {
    const name = this.#unique(wanted);
    this.#initializers.push({ name, dims: shape.map(BigInt), dataType: FLOAT, rawData: floatBytes(values) });
    return name;
  }

  /** A list of integers as an input of a node: a constant, or computed from the size of the batch. */
  integers(values: readonly Size[]): string {
    const key = JSON.stringify(values);
    const known = this.#integers.get(key);
    if (known !== undefined) return known;
    const fixed = values.filter((value) => !(value instanceof BatchSize)) as number[];
    const name = fixed.length === values.length ? this.#fixedIntegers(fixed) : this.#computedIntegers(values);
    this.#integers.set(key, name);
    return name;
  }

  #fixedIntegers(values: readonly number[]): string {
    const name = this.#unique(values.join("x") || "none");
    this.#initializers.push({ name, dims: [BigInt(values.length)], dataType: INT64, rawData: int64Bytes(values) });
    return name;
  }

  #computedIntegers(values: readonly Size[]): string {
    const [value] = values;
    if (values.length > 1) {
      return this.node(
        "Concat",
        values.map((one) => this.integers([one])),
        { axis: 0 },
      );
    }
    const { scale, offset } = value as BatchSize;
    if (offset !== 0) {
      return this.node("Add", [this.integers([new BatchSize(scale, 0)]), this.integers([offset])]);
    }
    if (scale !== 1) return this.node("Mul", [this.integers([new BatchSize(1, 0)]), this.integers([scale])]);
    return this.node("Gather", [this.node("Shape", [INPUT]), this.integers([0])]);
  }

  /**
   * The whole as a message.
   * @param output the value that becomes the graph's output
   */
  finish(inputShape: readonly Size[], output: string, outputShape: readonly Size[]): Proto<"GraphProto"> {
    // What no node makes (the input, a constant) cannot be renamed, so a node has to hand it on.
    const result = this.#nodes.some(({ name }) => name === output) ? output : this.node("Identity", [output]);
    const renamed = (name: string) => (name === result ? OUTPUT : name);
    return {
      name: "torchlet",
      node: this.#nodes.map(({ input, ...node }) => ({
        ...node,
        input: input!.map(renamed),
        output: [renamed(node.name!)],
      })),
      initializer: this.#initializers,
      input: [{ name: INPUT, type: describeShape(inputShape) }],
      output: [{ name: OUTPUT, type: describeShape(outputShape) }],
    };
  }
}
