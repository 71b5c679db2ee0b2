/** Formulas as AssemblyScript on four floats at once, and the kernels of wasm that they are for. */

import type { Arithmetic, Comparison, Condition, Expression } from "./expression.js";
import type { Formula, Table } from "./rows.js";

const ARITHMETIC: Record<Arithmetic, string> = { "+": "add", "-": "sub", "*": "mul", "/": "div" };

const COMPARISONS: Record<Comparison, string> = {
  "<": "lt",
  "<=": "le",
  ">": "gt",
  ">=": "ge",
  "===": "eq",
  "!==": "ne",
};

type Product = Extract<Expression, { kind: "arithmetic" }>;

const isProduct = (e: Expression): e is Product => e.kind === "arithmetic" && e.operator === "*";

/** Zero of either sign is left out: −0 is no vector without a bit. */
const isZero = (e: Expression) => e.kind === "number" && Object.is(e.value, 0);

export function simdNumber(e: Expression): string {
  switch (e.kind) {
    case "number":
      return `splat(${e.value})`;
    case "name":
      return e.name;
    case "negate":
      return `f32x4.neg(${simdNumber(e.of)})`;
    case "arithmetic": {
      const [left, right] = e.operands;
      // As in all kernels, a product that something is added to takes one instruction where there is one for it.
      if (e.operator === "+" && isProduct(left)) return called("madd", [...left.operands, right]);
      if (e.operator === "+" && isProduct(right)) return called("madd", [...right.operands, left]);
      return called(`f32x4.${ARITHMETIC[e.operator]}`, e.operands);
    }
    case "call":
      return called(e.names.simd, e.operands);
    case "choose": {
      const where = simdCondition(e.where);
      if (isZero(e.no)) return `v128.and(${simdNumber(e.yes)}, ${where})`;
      if (isZero(e.yes)) return `v128.andnot(${simdNumber(e.no)}, ${where})`;
      return `math.where(${where}, ${simdNumber(e.yes)}, ${simdNumber(e.no)})`;
    }
  }
}

const called = (name: string, operands: readonly Expression[]) => `${name}(${operands.map(simdNumber).join(", ")})`;

/** A condition's vector has all bits of a lane set where it is true, and none elsewhere. */
function simdCondition(c: Condition): string {
  switch (c.kind) {
    case "compare":
      return called(`f32x4.${COMPARISONS[c.operator]}`, c.operands);
    case "logic":
      return `v128.${c.operator === "&&" ? "and" : "or"}(${c.operands.map(simdCondition).join(", ")})`;
    case "not":
      return `v128.not(${simdCondition(c.of)})`;
  }
}

// ---- kernels -----------------------------------------------------------------------------------

/** Whether a formula is too long to have a copy of it in each of a kernel's loops. */
function isLong(e: Expression): boolean {
  if (e.kind === "call") return e.names.simd === "math.pow" || e.operands.some(isLong);
  if (e.kind === "arithmetic") return e.operands.some(isLong);
  return e.kind === "choose" && (isLong(e.yes) || isLong(e.no));
}

const capitalized = (name: string) => name[0].toUpperCase() + name.slice(1);

/** A class with the formula as its method: the way to hand a function to a loop that the compiler inlines. */
function classOf(name: string, formula: Formula, parameters: readonly string[], inlined: boolean): string {
  return [
    `/** ${formula.text.replace(/\s+/g, " ")} */`,
    `class ${name} {`,
    `  ${inlined ? "@inline " : ""}f(${parameters.map((parameter) => `${parameter}: v128`).join(", ")}): v128 {`,
    `    return ${simdNumber(formula.result)};`,
    "  }",
    "}",
  ].join("\n");
}

/** An exported kernel that runs `loop` with a formula's class; `loop` takes the kernel's own parameters. */
function kernel(name: string, loop: string, parameters: Record<string, string>): string {
  const list = Object.entries(parameters).map(([parameter, type]) => `${parameter}: ${type}`);
  const passed = Object.keys(parameters).filter((parameter) => parameter !== "_");
  return `export function ${name}(${list.join(", ")}): void {\n  ${loop}(${passed.join(", ")});\n}`;
}

const ITEMS = { begin: "i32", end: "i32" };
const UNARY = { _: "usize", ...ITEMS, x: "usize", y: "usize", size: "i32", a: "f32", b: "f32" };
const GRADIENT = { _: "usize", ...ITEMS, g: "usize", saved: "usize", gx: "usize", size: "i32", a: "f32", b: "f32" };
const BINARY = { scratch: "usize", ...ITEMS, a: "usize", b: "usize", y: "usize", size: "i32", table: "usize" };

/** rules.generated.ts: a class for each formula, and a kernel for each class. */
export function simdModule({ unary, binary }: Table): string {
  const unaryKernels = unary.map(({ name, f, df, saves }) => {
    const [g, x, y, a, b] = df.parameters;
    const forward = capitalized(name);
    const gradient = `${forward}Grad`;
    return [
      classOf(forward, f, f.parameters, true),
      classOf(gradient, df, [g, saves === "x" ? x : y, a, b], true),
      kernel(name, `map<${forward}>`, UNARY),
      kernel(`${name}Grad`, `mapGrad<${gradient}>`, GRADIENT),
    ].join("\n");
  });
  const binaryKernels = binary.map(({ name, f }) => {
    const pair = `${capitalized(name)}Pair`;
    // Called: four copies of a long formula, one for each way to broadcast, would save a tenth of its time.
    const inlined = !isLong(f.result);
    return [classOf(pair, f, f.parameters, inlined), kernel(`${name}Broadcast`, `broadcast<${pair}>`, BINARY)].join(
      "\n",
    );
  });
  return `${[
    "/** The pointwise functions and their kernels. From ops/pointwise/ by scripts/pointwise/simd.ts; do not edit. */",
    [
      'import { broadcast } from "./binary";',
      'import * as math from "./math";',
      'import { madd, splat } from "./simd";',
      'import { map, mapGrad } from "./unary";',
    ].join("\n"),
    ...unaryKernels,
    ...binaryKernels,
  ].join("\n\n")}\n`;
}
