/** docs/pytorch.md, program by program: weights and training go to PyTorch and come back. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { loadOptimizer, saveOptimizer } from "../../src/io/optimizer-state.js";
import { loadSafetensors, saveSafetensors } from "../../src/io/safetensors/file.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { Conv2d } from "../../src/layers/conv2d.js";
import { Linear } from "../../src/layers/linear.js";
import { nllLoss } from "../../src/layers/losses/nll-loss.js";
import { MaxPool2d } from "../../src/layers/max-pool2d.js";
import type { Module } from "../../src/layers/module.js";
import { Sequential } from "../../src/layers/sequential.js";
import type { StateDict } from "../../src/layers/state-dict.js";
import { Net1 } from "../../src/nets/net1.js";
import { Net2 } from "../../src/nets/net2.js";
import { Net3 } from "../../src/nets/net3.js";
import { Adam } from "../../src/optim/adam.js";
import { AdamW } from "../../src/optim/adamw.js";
import type { Optimizer } from "../../src/optim/optimizer.js";
import { SGD } from "../../src/optim/sgd.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { flatten } from "../../src/tensor/ops/movement/reshape.js";
import { relu } from "../../src/tensor/ops/pointwise.js";
import { logSoftmax } from "../../src/tensor/ops/softmax.js";
import { noGrad } from "../../src/tensor/scope.js";
import type { Tensor } from "../../src/tensor/tensor.js";
import "../../src/tensor/methods.js";
import { readFixture } from "../check-op.js";
import { hashed } from "../nets/hashed.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const document = readFileSync(join(root, "docs/pytorch.md"), "utf8");

/** The document's programs by name, each of which begins with a comment that says it. */
const programs = new Map(
  Array.from(document.matchAll(/^```(?:ts|python)\n(?:\/\/|#) (\S+)\n([\s\S]*?)^```$/gm), ([, name, text]) => [
    name,
    text,
  ]),
);

/** The first Python that has PyTorch. */
const python = [process.env.PYTHON, "python3", "/usr/bin/python3"].find(
  (name) => name && spawnSync(name, ["-c", "import torch"]).status === 0,
);

/** What a program prints of itself: outputs of the net, and the loss of each step. */
interface Printed {
  outputs: number[][];
  losses: number[];
}

function run(command: string, args: string[], folder: string): Printed {
  const path = join(root, "scripts/fixtures");
  const { stdout, stderr, status } = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, PYTHONPATH: path },
  });
  expect(status, stderr).toBe(0);
  const lines = stdout.split("\n").map((line) => line.split(" "));
  const numbersOf = (what: string) =>
    lines.filter(([first]) => first === what).map((line) => line.slice(1).map(Number));
  return { outputs: numbersOf("outputs"), losses: numbersOf("loss").flat() };
}

function expectWithin(actual: number[], expected: number[], tolerance: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  const worst = Math.max(...actual.map((value, i) => Math.abs(value - expected[i])));
  expect(worst, what).toBeLessThan(tolerance);
}

/** The next loss is the same; those after it may move apart, as the document says. */
function expectNext(actual: number[], expected: number[], what: string): void {
  expectWithin(actual.slice(0, 1), expected.slice(0, 1), 1e-5, what);
  expectWithin(actual, expected, 1e-3, what);
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => void rmSync(folder, { recursive: true })));

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "torchlet-pytorch-"));
  folders.push(folder);
  return folder;
}

type Change = readonly [from: string, to: string];

/** The programs, with these words changed in those that use the nets, in a folder where `torchlet` is this source. */
function write(changes: readonly Change[]): string {
  const folder = newFolder();
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  const source: Change = ['"torchlet"', JSON.stringify(join(root, "src/index.ts"))];
  for (const [name, text] of programs) {
    const own = name === "torchlet_nets.py" ? [] : [source, ...changes];
    writeFileSync(
      join(folder, name),
      own.reduce((all, [from, to]) => all.replaceAll(from, to), text),
    );
  }
  return folder;
}

/** Another optimizer instead of the document's. */
function optimizer(name: string, here: string, there: string): Change[] {
  return [
    ["import { Adam,", `import { ${name},`],
    ["new Adam(model.parameters(), { lr: 1e-3, weightDecay: 1e-3 })", `new ${name}(model.parameters(), ${here})`],
    [
      "torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-3)",
      `torch.optim.${name}(model.parameters(), ${there})`,
    ],
  ];
}

