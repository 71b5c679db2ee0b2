/** What a net takes over from a file of weights, and which files are refused. */

import { beforeEach, expect, it } from "vitest";
import { takeOver } from "../../examples/page/worker/trunk.js";
import { encodeSafetensors } from "../../src/io/safetensors/bytes.js";
import type { Module } from "../../src/layers/module.js";
import { Net1 } from "../../src/nets/net1.js";
import { Net3 } from "../../src/nets/net3.js";
import { Adam } from "../../src/optim/adam.js";
import { useBackend } from "../../src/tensor/backend/registry.js";
import { manualSeed } from "../../src/tensor/random.js";
import { encodeCheckpoint } from "../../src/train/checkpoint.js";
import { TrainingPosition } from "../../src/train/position.js";

beforeEach(async () => {
  await useBackend("js");
  manualSeed(1);
});

const LAST = ["24.weight", "24.bias"];

const numbersOf = (net: Module) =>
  Object.entries(net.stateDict()).map(([name, x]) => [name, [...x.dataSync()]] as const);

async function fileOf(net: Module) {
  return { name: "net.safetensors", bytes: await encodeSafetensors(net.stateDict()) };
}

it("takes all but the last layer, whatever the classes and the size", async () => {
  const from = new Net3({ classes: 5, size: 32 });
  const net = new Net3({ classes: 3, size: 64 });
  const before = new Map(numbersOf(net));
  const taken = takeOver(net, await fileOf(from));
  const theirs = new Map(numbersOf(from));
  expect(taken).toEqual({ count: theirs.size - 2, anew: LAST });
  for (const [name, numbers] of numbersOf(net)) {
    expect(numbers, name).toEqual((LAST.includes(name) ? before : theirs).get(name));
  }
});

it("finds the net in a checkpoint", async () => {
  const model = new Net3({ size: 32 });
  const optimizer = new Adam(model.parameters());
  const bytes = await encodeCheckpoint({ model, optimizer, position: new TrainingPosition() });
  const net = new Net3();
  takeOver(net, { name: "run.checkpoint.safetensors", bytes });
  const weight = (each: Module) => each.stateDict()["0.weight"].dataSync();
  expect(weight(net)).toEqual(weight(model));
});

it("refuses what does not fit, name by name, and changes nothing then", async () => {
  const net = new Net3();
  const before = numbersOf(net);
  const ofNet1 = await fileOf(new Net1());
  expect(() => takeOver(net, ofNet1)).toThrow(/does not fit Net3:\n.*missing {5}1\.weight/s);
  expect(() => takeOver(net, { ...ofNet1, name: "net.onnx" })).toThrow("torchlet writes ONNX and does not read it");
  expect(() => takeOver(net, { name: "notes.safetensors", bytes: new Uint8Array(100) })).toThrow();
  expect(numbersOf(net)).toEqual(before);
});
