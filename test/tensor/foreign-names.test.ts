/** What PyTorch, NumPy and tfjs have of a tensor and torchlet has not, or calls otherwise, is told where it is read or set. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import "../../src/tensor/methods.js";
import { ArgumentError } from "../../src/tensor/arguments.js";
import { tensor } from "../../src/tensor/factories/from-values.js";
import { Parameter } from "../../src/tensor/tensor.js";
import { operationCalls } from "../check-calls.js";

const x = tensor([1, 2]) as unknown as Record<string, unknown>;
const parameter = new Parameter(tensor([1, 2])) as unknown as Record<string, unknown>;

/** snake_case, as Python has it. */
const inPython = (name: string) => name.replace(/[A-Z]+/g, (letters) => `_${letters.toLowerCase()}`);

/** What reading a name says: undefined where it may be read. */
function refusal(name: string): string | undefined {
  try {
    void x[name];
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(ArgumentError);
    return (error as Error).message;
  }
}

/** Operations that take a tensor first, and are no methods. */
const functions = [...new Set(operationCalls.map(({ name }) => name))].filter((name) => {
  const takes = operationCalls.some((call) => call.name === name && Object.hasOwn(Object(call.args[0]), "input"));
  // Those of neural nets are functions elsewhere, too.
  return takes && !(name in x) && !/pool|conv|norm$|interpolate|shuffle|attention|^where$/i.test(name);
});

/** PyTorch's name of each operation, where a tensor has it as a method there. */
const inPyTorch = [
  ...readFileSync("docs/pytorch-names.md", "utf8").matchAll(/^\| `\w+` +\| `(?:torch|Tensor)\.(\w+)`/gm),
]
  .map(([, name]) => name)
  .filter((name) => !/^(arange|eye|linspace|einsum|var_mean)$/.test(name));

describe("a name of a tensor elsewhere", () => {
  it("is found in the lists", () => {
    expect(functions.length).toBeGreaterThan(40);
    expect(inPyTorch.length).toBeGreaterThan(60);
  });

  it.each(functions)("is told of the function: %s", (name) => {
    for (const spelling of [name, inPython(name), name.toLowerCase()]) {
      expect(refusal(spelling)).toBe(`a tensor has no ${spelling}; write ${name}(x, …)`);
    }
  });

  it.each(inPyTorch)("is a method here, too, or told of: %s", (name) => {
    if (!(name in x)) expect(refusal(name)).toContain(`a tensor has no ${name}; write `);
  });

  it.each(Object.keys(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(x))).filter((name) => /[A-Z]/.test(name)))(
    "is told of the method, in Python's spelling: %s",
    (name) => expect(refusal(inPython(name))).toContain(`; write x.${name}`),
  );

  it.each([
    ["length", "x.size"],
    ["ndim", "x.shape.length"],
    ["dtype", "x.backend.dtype"],
    ["device", "x.backend"],
    ["float", "x as it is, of float32"],
    ["is_leaf", "x.title, which says what made it"],
    ["gradFn", "x.title, which says what made it"],
    ["values", "x as it is: max gives the values, argMax their places"],
    ["T", "x.transpose(0, 1)"],
    ["view", "x.reshape(shape)"],
    ["numpy", "await x.data()"],
    ["arraySync", "await x.data()"],
    ["cuda", "await x.to(backend)"],
    ["expandDims", "unsqueeze(x, dim)"],
    ["add_", "y = x.add(…)"],
    ["clamp_", "y = x.clamp(…)"],
    ["copy_", "x.clone(), or y.copyFrom(x)"],
    ["requires_grad_", "x.requiresGrad"],
    ["trainable", "x.requiresGrad"],
    ["requireGrad", "x.requiresGrad"],
    ["argmax", "x.argMax(…)"],
  ])("is told of what is written here: %s", (name, here) => {
    const error = new ArgumentError(`a tensor has no ${name}; write ${here}`);
    for (const y of [x, parameter]) {
      expect(() => y[name]).toThrow(error);
      expect(() => Object.assign(y, { [name]: 1 })).toThrow(error);
    }
  });

  it("is left alone where it means nothing", () => {
    for (const name of ["label", "then", "name", "asymmetricMatch", "nodeType", "map"]) {
      expect(refusal(name)).toBeUndefined();
    }
  });
});
