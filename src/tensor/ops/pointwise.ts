/** Pointwise operations: each is one row, its formula and its derivative side by side; `js` calls it, others translate it. */

import { ArgumentError, aNumber, aPlainObject, checkArgument, checkOptions, type Kind } from "../arguments.js";
import { checkSameBackend, record } from "../autograd.js";
import type { BinaryName, BinaryRule, UnaryName, UnaryRule } from "../backend/backend.js";
import { broadcastShapes, broadcastStrides } from "../shape.js";
import { gaussian, log1pExp, logistic, normalCdf } from "../special.js";
import { aTensor, checkTensor, Tensor, wrap } from "../tensor.js";
import { sumTo } from "./sum.js";

// A row is all there is of an operation: `scripts/pointwise` reads its text and makes the kernels of the backends that
// do not call it. So a formula is one expression of numbers: + − * / **, comparisons, &&, ||, !, ?:, functions of Math,
// and those of special.ts.

// ---- one operand -------------------------------------------------------------------------------

/** Gives a function made from a table row its op's name, for printed models and stack traces. */
function named<F extends object>(name: string, op: F): F {
  return Object.defineProperty(op, "name", { value: name });
}

type UnaryRow = Omit<UnaryRule, "name">;

/** Every rule by name, for those who check a backend. */
export const unaryRules: Partial<Record<UnaryName, UnaryRule>> = {};
export const binaryRules: Partial<Record<BinaryName, BinaryRule>> = {};

function unaryRule(name: UnaryName, row: UnaryRow): UnaryRule {
  const rule = { name, ...row };
  unaryRules[name] = rule;
  return rule;
}

/** Whoever gives options to what has none, is told; `map` and `reduce` give an index and a list, which mean nothing. */
function refuseOptions(name: string, [options]: readonly unknown[]): void {
  if (aPlainObject.accepts(options)) checkOptions(name, options, {});
}

function applyUnary(rule: UnaryRule, x: Tensor, a: number, b: number): Tensor {
  checkTensor(rule.name, "x", x);
  const { backend } = x;
  const y = backend.unary(rule, x.storage, a, b);
  const result: Tensor = record(
    rule.name,
    [x],
    x.shape,
    y,
    (g) => [
      () => {
        const saved = rule.saves === "x" ? x.storage : y;
        return backend.unaryGrad(rule, g.storage, saved, saved, a, b);
      },
    ],
    rule.saves === "x" ? [x] : ["result"],
    { a, b },
  );
  return result;
}

function unary(name: UnaryName, row: UnaryRow): (x: Tensor) => Tensor {
  const rule = unaryRule(name, row);
  return named(name, (x: Tensor, ...more: unknown[]) => {
    refuseOptions(name, more);
    return applyUnary(rule, x, 0, 0);
  });
}

/** y = −x. */
export const neg = unary("neg", { f: (x) => -x, df: (g) => -g, saves: "y" });

/** y = eˣ. */
export const exp = unary("exp", { f: (x) => Math.exp(x), df: (g, _x, y) => g * y, saves: "y" });

/** y = ln x. */
export const log = unary("log", { f: (x) => Math.log(x), df: (g, x) => g / x, saves: "x" });

/** y = √x. */
export const sqrt = unary("sqrt", { f: (x) => Math.sqrt(x), df: (g, _x, y) => g / (2 * y), saves: "y" });

/** y = |x|. The subgradient at 0 is 0, as in PyTorch. */
export const abs = unary("abs", { f: (x) => Math.abs(x), df: (g, x) => (x > 0 ? g : x < 0 ? -g : 0), saves: "x" });

/** y = max(x, 0). The subgradient at 0 is 0, as in PyTorch; NaN stays NaN, and lets the gradient pass. */
export const relu = unary("relu", { f: (x) => Math.max(x, 0), df: (g, _x, y) => (y <= 0 ? 0 : g), saves: "y" });

/** y = 1 / (1 + e⁻ˣ), the logistic function. */
export const sigmoid = unary("sigmoid", {
  f: (x) => logistic(x),
  df: (g, _x, y) => g * (y * (1 - y)),
  saves: "y",
});

