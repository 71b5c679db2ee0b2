/** What rows of the pointwise table may be written in, in each language that they are translated to. */

import { describe, expect, it } from "vitest";
import { gpuJsRules } from "../../../scripts/pointwise/gpujs.js";
import { readPointwiseTable, readTable } from "../../../scripts/pointwise/rows.js";
import { simdModule, simdNumber } from "../../../scripts/pointwise/simd.js";
import { wgslFunction } from "../../../scripts/pointwise/wgsl.js";
import { binaryRules, unaryRules } from "../../../src/tensor/ops/pointwise-rules.js";

/** A table whose only row has this f. */
const tableOf = (f: string) => readTable("table.ts", `const op = unary("op", { f: ${f}, df: (g) => g, saves: "x" });`);

/** An expression of x, a and b in the three languages. */
function languages(expression: string) {
  const table = tableOf(`(x, a, b) => ${expression}`);
  const [{ f }] = table.unary;
  const body = (text: string) => /return (.*); }$/.exec(text)?.[1];
  return [simdNumber(f.result), body(gpuJsRules(table).unaryRules.op), body(wgslFunction("op", f))];
}

describe("a formula in AssemblyScript, in GPU.js and in WGSL", () => {
  it.each([
    ["x", "x", "x", "x"],
    ["-x", "f32x4.neg(x)", "-x", "-x"],
    ["-(-x)", "f32x4.neg(f32x4.neg(x))", "-(-x)", "-(-x)"],
    ["1.5", "splat(1.5)", "1.5", "1.5"],
    ["3", "splat(3)", "3", "3.0"],
    ["1e-7", "splat(1e-7)", "1e-7", "1e-7"],
    ["-0", "f32x4.neg(splat(0))", "-0", "-0.0"],
    ["x - -2", "f32x4.sub(x, splat(-2))", "x - -2", "x - -2.0"],
    ["x + a", "f32x4.add(x, a)", "x + a", "x + a"],
    ["x - a / b", "f32x4.sub(x, f32x4.div(a, b))", "x - a / b", "x - a / b"],
    ["(x - a) / b", "f32x4.div(f32x4.sub(x, a), b)", "(x - a) / b", "(x - a) / b"],
    ["x - (a - b)", "f32x4.sub(x, f32x4.sub(a, b))", "x - (a - b)", "x - (a - b)"],
    ["x * (a * b)", "f32x4.mul(x, f32x4.mul(a, b))", "x * (a * b)", "x * (a * b)"],
    ["x * a + b", "madd(x, a, b)", "x * a + b", "x * a + b"],
    ["b + x * a", "madd(x, a, b)", "b + x * a", "b + x * a"],
    ["x * a - b", "f32x4.sub(f32x4.mul(x, a), b)", "x * a - b", "x * a - b"],
    ["x ** a", "math.pow(x, a)", "powOf(x, a)", "powOf(x, a)"],
    ["Math.pow(x, a + 1)", "math.pow(x, f32x4.add(a, splat(1)))", "powOf(x, a + 1)", "powOf(x, a + 1.0)"],
    ["Math.max(x, a)", "f32x4.max(x, a)", "maxOf(x, a)", "maxOf(x, a)"],
    ["Math.min(x, a)", "f32x4.min(x, a)", "minOf(x, a)", "minOf(x, a)"],
    ["Math.abs(x)", "f32x4.abs(x)", "Math.abs(x)", "abs(x)"],
    ["Math.sqrt(x)", "f32x4.sqrt(x)", "Math.sqrt(x)", "sqrt(x)"],
    ["Math.exp(-x)", "math.exp(f32x4.neg(x))", "expOf(-x)", "expOf(-x)"],
    ["Math.log(x)", "math.log(x)", "logOf(x)", "logOf(x)"],
    ["Math.tanh(x)", "math.tanh(x)", "tanhOf(x)", "tanhOf(x)"],
    ["normalCdf(x)", "math.normalCdf(x)", "normalCdf(x)", "normalCdf(x)"],
    ["x > 0 ? x : a", "math.where(f32x4.gt(x, splat(0)), x, a)", "x > 0 ? x : a", "select(a, x, x > 0.0)"],
    ["x < a ? x : 0", "v128.and(x, f32x4.lt(x, a))", "x < a ? x : 0", "select(0.0, x, x < a)"],
    ["x <= a ? 0 : x", "v128.andnot(x, f32x4.le(x, a))", "x <= a ? 0 : x", "select(x, 0.0, x <= a)"],
    ["x === a ? 1 : 0", "v128.and(splat(1), f32x4.eq(x, a))", "x === a ? 1 : 0", "select(0.0, 1.0, x == a)"],
    ["x !== a ? x : b", "math.where(f32x4.ne(x, a), x, b)", "x !== a ? x : b", "select(b, x, x != a)"],
    [
      "x >= a && x < b ? x : 0",
      "v128.and(x, v128.and(f32x4.ge(x, a), f32x4.lt(x, b)))",
      "x >= a && x < b ? x : 0",
      "select(0.0, x, x >= a && x < b)",
    ],
    [
      "!(x > a || x > b && a > b) ? x : 1",
      "math.where(v128.not(v128.or(f32x4.gt(x, a), v128.and(f32x4.gt(x, b), f32x4.gt(a, b)))), x, splat(1))",
      "!(x > a || (x > b && a > b)) ? x : 1",
      "select(1.0, x, !(x > a || (x > b && a > b)))",
    ],
    [
      "a * (x > 0 ? x : x < 0 ? -x : 1)",
      "f32x4.mul(a, math.where(f32x4.gt(x, splat(0)), x, math.where(f32x4.lt(x, splat(0)), f32x4.neg(x), splat(1))))",
      "a * (x > 0 ? x : (x < 0 ? -x : 1))",
      "a * select(select(1.0, -x, x < 0.0), x, x > 0.0)",
    ],
    ["x * (2 + 3 * 4 - 6 / 3)", "f32x4.mul(x, splat(12))", "x * 12", "x * 12.0"],
    ["x / Math.sqrt(Math.PI * 4 / Math.PI)", "f32x4.div(x, splat(2))", "x / 2", "x / 2.0"],
    ["x * 2 ** -1", "f32x4.mul(x, splat(0.5))", "x * 0.5", "x * 0.5"],
  ])("%s", (expression, ...expected) => expect(languages(expression)).toEqual(expected));

  it("with infinities and NaN, where the language has them", () => {
    const table = tableOf("(x) => x < Infinity ? x : NaN");
    const [{ f }] = table.unary;
    expect(simdNumber(f.result)).toBe("math.where(f32x4.lt(x, splat(Infinity)), x, splat(NaN))");
    expect(() => wgslFunction("op", f)).toThrow(new Error("WGSL has no number Infinity"));
  });
});

