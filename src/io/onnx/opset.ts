/** Opsets, ONNX's versions of its operators: those that can be written, which a node needs, and the file format of each. */

import type { Proto } from "./schema.js";

/**
 * What is written has the same form and meaning in all of these, except for what is in `NEWER` and for axes of reductions.
 * @see https://github.com/onnx/onnx/blob/main/docs/Changelog.md
 */
export const OLDEST_OPSET = 13;
export const NEWEST_OPSET = 24;

/** The opsets that brought operators, or attributes of older ones: the oldest first. */
const NEWER: Readonly<Record<string, number>> = { "Reshape.allowzero": 14, Gelu: 20 };

/** From this opset on, the axes of ReduceMax and ReduceMin are an input, as those of ReduceSum always were. */
export const REDUCE_AXES_INPUT_OPSET = 18;

/**
 * The first opsets of the versions of the file format (IR), the newest first.
 * @see https://github.com/onnx/onnx/blob/main/docs/Versioning.md
 */
const FORMATS: readonly (readonly [opset: number, irVersion: number])[] = [
  [24, 12],
  [23, 11],
  [21, 10],
  [19, 9],
  [15, 8],
  [13, 7],
];

/** The oldest file format that the opset goes with. */
export function irVersionOf(opset: number): number {
  return FORMATS.find(([first]) => opset >= first)![1];
}

/** The part of the nodes that needs the newest opset, and that opset. */
export function newestPartOf(nodes: readonly Proto<"NodeProto">[]): readonly [part: string, opset: number] {
  const parts = nodes.flatMap(({ opType, attribute }) => [
    opType!,
    ...attribute!.map(({ name }) => `${opType}.${name}`),
  ]);
  return Object.entries(NEWER).findLast(([part]) => parts.includes(part)) ?? ["every operator", OLDEST_OPSET];
}
