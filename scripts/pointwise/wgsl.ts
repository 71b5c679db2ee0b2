/** Formulas as WGSL, for kernels of WebGPU. */

import { infix, type Language } from "./infix.js";
import type { Formula } from "./rows.js";

function number(value: number): string {
  if (!Number.isFinite(value)) throw new Error(`WGSL has no number ${value}`);
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

const wgsl: Language = {
  nameOf: ({ wgsl }) => wgsl,
  number,
  equality: { "===": "==", "!==": "!=" },
  choose: (where, yes, no) => `select(${no}, ${yes}, ${where})`,
  choiceIsCall: true,
};

/**
 * The formula as a function of that name; what it may call besides WGSL's own functions is in math.wgsl.
 * @throws Error for an infinity or NaN
 */
export function wgslFunction(name: string, { parameters, result }: Formula): string {
  const list = parameters.map((parameter) => `${parameter}: f32`);
  return `fn ${name}(${list.join(", ")}) -> f32 { return ${infix(wgsl, result)}; }`;
}
