/** Rows of two operands: y = f(a, b), broadcast, and what reaches a and b from the gradient of y. */

import { ArgumentError, checkArgument, type Kind, refuseMore } from "../../arguments.js";
import { checkSameBackend, record } from "../../autograd.js";
import type { BinaryName, BinaryRule } from "../../backend/backend.js";
import { broadcastShapes, broadcastStrides } from "../../shape.js";
import { aTensor, filled, Tensor } from "../../tensor.js";
import { sumTo } from "../sum.js";
import { named } from "./operation.js";

/** A tensor, or a number that stands for a tensor of any shape. */
export type Operand = Tensor | number;

const anOperand: Kind<Operand> = {
  ...aTensor,
  expected: "a tensor or a number",
  accepts: (value): value is Operand => typeof value === "number" || value instanceof Tensor,
};

/** The operands as tensors: a number joins the other's backend. */
function asTensors(name: string, a: Operand, b: Operand): [Tensor, Tensor] {
  checkArgument(name, "a", a, anOperand);
  checkArgument(name, "b", b, anOperand);
  const backend = (a instanceof Tensor ? a : b instanceof Tensor ? b : undefined)?.backend;
  if (!backend) throw new ArgumentError(`${name}: at least one operand must be a tensor, got ${a} and ${b}`);
  const lift = (x: Operand) => (x instanceof Tensor ? x : filled([], x, backend));
  const tensors: [Tensor, Tensor] = [lift(a), lift(b)];
  checkSameBackend(name, tensors);
  return tensors;
}

/** Gradients of a binary op: ∂L/∂a and ∂L/∂b from g, in the broadcast shape; `binary` sums them back. */
export type BinaryGradients = (g: Tensor, a: Tensor, b: Tensor, y: () => Tensor) => [a: () => Tensor, b: () => Tensor];

/** By name, those of the rows that have been loaded. */
export const madeBinaryRules: Partial<Record<BinaryName, BinaryRule>> = {};

interface BinaryRow {
  f: (a: number, b: number) => number;
  /** Left out where no gradient passes. */
  gradients?: BinaryGradients;
  /** Which numbers the gradients read. */
  saves?: readonly ("a" | "b" | "y")[];
}

export function binary(name: BinaryName, { f, gradients, saves = [] }: BinaryRow): (a: Operand, b: Operand) => Tensor {
  const rule: BinaryRule = { name, f };
  madeBinaryRules[name] = rule;
  return named(name, (left: Operand, right: Operand, ...more: unknown[]) => {
    refuseMore(`${name}(a, b)`, more);
    const [a, b] = asTensors(name, left, right);
    const { backend } = a;
    const shape = broadcastShapes(a.shape, b.shape, name);
    const geometry = { shape, aStrides: broadcastStrides(a.shape, shape), bStrides: broadcastStrides(b.shape, shape) };
    const y = backend.binary(rule, a.storage, b.storage, geometry);
    const sumBack = ([ga, gb]: ReturnType<BinaryGradients>) => [() => sumTo(ga(), a.shape), () => sumTo(gb(), b.shape)];
    const back = gradients ? (g: Tensor) => sumBack(gradients(g, a, b, () => result)) : null;
    const saved = saves.map((name) => (name === "y" ? "result" : name === "a" ? a : b));
    const result: Tensor = record(name, [a, b], shape, y, back, saved);
    // Only this op sees the tensors that stand for numbers; the graph keeps what it saved.
    if (a !== left) a.dispose();
    if (b !== right) b.dispose();
    return result;
  });
}
