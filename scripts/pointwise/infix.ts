/** Formulas as text with infix operators, in what parentheses they need: GPU.js's JavaScript, and WGSL. */

import type { Condition, Expression } from "./expression.js";
import type { Names } from "./functions.js";

/** In what the languages differ. */
export interface Language {
  nameOf(names: Names): string;
  number(value: number): string;
  /** Of numbers. */
  readonly equality: { readonly "===": string; readonly "!==": string };
  choose(where: string, yes: string, no: string): string;
  /** Whether that is a call, which needs no parentheses. */
  readonly choiceIsCall: boolean;
}

const STRENGTH = { choose: 0, logic: 1, compare: 2, "+": 3, "-": 3, "*": 4, "/": 4, sign: 5, atom: 6 } as const;

/** A text, and how strongly it holds together. */
interface Part {
  readonly text: string;
  readonly strength: number;
}

const atom = (text: string): Part => ({ text, strength: STRENGTH.atom });

/** The part's text, in parentheses if it would come apart among operators of this strength. */
function within({ text, strength }: Part, least: number): string {
  return strength < least ? `(${text})` : text;
}

function numberPart(language: Language, e: Expression): Part {
  switch (e.kind) {
    case "number":
      return { text: language.number(e.value), strength: e.value < 0 ? STRENGTH.sign : STRENGTH.atom };
    case "name":
      return atom(e.name);
    case "negate":
      return { text: `-${within(numberPart(language, e.of), STRENGTH.atom)}`, strength: STRENGTH.sign };
    case "arithmetic": {
      const strength = STRENGTH[e.operator];
      const [left, right] = e.operands.map((operand) => numberPart(language, operand));
      // Never regrouped, not even sums and products: rounding would differ.
      return { text: `${within(left, strength)} ${e.operator} ${within(right, strength + 1)}`, strength };
    }
    case "call":
      return atom(`${language.nameOf(e.names)}(${e.operands.map((operand) => infix(language, operand)).join(", ")})`);
    case "choose": {
      const where = within(conditionPart(language, e.where), STRENGTH.logic);
      const [yes, no] = [e.yes, e.no].map((operand) => within(numberPart(language, operand), STRENGTH.logic));
      return {
        text: language.choose(where, yes, no),
        strength: language.choiceIsCall ? STRENGTH.atom : STRENGTH.choose,
      };
    }
  }
}

function conditionPart(language: Language, c: Condition): Part {
  switch (c.kind) {
    case "compare": {
      const [left, right] = c.operands.map((operand) => within(numberPart(language, operand), STRENGTH["+"]));
      const operator = c.operator === "===" || c.operator === "!==" ? language.equality[c.operator] : c.operator;
      return { text: `${left} ${operator} ${right}`, strength: STRENGTH.compare };
    }
    case "logic": {
      // WGSL does not mix && and || without parentheses.
      const [left, right] = c.operands.map((operand) => within(conditionPart(language, operand), STRENGTH.compare));
      return { text: `${left} ${c.operator} ${right}`, strength: STRENGTH.logic };
    }
    case "not":
      return { text: `!${within(conditionPart(language, c.of), STRENGTH.atom)}`, strength: STRENGTH.sign };
  }
}

export function infix(language: Language, e: Expression): string {
  return numberPart(language, e).text;
}
