/** torchlet export, as it is run from a shell: the files say what the net says, and what is to be known of it. */

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import * as ort from "onnxruntime-web";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { drawFaces } from "../../examples/drawn-faces.js";
import { modelSchema, type Proto } from "../../src/io/onnx/schema.js";
import { loadSafetensors } from "../../src/io/safetensors/file.js";
import { Net1 } from "../../src/nets/net1.js";
import { RunFolder } from "../../src/run/run-folder.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { noGrad } from "../../src/tensor/scope.js";
import { hashed } from "../nets/hashed.js";
import { torchlet } from "./torchlet.js";

let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "torchlet-"));
  await drawFaces(join(root, "faces"), { train: 16, test: 8, size: 16 });
  const options = ["--size", "16", "--epochs", "2", "--batch", "8", "--backend", "wasm", "--threads", "1"];
  const { code, stderr } = await torchlet(root, "train", "faces", "--out", "run", ...options);
  expect([code, stderr]).toEqual([0, ""]);
});
afterAll(() => rm(root, { recursive: true }));

const METADATA = {
  net: "net1",
  classes: '["not covered","covered"]',
  size: "16",
  resize: "stretched, bilinear with anti-aliasing",
  channels: "RGB",
  scale: "0.00392156862745098",
  output: "log-probabilities",
};

const images = () => tensor(hashed(1, 3 * 3 * 16 * 16), [3, 3, 16, 16]);

async function outputsOf(checkpoint: "best" | "last"): Promise<Float32Array> {
  const model = await (await RunFolder.open(join(root, "run"))).loadModel(checkpoint);
  return noGrad(() => model.forward(images())).data();
}

function expectClose(actual: Float32Array, expected: Float32Array): void {
  expect(Math.max(...expected.map((value, i) => Math.abs(value - actual[i])))).toBeLessThan(1e-4);
}

describe("export", () => {
  it.each([
    ["run/best.safetensors", "torchlet: run/best.safetensors: it is the run's own: choose another --out\n"],
    ["run/../run/config.json", "torchlet: run/../run/config.json: it is the run's own: choose another --out\n"],
    ["faces/model.onnx", "torchlet: faces/model.onnx is inside the photographs' folder "],
    ["", "torchlet: --out: nothing stands there but an empty text\n"],
  ])("writes nothing to %s", async (out, message) => {
    const before = await readFile(join(root, "run/best.safetensors"));
    const { code, stderr } = await torchlet(root, "export", "run", "--format", "safetensors", "--out", out);
    expect([code, stderr.slice(0, message.length)]).toEqual([1, message]);
    expect(before.equals(await readFile(join(root, "run/best.safetensors")))).toBe(true);
  });

  it("writes the best epoch's net for ONNX Runtime, into the run's folder", async () => {
    const { code, stdout, stderr } = await torchlet(root, "export", "run", "--format", "onnx");
    expect([code, stdout, stderr]).toEqual([0, "run/model.onnx\n", ""]);
    const file = await readFile(join(root, "run/model.onnx"));
    const { metadataProps } = fromBinary(modelSchema(), file) as Proto<"ModelProto">;
    expect(Object.fromEntries(metadataProps!.map(({ key, value }) => [key, value]))).toEqual(METADATA);
    const session = await ort.InferenceSession.create(file, { executionProviders: ["wasm"] });
    const { output } = await session.run({ input: new ort.Tensor("float32", await images().data(), [3, 3, 16, 16]) });
    expectClose(output.data as Float32Array, await outputsOf("best"));
  });

  it("writes any checkpoint's weights as safetensors, to any place", async () => {
    const flags = ["--format", "safetensors", "--checkpoint", "last", "--out", "else/where.safetensors"];
    const { code, stdout, stderr } = await torchlet(root, "export", "run", ...flags);
    expect([code, stdout, stderr]).toEqual([0, "else/where.safetensors\n", ""]);
    const { tensors, metadata } = await loadSafetensors(join(root, "else/where.safetensors"));
    expect(metadata).toEqual(METADATA);
    const model = new Net1({ size: 16 });
    model.loadStateDict(tensors);
    model.eval();
    expectClose(await noGrad(() => model.forward(images())).data(), await outputsOf("last"));
  });

  it("folds batch norms when asked to", async () => {
    const flags = ["--format", "onnx", "--fold-batch-norm", "--out", "folded.onnx"];
    const { code, stderr } = await torchlet(root, "export", "run", ...flags);
    expect([code, stderr]).toEqual([0, ""]);
    const { graph } = fromBinary(modelSchema(), await readFile(join(root, "folded.onnx"))) as Proto<"ModelProto">;
    expect(graph!.node!.map(({ opType }) => opType)).not.toContain("BatchNormalization");
  });

  it("writes the opset that is asked for", async () => {
    const { code, stderr } = await torchlet(
      root,
      "export",
      "run",
      "--format",
      "onnx",
      "--opset",
      "17",
      "--out",
      "17.onnx",
    );
    expect([code, stderr]).toEqual([0, ""]);
    const { irVersion, opsetImport } = fromBinary(
      modelSchema(),
      await readFile(join(root, "17.onnx")),
    ) as Proto<"ModelProto">;
    expect([irVersion, opsetImport![0].version]).toEqual([8n, 17n]);
  });

  it.each([
    ["no run", ["faces", "--format", "onnx"], "torchlet: faces is no run folder: there is no config.json in it\n"],
    ["no format", ["run"], "error: required option '--format <NAME>' not specified\n"],
    [
      "another format",
      ["run", "--format", "pickle"],
      "error: option '--format <NAME>' argument 'pickle' is invalid. Allowed choices are onnx, safetensors.\n",
    ],
    [
      "folding for safetensors",
      ["run", "--format", "safetensors", "--fold-batch-norm"],
      "torchlet: --fold-batch-norm is for onnx, the format is safetensors\n",
    ],
    [
      "an opset for safetensors",
      ["run", "--format", "safetensors", "--opset", "17"],
      "torchlet: --opset is for onnx, the format is safetensors\n",
    ],
    [
      "an opset that is none",
      ["run", "--format", "onnx", "--opset", "12"],
      "error: option '--opset <N>' argument '12' is invalid. Allowed choices are 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24.\n",
    ],
  ])("says what is wrong: %s", async (_, args, message) => {
    const { code, stdout, stderr } = await torchlet(root, "export", ...args);
    expect([code, stdout, stderr.slice(0, message.length)]).toEqual([1, "", message]);
  });
});
