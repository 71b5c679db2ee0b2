/** fileOf: a net, or a whole run, as the bytes of a file. */

import { encodeCheckpoint, encodeSafetensors, exportOnnx, type Sequential, type Training } from "../../../src/index.js";
import type { FileKind } from "../protocol.js";
import { SIZE } from "./faces.js";

type File = { name: string; bytes: Uint8Array<ArrayBuffer> };

/** @param name of the net */
export async function fileOf(as: FileKind, name: string, training: Training): Promise<File> {
  const net = training.model as Sequential;
  switch (as) {
    case "safetensors":
      return { name: `${name}.safetensors`, bytes: await encodeSafetensors(net.stateDict()) };
    case "onnx":
      return { name: `${name}.onnx`, bytes: await exportOnnx(net, { inputShape: [3, SIZE, SIZE] }) };
    case "checkpoint":
      return { name: `${name}.checkpoint.safetensors`, bytes: await encodeCheckpoint(training) };
  }
}
