/** The ONNX file format: its protocol-buffer messages, as far as an exported model uses them. */

import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { type Message, messageTypes } from "../protobuf.js";

/**
 * Names, numbers and types of the fields; `[]` is a repeated one.
 * @see https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
const MESSAGES = {
  ModelProto: {
    irVersion: [1, "int64"],
    producerName: [2, "string"],
    graph: [7, "GraphProto"],
    opsetImport: [8, "OperatorSetIdProto[]"],
    metadataProps: [14, "StringStringEntryProto[]"],
  },
  OperatorSetIdProto: { domain: [1, "string"], version: [2, "int64"] },
  StringStringEntryProto: { key: [1, "string"], value: [2, "string"] },
  GraphProto: {
    node: [1, "NodeProto[]"],
    name: [2, "string"],
    initializer: [5, "TensorProto[]"],
    input: [11, "ValueInfoProto[]"],
    output: [12, "ValueInfoProto[]"],
  },
  NodeProto: {
    input: [1, "string[]"],
    output: [2, "string[]"],
    name: [3, "string"],
    opType: [4, "string"],
    attribute: [5, "AttributeProto[]"],
  },
  AttributeProto: {
    name: [1, "string"],
    f: [2, "float"],
    i: [3, "int64"],
    ints: [8, "int64[]"],
    type: [20, "int32"],
  },
  TensorProto: { dims: [1, "int64[]"], dataType: [2, "int32"], name: [8, "string"], rawData: [9, "bytes"] },
  ValueInfoProto: { name: [1, "string"], type: [2, "TypeProto"] },
  TypeProto: { tensorType: [1, "TensorTypeProto"] },
  TensorTypeProto: { elemType: [1, "int32"], shape: [2, "TensorShapeProto"] },
  TensorShapeProto: { dim: [1, "DimensionProto[]"] },
  DimensionProto: { dimValue: [1, "int64"], dimParam: [2, "string"] },
} as const;

/** A message's fields as a plain object. */
export type Proto<Name extends keyof typeof MESSAGES> = Message<typeof MESSAGES, Name>;

/** The message that an ONNX file is. */
export function modelSchema(): DescMessage {
  return messageTypes(MESSAGES)("ModelProto");
}

/** The bytes of an ONNX file. */
export function encodeModel(model: Proto<"ModelProto">): Uint8Array<ArrayBuffer> {
  const schema = modelSchema();
  return toBinary(schema, create(schema, model as Record<string, unknown>));
}
