/** takeOver: a net's weights from a file, all but those of its last layer, which tells the file's own classes apart. */

import { decodeSafetensors, type Module, type StateDict, scope } from "../../../src/index.js";

/** In a checkpoint, this stands before the names of the net. */
const MODEL = "model.";

/** The last layer has a weight and a bias. */
const OF_LAST_LAYER = 2;

/** A file of weights that a net can begin with. */
export interface WeightsFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** What became of a net's parameters and buffers. */
export interface Taken {
  /** How many are as they are in the file. */
  count: number;
  /** The names of those that are the net's own. */
  anew: string[];
}

/** @throws Error when it is no file of weights that torchlet reads */
function weightsIn({ name, bytes }: WeightsFile): StateDict {
  if (name.toLowerCase().endsWith(".onnx"))
    throw new Error("torchlet writes ONNX and does not read it. The same weights as .safetensors can be read.");
  const { tensors } = decodeSafetensors(bytes);
  const ofModel = Object.entries(tensors).filter(([name]) => name.startsWith(MODEL));
  if (ofModel.length === 0) return tensors;
  return Object.fromEntries(ofModel.map(([name, value]) => [name.slice(MODEL.length), value]));
}

/**
 * Puts the weights of a file into a net, which keeps its own last layer.
 * @throws Error listing every name and shape that does not fit, or what is wrong with the file; the net is as it was then
 */
export function takeOver(net: Module, file: WeightsFile): Taken {
  return scope(() => {
    const own = net.stateDict();
    const anew = net
      .namedParameters()
      .slice(-OF_LAST_LAYER)
      .map(([name]) => name);
    const last = Object.fromEntries(anew.map((name) => [name, own[name]]));
    net.loadStateDict({ ...weightsIn(file), ...last });
    return { count: Object.keys(own).length - anew.length, anew };
  });
}