/** y = tanh x. */
export const tanh = unary("tanh", {
  f: (x) => Math.tanh(x),
  // Not 1 − y²: near 1, the square's rounding error would be all that is left.
  df: (g, _x, y) => g * ((1 - y) * (1 + y)),
  saves: "y",
});

/** y = ln(1 + eˣ). */
export const softplus = unary("softplus", { f: (x) => log1pExp(x), df: (g, x) => g * logistic(x), saves: "x" });

/**
 * y = x·Φ(x), Φ being the standard normal's distribution function (exact, not the tanh approximation).
 * @see D. Hendrycks and K. Gimpel, "Gaussian error linear units", 2016, arXiv:1606.08415
 */
export const gelu = unary("gelu", {
  f: (x) => x * normalCdf(x),
  df: (g, x) => g * (normalCdf(x) + x * (1 / Math.sqrt(2 * Math.PI)) * gaussian(x)),
  saves: "x",
});

/**
 * y = x·σ(x), σ being the logistic function; also called swish.
 * @see S. Elfwing, E. Uchibe and K. Doya, "Sigmoid-weighted linear units for neural network function approximation in
 *   reinforcement learning", 2017, arXiv:1702.03118
 */
export const silu = unary("silu", {
  f: (x) => x * logistic(x),
  df: (g, x) => g * (logistic(x) * (1 + x * (1 - logistic(x)))),
  saves: "x",
});

const leakyReluRule = unaryRule("leakyRelu", {
  f: (x, slope) => (x > 0 ? x : x * slope),
  df: (g, x, _y, slope) => (x > 0 ? g : g * slope),
  saves: "x",
});

/** y = x where x > 0, negativeSlope · x elsewhere. */
export function leakyRelu(x: Tensor, negativeSlope = 0.01): Tensor {
  checkArgument("leakyRelu", "negativeSlope", negativeSlope, aNumber);
  return applyUnary(leakyReluRule, x, negativeSlope, 0);
}

const clampRule = unaryRule("clamp", {
  f: (x, low, high) => Math.min(Math.max(x, low), high),
  df: (g, x, _y, low, high) => (x >= low && x <= high ? g : 0),
  saves: "x",
});

/**
 * y = min(max(x, low), high). The gradient passes where low ≤ x ≤ high, as in PyTorch.
 * @throws RangeError when low > high or either is NaN.
 */
export function clamp(x: Tensor, low: number, high: number): Tensor {
  checkArgument("clamp", "low", low, aNumber);
  checkArgument("clamp", "high", high, aNumber);
  if (!(low <= high)) throw new RangeError(`clamp: expected low <= high, got ${low} and ${high}`);
  return applyUnary(clampRule, x, low, high);
}

/** y = x². */
export const square = unary("square", { f: (x) => x * x, df: (g, x) => g * 2 * x, saves: "x" });

const powRule = unaryRule("pow", {
  f: (x, exponent) => x ** exponent,
  df: (g, x, _y, exponent) => (exponent === 0 ? 0 : g * exponent * x ** (exponent - 1)),
  saves: "x",
});

// ---- two operands ------------------------------------------------------------------------------

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
  const lift = (x: Operand) => (x instanceof Tensor ? x : wrap([], backend.fill(1, x), backend));
  const tensors: [Tensor, Tensor] = [lift(a), lift(b)];
  checkSameBackend(name, tensors);
  return tensors;
}

/** Gradients of a binary op: ∂L/∂a and ∂L/∂b from g, in the broadcast shape; `binary` sums them back. */
type BinaryGradients = (g: Tensor, a: Tensor, b: Tensor, y: () => Tensor) => [a: () => Tensor, b: () => Tensor];

interface BinaryRow {
  f: (a: number, b: number) => number;
  /** Left out where no gradient passes. */
  gradients?: BinaryGradients;
  /** Which numbers the gradients read. */
  saves?: readonly ("a" | "b" | "y")[];
}

