/** Writes a net, or a matrix product, in the ONNX format: protocol buffers by hand. */

import type { Inputs, Task, Values } from "../contest/protocol.js";

type Field = number | string | Uint8Array | Message;

/** Fields by their numbers in onnx.proto; lists are repeated. */
type Message = [number: number, value: Field][];

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}

function encode(message: Message): Buffer {
  const parts = message.map(([number, value]) => {
    if (typeof value === "number") return Buffer.from([...varint(number * 8), ...varint(value)]);
    const body = Array.isArray(value) ? encode(value) : Buffer.from(value);
    return Buffer.concat([Buffer.from([...varint(number * 8 + 2), ...varint(body.length)]), body]);
  });
  return Buffer.concat(parts);
}

const FLOAT = 1;

function tensorOf(name: string, { shape, values }: Values): Message {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return [...shape.map((n): [number, Field] => [1, n]), [2, FLOAT], [8, name], [9, bytes]];
}

function valueInfo(name: string, shape: readonly number[]): Message {
  const dims = shape.map((n): [number, Field] => [1, [[1, n]]]);
  return [
    [1, name],
    [
      2,
      [
        [
          1,
          [
            [1, FLOAT],
            [2, dims],
          ],
        ],
      ],
    ],
  ];
}

/** An attribute that is a list of integers, or one. */
function attribute(name: string, value: readonly number[] | number): Message {
  if (typeof value === "number")
    return [
      [1, name],
      [3, value],
      [20, 2],
    ];
  return [[1, name], ...value.map((n): [number, Field] => [8, n]), [20, 7]];
}

function node(type: string, inputs: string[], output: string, attributes: Message[] = []): Message {
  return [
    ...inputs.map((name): [number, Field] => [1, name]),
    [2, output],
    [4, type],
    ...attributes.map((value): [number, Field] => [5, value]),
  ];
}

interface Graph {
  nodes: Message[];
  constants: Inputs;
  inputs: Record<string, readonly number[]>;
  output: readonly number[];
}

function modelOf({ nodes, constants, inputs, output }: Graph): Buffer {
  const graph: Message = [
    ...nodes.map((value): [number, Field] => [1, value]),
    [2, "bench"],
    ...Object.entries(constants).map(([name, value]): [number, Field] => [5, tensorOf(name, value)]),
    ...Object.entries(inputs).map(([name, shape]): [number, Field] => [11, valueInfo(name, shape)]),
    [12, valueInfo("output", output)],
  ];
  return encode([
    [1, 8],
    [7, graph],
    [
      8,
      [
        [1, ""],
        [2, 17],
      ],
    ],
  ]);
}

export function matmulModel(a: readonly number[], b: readonly number[]): Buffer {
  const nodes = [node("MatMul", ["a", "b"], "output")];
  return modelOf({ nodes, constants: {}, inputs: { a, b }, output: [a[0], b[1]] });
}

/** The net in evaluation mode, from "images" to "output". */
export function netModel(layers: Task["layers"], weights: Inputs, images: readonly number[]): Buffer {
  const nodes: Message[] = [];
  let last = "images";
  layers.forEach((layer, i) => {
    const name = i === layers.length - 1 ? "output" : `y${i}`;
    const own = (...names: string[]) => [last, ...names.map((part) => `${i}.${part}`)];
    if (layer === "dropout") return;
    if (layer === "conv") {
      const pad = (weights[`${i}.weight`].shape[2] - 1) / 2;
      nodes.push(node("Conv", own("weight", "bias"), name, [attribute("pads", [pad, pad, pad, pad])]));
    } else if (layer === "norm") {
      nodes.push(node("BatchNormalization", own("weight", "bias", "running_mean", "running_var"), name));
    } else if (layer === "pool") {
      nodes.push(node("MaxPool", [last], name, [attribute("kernel_shape", [2, 2]), attribute("strides", [2, 2])]));
    } else if (layer === "linear") {
      nodes.push(node("Gemm", own("weight", "bias"), name, [attribute("transB", 1)]));
    } else {
      nodes.push(node({ relu: "Relu", flatten: "Flatten", logSoftmax: "LogSoftmax" }[layer], [last], name));
    }
    last = name;
  });
  const used = new Set(nodes.flat().flatMap(([number, value]) => (number === 1 ? [value] : [])));
  const constants = Object.fromEntries(Object.entries(weights).filter(([name]) => used.has(name)));
  return modelOf({ nodes, constants, inputs: { images }, output: [images[0], 2] });
}
