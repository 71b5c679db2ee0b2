/** Rows of one operand: y = f(x), and what reaches x from the gradient of y. */

import { refuseMore } from "../../arguments.js";
import { record } from "../../autograd.js";
import type { UnaryName, UnaryRule } from "../../backend/backend.js";
import { checkTensor, type Tensor } from "../../tensor.js";
import { named } from "./operation.js";

// A row is all there is of an operation: `scripts/pointwise` reads its text and makes the kernels of the backends that
// do not call it. So a formula is one expression of numbers: + − * / **, comparisons, &&, ||, !, ?:, functions of Math,
// and those of special.ts.

type UnaryRow = Omit<UnaryRule, "name">;

/** By name, those of the rows that have been loaded. */
export const madeUnaryRules: Partial<Record<UnaryName, UnaryRule>> = {};

export function unaryRule(name: UnaryName, row: UnaryRow): UnaryRule {
  const rule = { name, ...row };
  madeUnaryRules[name] = rule;
  return rule;
}

export function applyUnary(rule: UnaryRule, x: Tensor, a: number, b: number): Tensor {
  checkTensor(rule.name, "x", x);
  const { backend } = x;
  const y = backend.unary(rule, x.storage, a, b);
  const saved = () => (rule.saves === "x" ? x.storage : y);
  const gradients = (g: Tensor) => [() => backend.unaryGrad(rule, g.storage, saved(), saved(), a, b)];
  return record(rule.name, [x], x.shape, y, gradients, rule.saves === "x" ? [x] : ["result"], { a, b });
}

export function unary(name: UnaryName, row: UnaryRow): (x: Tensor) => Tensor {
  const rule = unaryRule(name, row);
  return named(name, (x: Tensor, ...more: unknown[]) => {
    refuseMore(`${name}(x)`, more);
    return applyUnary(rule, x, 0, 0);
  });
}
