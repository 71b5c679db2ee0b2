/** Formulas of the pointwise table as trees: what a row may be written in, and nothing else. */

import type { ESTree } from "vite";
import { FUNCTIONS, type Names } from "./functions.js";

/** Something that is a number. */
export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "negate"; readonly of: Expression }
  | { readonly kind: "arithmetic"; readonly operator: Arithmetic; readonly operands: Two<Expression> }
  /** x ** y is a call of Math.pow. */
  | { readonly kind: "call"; readonly names: Names; readonly operands: readonly Expression[] }
  | { readonly kind: "choose"; readonly where: Condition; readonly yes: Expression; readonly no: Expression };

/** Something that is true or false. */
export type Condition =
  | { readonly kind: "compare"; readonly operator: Comparison; readonly operands: Two<Expression> }
  | { readonly kind: "logic"; readonly operator: "&&" | "||"; readonly operands: Two<Condition> }
  | { readonly kind: "not"; readonly of: Condition };

export type Arithmetic = "+" | "-" | "*" | "/";

export type Comparison = "<" | "<=" | ">" | ">=" | "===" | "!==";

type Two<Operand> = readonly [Operand, Operand];

const ARITHMETIC = ["+", "-", "*", "/"] as const;
const COMPARISONS = ["<", "<=", ">", ">=", "===", "!=="] as const;
const LOGIC = ["&&", "||"] as const;
const NUMBERS: Record<string, number> = { NaN: Number.NaN, Infinity: Number.POSITIVE_INFINITY };

/** @returns the element of `all` that is equal to `value` */
function oneOf<T>(all: readonly T[], value: unknown): T | undefined {
  return all.find((element) => element === value);
}

/** What a name of Math stands for. */
function ofMath(name: string): unknown {
  return name.startsWith("Math.") ? Math[name.slice("Math.".length) as keyof Math] : undefined;
}

const negate = (of: Expression): Expression => ({ kind: "negate", of });

/** −0 is the negative of 0: not every language writes it as a number. */
function number(value: number): Expression {
  return Object.is(value, -0) ? negate(number(0)) : { kind: "number", value };
}

/** The values of operands that are all numbers: what is made of them is computed here, in double precision. */
function valuesOf(operands: readonly Expression[]): number[] | undefined {
  const values = operands.flatMap((operand) => (operand.kind === "number" ? [operand.value] : []));
  return values.length === operands.length ? values : undefined;
}

/** Reads one formula; `text` is the source that its nodes are positions in. */
export class FormulaReader {
  readonly #text: string;
  readonly #where: string;
  readonly #parameters: readonly string[];
  /** The parameters that the formula reads. */
  readonly reads = new Set<string>();

  /** @param where The row and the formula, for errors. */
  constructor(text: string, where: string, parameters: readonly string[]) {
    this.#text = text;
    this.#where = where;
    this.#parameters = parameters;
  }

  /** @throws Error naming the row and what no kernel can be made from */
  number(node: ESTree.Node): Expression {
    switch (node.type) {
      case "ParenthesizedExpression":
        return this.number(node.expression);
      case "Literal":
        if (typeof node.value === "number") return number(node.value);
        break;
      case "Identifier":
        if (node.name in NUMBERS) return number(NUMBERS[node.name]);
        if (!this.#parameters.includes(node.name)) this.#fail(node, "is no parameter");
        this.reads.add(node.name);
        return { kind: "name", name: node.name };
      case "MemberExpression": {
        const value = ofMath(this.#textOf(node));
        if (typeof value === "number") return number(value);
        break;
      }
      case "UnaryExpression":
        if (node.operator === "-") return this.#negative(node.argument);
        break;
      case "BinaryExpression": {
        if (node.operator === "**") return this.#call(node, "Math.pow", [node.left, node.right]);
        const operator = oneOf(ARITHMETIC, node.operator);
        if (operator) return this.#arithmetic(operator, [this.number(node.left), this.number(node.right)]);
        break;
      }
      case "CallExpression":
        return this.#call(node, this.#textOf(node.callee), node.arguments);
      case "ConditionalExpression":
        return {
          kind: "choose",
          where: this.#condition(node.test),
          yes: this.number(node.consequent),
          no: this.number(node.alternate),
        };
    }
    return this.#fail(node, "is not a number that a kernel can be made to compute");
  }

  #negative(node: ESTree.Node): Expression {
    const of = this.number(node);
    return of.kind === "number" ? number(-of.value) : negate(of);
  }

  #arithmetic(operator: Arithmetic, operands: Two<Expression>): Expression {
    const values = valuesOf(operands);
    if (!values) return { kind: "arithmetic", operator, operands };
    const [a, b] = values;
    return number({ "+": a + b, "-": a - b, "*": a * b, "/": a / b }[operator]);
  }

  #call(node: ESTree.Node, name: string, args: readonly ESTree.Node[]): Expression {
    const names = FUNCTIONS.get(name);
    if (!names) this.#fail(node, `calls ${name}: rows may call ${[...FUNCTIONS.keys()].join(", ")}`);
    const operands = args.map((arg) => this.number(arg));
    const values = valuesOf(operands);
    const computed = ofMath(name);
    return values && typeof computed === "function" ? number(computed(...values)) : { kind: "call", names, operands };
  }

  #condition(node: ESTree.Node): Condition {
    if (node.type === "ParenthesizedExpression") return this.#condition(node.expression);
    if (node.type === "UnaryExpression" && node.operator === "!") {
      return { kind: "not", of: this.#condition(node.argument) };
    }
    if (node.type === "LogicalExpression") {
      const operator = oneOf(LOGIC, node.operator);
      if (operator) {
        return { kind: "logic", operator, operands: [this.#condition(node.left), this.#condition(node.right)] };
      }
    }
    if (node.type === "BinaryExpression") {
      const operator = oneOf(COMPARISONS, node.operator);
      if (operator) return { kind: "compare", operator, operands: [this.number(node.left), this.number(node.right)] };
    }
    return this.#fail(node, "is not a condition: write a comparison, such as x > 0");
  }

  #textOf(node: ESTree.Node): string {
    return this.#text.slice(node.start, node.end);
  }

  #fail(node: ESTree.Node, what: string): never {
    throw new Error(`${this.#where}: \`${this.#textOf(node)}\` ${what}`);
  }
}
