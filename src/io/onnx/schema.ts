/** The ONNX file format: its protocol-buffer messages, as far as an exported model uses them. */

import { create, createFileRegistry, type DescMessage, toBinary } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";

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

type Messages = typeof MESSAGES;

interface Scalars {
  int64: bigint;
  int32: number;
  float: number;
  string: string;
  bytes: Uint8Array;
}

type Value<T> = T extends `${infer Item}[]`
  ? readonly Value<Item>[]
  : T extends keyof Scalars
    ? Scalars[T]
    : T extends keyof Messages
      ? Proto<T>
      : never;

/** A message's fields as a plain object. */
export type Proto<Name extends keyof Messages> = {
  -readonly [Field in keyof Messages[Name]]?: Messages[Name][Field] extends readonly [number, infer T]
    ? Value<T>
    : never;
};

const SCALARS = { int64: Type.INT64, int32: Type.INT32, float: Type.FLOAT, string: Type.STRING, bytes: Type.BYTES };

/** The messages as protobuf-es knows them, in proto2 as ONNX's are: a field that is set is written, even if it is 0. */
export function modelSchema(): DescMessage {
  const messageType = Object.entries(MESSAGES).map(([name, fields]) => ({
    name,
    field: Object.entries<readonly [number, string]>(fields).map(([name, [number, type]]) => {
      const item = type.replace("[]", "");
      const scalar = SCALARS[item as keyof Scalars];
      const kind = scalar === undefined ? { type: Type.MESSAGE, typeName: `.onnx.${item}` } : { type: scalar };
      return { name, number, label: item === type ? Label.OPTIONAL : Label.REPEATED, ...kind };
    }),
  }));
  const file = create(FileDescriptorProtoSchema, {
    name: "onnx.proto",
    package: "onnx",
    syntax: "proto2",
    messageType,
  });
  return createFileRegistry(file, () => undefined).getMessage("onnx.ModelProto")!;
}

/** The bytes of an ONNX file. */
export function encodeModel(model: Proto<"ModelProto">): Uint8Array<ArrayBuffer> {
  const schema = modelSchema();
  return toBinary(schema, create(schema, model as Record<string, unknown>));
}
