/** How tensors print, against PyTorch. */

import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { Linear, mseLoss, noGrad, Parameter, SGD, summary, tensor, useBackend, zeros } from "../../src/index.js";
import { withBackend } from "../../src/tensor/backend/current-backend.js";
import { createJsBackend } from "../../src/tensor/backend/js/js.js";
import { printNumbers } from "../../src/tensor/print.js";
import { sizeOf } from "../../src/tensor/shape.js";

interface Case {
  shape: number[];
  /** Text is what JSON has no number for. */
  values?: (number | string)[];
  scale?: number;
  text: string;
}

/** Made by scripts/fixtures/make_print_fixtures.py. */
const cases: Case[] = JSON.parse(readFileSync(new URL("../fixtures/tensor/print.json", import.meta.url), "utf8"));

const numbers: Record<string, number> = { nan: Number.NaN, inf: Infinity, "-inf": -Infinity };

function valuesOf({ shape, values, scale = 1 }: Case): number[] {
  if (values) return values.map((value) => (typeof value === "string" ? numbers[value] : value));
  return Array.from({ length: sizeOf(shape) }, (_, i) => ((i * 7919) % 1009) * scale - 100);
}

await useBackend("wasm");

describe("numbers", () => {
  it.each(cases.map((one, i) => [i, one] as const))("as PyTorch prints them: %d", (_, one) => {
    const x = tensor(valuesOf(one), one.shape);
    expect(printNumbers(x.backend, x.storage, x.shape)).toBe(one.text);
  });

  it("are fetched from the ends only, and nothing is left behind", () => {
    const backend = createJsBackend();
    const counted = {
      ...backend,
      readSync: (storage: Parameters<NonNullable<typeof backend.readSync>>[0]) => {
        expect(storage.size).toBe(36);
        return backend.readSync!(storage);
      },
    };
    const x = withBackend(counted, () => zeros([500, 400]));
    const { storages } = backend.memory();
    String(x);
    expect(backend.memory().storages).toBe(storages);
  });
});

describe("a tensor", () => {
  afterAll(() => useBackend("wasm"));

  it("says what it is, and its numbers", () => {
    const x = tensor([
      [1, 2.5],
      [-3, 4],
    ]);
    expect(String(x)).toBe("Tensor([2, 2], wasm)\n[[ 1.0000,  2.5000],\n [-3.0000,  4.0000]]");
    expect(String(new Parameter(x).relu().sum())).toBe("Tensor([], wasm, by sum)\n7.5000");
    expect(String(new Parameter(x))).toContain("Parameter([2, 2], wasm, requiresGrad)\n[[ 1.0000");
  });

  it("shows them in Node's console, but not deep inside of something else", () => {
    const x = tensor([1, 2]);
    expect(inspect(x)).toBe("Tensor([2], wasm)\n[1., 2.]");
    expect(inspect({ loss: x })).toContain("[1., 2.]");
    expect(inspect({ a: { b: { x } } }, { depth: 2 })).not.toContain("[1., 2.]");
    expect(inspect(new SGD([new Parameter(x)]))).not.toContain("[1., 2.]");
    const model = new Linear(2, 3);
    expect(inspect(model)).toBe(String(model));
    expect(inspect(summary(model, [1, 2]))).toBe(String(summary(model, [1, 2])));
  });

  it("shows a gradient", () => {
    const w = new Parameter(tensor([1, 3]));
    mseLoss(w, tensor([0, 0])).backward();
    expect(String(w.grad)).toBe("Tensor([2], wasm)\n[1., 3.]");
  });

  it("that has been freed says so", () => {
    const x = tensor([1, 2]);
    x.dispose();
    expect(String(x)).toBe("Tensor([2], wasm), freed: dispose() was called on it");
    let inner = x;
    noGrad(() => {
      inner = tensor([3]);
    });
    expect(inspect(inner)).toContain("freed: the scope or noGrad that it was made in is over");
  });

  it("on a device that cannot be read at once says so", () => {
    const { readSync: _, ...device } = createJsBackend();
    const x = withBackend({ ...device, name: "device" } as typeof device, () => tensor([1, 2]));
    expect(String(x)).toBe("Tensor([2], device), on a device that cannot be read at once: await data()");
  });

  it("whose backend has failed says so", () => {
    const x = withBackend({ ...createJsBackend(), failure: "a worker has died" }, () => tensor([1, 2]));
    expect(String(x)).toBe("Tensor([2], js), lost: a worker has died");
  });

  it("is told apart by the options of its backend", async () => {
    const one = tensor([1, 2]);
    await useBackend("wasm", { threads: 1, strict: true });
    const other = tensor([3, 4]);
    expect(() => one.add(other)).toThrow(
      "add: the operands live on different backends: Tensor([2], wasm) and Tensor([2], wasm(strict: true, threads: 1)). ",
    );
  });

  it("does not end a step by being printed", () => {
    const w = new Parameter(tensor([1, 2]));
    const y = w.mul(2);
    for (let i = 0; i < 5; i++) String(y);
    y.sum().backward();
    expect(String(w.grad)).toContain("[2., 2.]");
  });
});