function binary(name: BinaryName, { f, gradients, saves = [] }: BinaryRow): (a: Operand, b: Operand) => Tensor {
  const rule: BinaryRule = { name, f };
  binaryRules[name] = rule;
  return named(name, (left: Operand, right: Operand, ...more: unknown[]) => {
    refuseOptions(name, more);
    const [a, b] = asTensors(name, left, right);
    const { backend } = a;
    const shape = broadcastShapes(a.shape, b.shape, name);
    const geometry = { shape, aStrides: broadcastStrides(a.shape, shape), bStrides: broadcastStrides(b.shape, shape) };
    const y = backend.binary(rule, a.storage, b.storage, geometry);
    const sumBack = ([ga, gb]: ReturnType<BinaryGradients>) => [() => sumTo(ga(), a.shape), () => sumTo(gb(), b.shape)];
    const result: Tensor = record(
      name,
      [a, b],
      shape,
      y,
      gradients ? (g) => sumBack(gradients(g, a, b, () => result)) : null,
      saves.map((name) => (name === "y" ? "result" : name === "a" ? a : b)),
    );
    // Only this op sees the tensors that stand for numbers; the graph keeps what it saved.
    if (a !== left) a.dispose();
    if (b !== right) b.dispose();
    return result;
  });
}

/** a + b, broadcast. */
export const add = binary("add", { f: (a, b) => a + b, gradients: (g) => [() => g, () => g], saves: [] });

/** a − b, broadcast. */
export const sub = binary("sub", { f: (a, b) => a - b, gradients: (g) => [() => g, () => neg(g)], saves: [] });

/** a · b, element by element, broadcast. */
export const mul = binary("mul", {
  f: (a, b) => a * b,
  gradients: (g, a, b) => [() => mul(g, b), () => mul(g, a)],
  saves: ["a", "b"],
});

/** a / b, element by element, broadcast. */
export const div = binary("div", {
  f: (a, b) => a / b,
  gradients: (g, _a, b, y) => [() => div(g, b), () => neg(div(mul(g, y()), b))],
  saves: ["b", "y"],
});

/** 1 where a = b, 0 elsewhere, broadcast. A constant: no gradient passes. */
export const eq = binary("eq", { f: (a, b) => (a === b ? 1 : 0) });

/**
 * Shares g between the operands that are not beaten: half each where they are equal; all of it to both where one is NaN,
 * which cannot be compared: as in PyTorch.
 */
const toWinners: BinaryGradients = (g, a, b, y) => {
  const share = (other: Tensor) => {
    const equal = eq(a, b);
    const beaten = mul(eq(other, y()), sub(1, equal));
    return div(mul(g, sub(1, beaten)), add(equal, 1));
  };
  return [() => share(b), () => share(a)];
};

/** The larger of a and b, broadcast; NaN wins. */
export const maximum = binary("maximum", {
  f: (a, b) => Math.max(a, b),
  gradients: toWinners,
  saves: ["a", "b", "y"],
});

/** The smaller of a and b, broadcast; NaN wins. */
export const minimum = binary("minimum", {
  f: (a, b) => Math.min(a, b),
  gradients: toWinners,
  saves: ["a", "b", "y"],
});

const powTensor = binary("pow", {
  f: (a, b) => a ** b,
  gradients: (g, a, b, y) => [
    // A constant 1 does not change with a: where b is 0, exponent 0 stands in for −1, which would make a = 0 NaN.
    () => mul(g, mul(b, powTensor(a, sub(b, sub(1, eq(b, 0)))))),
    // 0ᵇ stays 0 as a positive b changes: where a is 0 and y is not infinite, log 1 stands in for log 0, which would make
    // it NaN.
    () => mul(g, mul(y(), log(add(a, mul(eq(a, 0), sub(1, eq(y(), Infinity))))))),
  ],
  saves: ["a", "b", "y"],
});

/** y = x^exponent: a number, or a tensor that broadcasts. */
export function pow(x: Tensor, exponent: Operand): Tensor {
  checkTensor("pow", "x", x);
  // By far the most common power, and some twenty times as fast.
  if (exponent === 2) return square(x);
  return typeof exponent === "number" ? applyUnary(powRule, x, exponent, 0) : powTensor(x, exponent);
}
