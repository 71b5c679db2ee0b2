/** Formulas as JavaScript that GPU.js compiles. */

import { infix, type Language } from "./infix.js";
import type { Formula, Table } from "./rows.js";

const javaScript: Language = {
  nameOf: ({ gpuJs }) => gpuJs,
  number: String,
  equality: { "===": "===", "!==": "!==" },
  choose: (where, yes, no) => `${where} ? ${yes} : ${no}`,
  choiceIsCall: false,
};

function functionOf(name: string, { parameters, result }: Formula): string {
  return `function ${name}(${parameters.join(", ")}) { return ${infix(javaScript, result)}; }`;
}

type Texts = Record<string, string>;

/** For each row the functions that the GPU.js backend's kernels/pointwise.ts call, as text. */
export function gpuJsRules({ unary, binary }: Table): { unaryRules: Texts; gradRules: Texts; binaryRules: Texts } {
  return {
    unaryRules: Object.fromEntries(unary.map(({ name, f }) => [name, functionOf("unaryRule", f)])),
    gradRules: Object.fromEntries(unary.map(({ name, df }) => [name, functionOf("gradRule", df)])),
    binaryRules: Object.fromEntries(binary.map(({ name, f }) => [name, functionOf("binaryRule", f)])),
  };
}
