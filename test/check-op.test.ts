/** The checker checked: it must accept what is right, and reject every way of being wrong that it is there for. */

import { describe, expect, inject, it } from "vitest";
import { withBackend } from "../src/tensor/backend/current-backend.js";
import { tensor } from "../src/tensor/factories/from-values.js";
import { add, mul, sub, tanh } from "../src/tensor/ops/pointwise.js";
import type { Tensor } from "../src/tensor/tensor.js";
import { checksOf, expectClose, type Fixture, type OpCheck } from "./check-op.js";
import { targets } from "./targets.js";

/** The names of the checks that fail. */
async function failures(check: OpCheck): Promise<string[]> {
  const results = await Promise.allSettled(checksOf(check).map(({ run }) => run()));
  return checksOf(check).flatMap(({ name }, i) => (results[i].status === "rejected" ? [name] : []));
}

/** `op` with its output and its gradients scaled. */
function distorted(op: (x: Tensor) => Tensor, output: number, gradient: number): (x: Tensor) => Tensor {
  return (x) => {
    const y = op(x);
    const constant = y.detach();
    return add(mul(constant, output), mul(sub(y, constant), gradient));
  };
}

// tanh at 0.5 and −1, and g · (1 − tanh²): three digits more than the tolerance, from a table.
const fixture: Fixture = {
  op: "tanh",
  note: "",
  options: {},
  smooth: true,
  inputs: [{ shape: [2], values: [0.5, -1], gradient: [0.78644773, -0.8399486832] }],
  output: { shape: [2], values: [0.4621171573, -0.761594156] },
  cotangent: [1, -2],
};

const runs = targets.filter(({ backend }) => backend).map(({ label }) => label);
const onAll = (against: string) => runs.map((label) => `${label} against ${against}`);
const triple = (x: Tensor) => mul(x, 3);
const shapes = [[4, 5]];

describe("the checker", () => {
  it("runs all that it is to run on every machine: the suite is worth little where that is skipped", () => {
    // WebGPU needs a driver.
    const everywhere = inject("targets").filter((name) => name !== "gpujs:webgpu");
    expect(runs).toEqual(expect.arrayContaining(everywhere));
  });

  it("accepts what is right", async () => {
    expect(await failures({ op: tanh, fixture })).toEqual([]);
    expect(await failures({ op: triple, shapes, linear: [0] })).toEqual([]);
    expect(await failures({ op: distorted(triple, 1, 1), shapes, linear: [0] })).toEqual([]);
  });

  it.each([
    ["a wrong sign", -1],
    ["a rule off by 1 %", 1.01],
  ])("rejects %s", async (_what, factor) => {
    const wrong = { op: distorted(tanh, 1, factor), fixture };
    expect(await failures(wrong)).toEqual([...onAll("PyTorch"), "finite differences"]);
    expect(await failures({ op: distorted(triple, 1, factor), shapes, linear: [0] })).toEqual([
      "finite differences",
      "adjoint of input 0",
    ]);
  });

  it("rejects a wrong output", async () => {
    const wrong = { op: distorted(tanh, 1.001, 1), fixture };
    expect(await failures(wrong)).toEqual([...onAll("PyTorch"), "finite differences"]);
  });

  it("rejects a wrong shape", async () => {
    const wrong = { ...fixture, output: { ...fixture.output, shape: [2, 1] } };
    expect(await failures({ op: tanh, fixture: wrong })).toEqual(onAll("PyTorch"));
  });

  it("rejects a backend that differs", async () => {
    const op = (x: Tensor) => (x.backend.name.startsWith("js") ? tanh(x) : distorted(tanh, 1, 1.001)(x));
    const others = onAll("js in float64").filter((failure) => !failure.startsWith("js against"));
    expect(await failures({ op, shapes })).toEqual(others);
  });

  it("rejects a result that is not where it was asked for", async () => {
    const [js] = targets;
    const op = () => withBackend(js.backend!, () => tensor(fixture.output.values as number[]));
    const { cotangent: _cotangent, ...forward } = fixture;
    const noGradient = { ...forward, inputs: [{ shape: [2], values: [0.5, -1] as const }] };
    expect(await failures({ op, fixture: noGradient })).toEqual(onAll("PyTorch").slice(1));
  });
});

describe("expectClose", () => {
  const close = (actual: number[], expected: number[]) => () => expectClose(actual, expected, 1e-5, "it");
  it("measures against the element and the mean, and knows infinities and NaN", () => {
    expect(close([1.00001, 1e-7, Infinity, NaN], [1, 0, Infinity, NaN])).not.toThrow();
    expect(close([1.00003], [1])).toThrow("it: element 0 is 1.00003, expected 1");
    expect(close([1, Infinity], [1, -Infinity])).toThrow("element 1 is Infinity");
    expect(close([1, 0], [1, NaN])).toThrow("element 1 is 0, expected NaN");
    expect(close([NaN, 0], [1, 0])).toThrow("element 0 is NaN");
    expect(close([1], [1, 2])).toThrow("it: number of elements");
  });
});
