/** messageTypes: protocol-buffer messages from a table of their fields, for files that other programs read. */

import { create, createFileRegistry, type DescMessage } from "@bufbuild/protobuf";
import {
  FileDescriptorProtoSchema,
  FieldDescriptorProto_Label as Label,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";

/** Of each message, its fields: number and type. `[]` is a repeated one; a type that is no scalar is another message. */
export type MessageTable = Readonly<Record<string, Readonly<Record<string, readonly [number: number, type: string]>>>>;

interface Scalars {
  int64: bigint;
  int32: number;
  double: number;
  float: number;
  bool: boolean;
  string: string;
  bytes: Uint8Array;
}

type Value<Table extends MessageTable, T> = T extends `${infer Item}[]`
  ? readonly Value<Table, Item>[]
  : T extends keyof Scalars
    ? Scalars[T]
    : T extends keyof Table
      ? Message<Table, T>
      : never;

/** A message's fields as a plain object. */
export type Message<Table extends MessageTable, Name extends keyof Table> = {
  -readonly [Field in keyof Table[Name]]?: Table[Name][Field] extends readonly [number, infer T]
    ? Value<Table, T>
    : never;
};

const SCALARS = {
  int64: Type.INT64,
  int32: Type.INT32,
  double: Type.DOUBLE,
  float: Type.FLOAT,
  bool: Type.BOOL,
  string: Type.STRING,
  bytes: Type.BYTES,
};

/** The messages by name, as protobuf-es knows them, in proto2: a field that is set is written, even if it is 0. */
export function messageTypes<Table extends MessageTable>(table: Table): (name: keyof Table & string) => DescMessage {
  const messageType = Object.entries(table).map(([name, fields]) => ({
    name,
    field: Object.entries(fields).map(([name, [number, type]]) => {
      const item = type.replace("[]", "");
      const scalar = SCALARS[item as keyof Scalars];
      const kind = scalar === undefined ? { type: Type.MESSAGE, typeName: `.file.${item}` } : { type: scalar };
      return { name, number, label: item === type ? Label.OPTIONAL : Label.REPEATED, ...kind };
    }),
  }));
  const file = create(FileDescriptorProtoSchema, {
    name: "file.proto",
    package: "file",
    syntax: "proto2",
    messageType,
  });
  const registry = createFileRegistry(file, () => undefined);
  return (name) => registry.getMessage(`file.${name}`)!;
}