describe("what cannot be translated is an error that names the row", () => {
  it.each([
    ["(x) => erf(x)", "f: `erf(x)` calls erf: rows may call Math.abs, Math.cos, "],
    ["(x) => Math.random()", "f: `Math.random()` calls Math.random: rows may call "],
    ["(x) => Math.max(x, erf(2))", "f: `erf(2)` calls erf: rows may call "],
    ["(x) => x.abs()", "f: `x.abs()` calls x.abs: rows may call "],
    ["(x) => y", "f: `y` is no parameter"],
    ["(x) => x % 2", "f: `x % 2` is not a number that a kernel can be made to compute"],
    ["(x) => x > 0", "f: `x > 0` is not a number that a kernel can be made to compute"],
    ["(x) => 'x'", "f: `'x'` is not a number that a kernel can be made to compute"],
    ["(x) => (x, 1)", "f: `x, 1` is not a number that a kernel can be made to compute"],
    ["(x) => (x ? 1 : 0)", "f: `x` is not a condition: write a comparison, such as x > 0"],
    ["(x) => (x == 1 ? 1 : 0)", "f: `x == 1` is not a condition: write a comparison, such as x > 0"],
    ["(x) => { return x; }", "f must be an arrow function of one expression"],
    ["Math.exp", "f must be an arrow function of one expression"],
    ["({ x }) => x", "f must take plain names"],
    ["(x, a, b, c) => x", "f takes 4 numbers, and is called with x, a, b"],
  ])("%s", (f, what) => expect(() => tableOf(f)).toThrow(`table.ts:1: op: ${what}`));

  it.each([
    ['unary("op", { f: (x) => x, df: (g) => g })', 'op: saves must be "x" or "y"'],
    ['unary("op", { f: (x) => x, df: (g, x) => g * x, saves: "y" })', "op: df reads x, but only y is saved"],
    ['unary("op", { f: (x) => x, df: (g, _x, y) => g * y, saves: "x" })', "op: df reads y, but only x is saved"],
    ['unary("op", { f: (x) => x, saves: "x" })', "op: df must be an arrow function of one expression"],
    ['unary("op", row)', "a row is a name and an object, both written out"],
    ["binary(name, { f: (a, b) => a })", "a row is a name and an object, both written out"],
  ])("%s", (row, what) => expect(() => readTable("table.ts", `\nconst op = ${row};`)).toThrow(`table.ts:2: ${what}`));

  it("and so is a table that cannot be parsed", () => {
    expect(() => readTable("table.ts", "const op = (")).toThrow("table.ts: ");
  });
});

describe("the kernels of wasm", () => {
  const table = readTable(
    "table.ts",
    `export const scale = unary("scale", { f: (x, by) => x * by, df: (g, _x, _y, by) => g * by, saves: "y" });
     const raised = binary("raised", { f: (a, b) => a ** b });`,
  );
  const module = simdModule(table);

  it("take what is saved in its place", () => {
    expect(module).toContain("f(g: v128, _y: v128, by: v128, _b: v128): v128 {\n    return f32x4.mul(g, by);");
    expect(module).toContain("mapGrad<ScaleGrad>(begin, end, g, saved, gx, size, a, b);");
  });

  it("hold one copy of a long formula, and several of a short one", () => {
    expect(module).toContain("  @inline f(x: v128, by: v128, _b: v128): v128 {");
    expect(module).toContain("  f(a: v128, b: v128): v128 {\n    return math.pow(a, b);");
  });
});

describe("the operations' own table", () => {
  it("is read whole", () => {
    const { unary, binary } = readPointwiseTable();
    expect(unary.map(({ name }) => name).sort()).toEqual(Object.keys(unaryRules).sort());
    expect(binary.map(({ name }) => name).sort()).toEqual(Object.keys(binaryRules).sort());
    for (const { name, saves } of unary) expect(saves, name).toBe(unaryRules[name as keyof typeof unaryRules]?.saves);
  });
});