const variants: [what: string, changes: Change[]][] = [
  ["Net #1 with Adam, as the document has it", []],
  ["Net #1 with SGD and momentum", optimizer("SGD", "{ lr: 1e-3, momentum: 0.9 }", "lr=1e-3, momentum=0.9")],
  [
    "Net #2 with AdamW",
    [
      ...optimizer("AdamW", "{ lr: 1e-4 }", "lr=1e-4"),
      ["new Net1()", "new Net2({ dropout: 0 })"],
      ["Net1", "Net2"],
      ["net1()", "net2(dropout=0)"],
      ["net1", "net2"],
      ["[8, 3, 32, 32]", "[2, 3, 64, 64]"],
      ["[3, 32, 32]", "[3, 64, 64]"],
      ["[0, 1, 0, 1, 0, 1, 0, 1]", "[0, 1]"],
    ],
  ],
  [
    "Net #3 with Adam",
    [
      ["new Net1()", "new Net3({ dropout: 0 })"],
      ["Net1", "Net3"],
      ["net1()", "net3(dropout=0)"],
      ["net1", "net3"],
      ["[8, 3, 32, 32]", "[8, 3, 64, 64]"],
      ["[3, 32, 32]", "[3, 64, 64]"],
    ],
  ],
];

describe("the document", () => {
  it("has the programs", () => {
    expect([...programs.keys()]).toEqual(["torchlet_nets.py", "here.ts", "there.py", "back.ts", "onnx.ts"]);
  });
});

/** What PyTorch wrote, and how it went on: scripts/fixtures/make_pytorch_fixtures.py. */
const fixture = readFixture<{
  states: Record<"Net1" | "Net2" | "Net3", [name: string, shape: number[]][]>;
  trained: Record<string, { net: string; optimizer: string; outputs: number[]; losses: number[] }>;
}>("io/pytorch");

const makers: Record<string, (model: Module) => Optimizer> = {
  Adam: (model) => new Adam(model.parameters(), { lr: 0.5, weightDecay: 0.01 }),
  AdamW: (model) => new AdamW(model.parameters(), { lr: 0.5 }),
  SGD: (model) => new SGD(model.parameters(), { lr: 0.5, momentum: 0.9, weightDecay: 0.01 }),
  "SGD without momentum": (model) => new SGD(model.parameters(), { lr: 0.5 }),
};

const smallNet = () =>
  new Sequential(
    ...[new Conv2d(3, 4, 3, { padding: 1 }), new BatchNorm2d(4), relu, new MaxPool2d(2)],
    ...[flatten, new Linear(4 * 4 * 4, 2), (x: Tensor) => logSoftmax(x, 1)],
  );

const shapesOf = (state: StateDict) => Object.entries(state).map(([name, { shape }]) => [name, [...shape]]);

describe("as PyTorch has it", () => {
  it.each([
    ["Net1", () => new Net1()],
    ["Net2", () => new Net2()],
    ["Net3", () => new Net3()],
  ] as const)("%s: names and shapes of the state dict, in the same order", (name, make) => {
    expect(shapesOf(make().stateDict())).toEqual(fixture.states[name]);
  });

  it.each(Object.keys(fixture.trained))(
    "a net and its %s go on from PyTorch's files, and from their own",
    async (name) => {
      const expected = fixture.trained[name];
      const folder = newFolder();
      const [net, state] = [join(folder, "net.safetensors"), join(folder, "optimizer.safetensors")];
      writeFileSync(net, Buffer.from(expected.net, "base64"));
      writeFileSync(state, Buffer.from(expected.optimizer, "base64"));
      const images = tensor(hashed(1, 6 * 3 * 8 * 8), [6, 3, 8, 8]);
      // The second time from what was written here, in the place of PyTorch's files.
      for (const writer of ["PyTorch", "here"]) {
        const model = smallNet();
        model.loadStateDict((await loadSafetensors(net)).tensors);
        const optimizer = makers[name](model);
        await loadOptimizer(state, optimizer);
        await saveSafetensors(net, model.stateDict());
        await saveOptimizer(state, optimizer);
        model.eval();
        const outputs = await noGrad(() => model.forward(images)).data();
        expectWithin([...outputs], expected.outputs, 1e-5, `outputs, from ${writer}`);
        model.train();
        const losses: number[] = [];
        for (const _ of expected.losses) {
          optimizer.zeroGrad();
          const loss = nllLoss(model.forward(images), [0, 1, 0, 1, 0, 1]);
          loss.backward();
          optimizer.step();
          losses.push(await loss.item());
        }
        expectWithin(losses, expected.losses, 1e-5, `losses, from ${writer}`);
      }
    },
  );
});

describe.skipIf(!python)("with PyTorch (skipped where no python3 has it)", () => {
  it.each(variants)("%s: outputs and the next losses agree, there and back", (_, changes) => {
    const folder = write(changes);
    const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
    const here = run(process.execPath, [tsx, "here.ts"], folder);
    const there = run(python!, ["there.py"], folder);
    const back = run(process.execPath, [tsx, "back.ts"], folder);
    expectWithin(there.outputs[0], here.outputs[0], 1e-5, "outputs there");
    expectWithin(back.outputs[0], there.outputs[1], 1e-5, "outputs back here");
    expectNext(there.losses.slice(0, 3), here.losses.slice(3), "losses there");
    expectNext(back.losses, there.losses.slice(3), "losses back here");
    run(process.execPath, [tsx, "onnx.ts"], folder);
    expect(readdirSync(folder)).toContain("net.onnx");
  });
});
