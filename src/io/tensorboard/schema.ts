/** What TensorBoard reads: its protocol-buffer messages, as far as events of a training use them. */

import { create, type DescMessage, toBinary } from "@bufbuild/protobuf";
import { type Message, messageTypes } from "../protobuf.js";

/**
 * Names, numbers and types of the fields; a map is a list of its entries.
 * @see https://github.com/tensorflow/tensorboard: compat/proto/event.proto, compat/proto/summary.proto,
 * plugins/hparams/plugin_data.proto
 */
const MESSAGES = {
  Event: {
    wallTime: [1, "double"],
    step: [2, "int64"],
    fileVersion: [3, "string"],
    summary: [5, "Summary"],
    sessionLog: [7, "SessionLog"],
  },
  SessionLog: { status: [1, "int32"] },
  Summary: { value: [1, "SummaryValue[]"] },
  SummaryValue: {
    tag: [1, "string"],
    simpleValue: [2, "float"],
    image: [4, "Image"],
    metadata: [9, "SummaryMetadata"],
  },
  Image: { height: [1, "int32"], width: [2, "int32"], colorspace: [3, "int32"], encodedImageString: [4, "bytes"] },
  SummaryMetadata: { pluginData: [1, "PluginData"], summaryDescription: [3, "string"] },
  PluginData: { pluginName: [1, "string"], content: [2, "bytes"] },
  HParamsPluginData: { sessionStartInfo: [3, "SessionStartInfo"], sessionEndInfo: [4, "SessionEndInfo"] },
  SessionStartInfo: { hparams: [1, "HParam[]"], startTimeSecs: [5, "double"] },
  HParam: { key: [1, "string"], value: [2, "HParamValue"] },
  HParamValue: { numberValue: [2, "double"], stringValue: [3, "string"], boolValue: [4, "bool"] },
  SessionEndInfo: { status: [1, "int32"], endTimeSecs: [2, "double"] },
} as const;

/** A message's fields as a plain object. */
export type BoardMessage<Name extends keyof typeof MESSAGES> = Message<typeof MESSAGES, Name>;

let types: ((name: keyof typeof MESSAGES) => DescMessage) | undefined;

/** A message as protobuf-es knows it. */
export function boardType(name: keyof typeof MESSAGES): DescMessage {
  types ??= messageTypes(MESSAGES);
  return types(name);
}

/** The bytes of a message. */
export function encodeBoard<Name extends keyof typeof MESSAGES>(
  name: Name,
  message: BoardMessage<Name>,
): Uint8Array<ArrayBuffer> {
  const type = boardType(name);
  return toBinary(type, create(type, message as Record<string, unknown>));
}
