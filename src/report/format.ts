/** Numbers and times as the report writes them. */

import type { Interval } from "../metrics/bootstrap.js";

/** 0.9512 as "95.12 %", which no line breaks. */
export function percent(share: number): string {
  return `${(100 * share).toFixed(2)}\u00a0%`;
}

/** "94.60 % to 95.62 %". */
export function range({ low, high }: Interval, show: (value: number) => string): string {
  return `${show(low)} to ${show(high)}`;
}

/** With its sign: "+0.50 %", "−0.0012". */
export function signed(value: number, show: (value: number) => string): string {
  return `${value < 0 ? "−" : "+"}${show(Math.abs(value))}`;
}

/** 18259 as "18,259". */
export function count(n: number): string {
  return n.toLocaleString("en-US");
}

/** As an axis has room for: 2500 as "2.5k". */
export function thousands(n: number): string {
  return n >= 1000 ? `${n / 1000}k` : String(n);
}

/** With its noun: "1 photograph", "2,000 photographs". */
export function plural(n: number, noun: string): string {
  return `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
}

/** A p-value: "p = 0.0312". */
export function pValue(p: number): string {
  return p < 0.0001 ? "p < 0.0001" : `p = ${p.toFixed(4)}`;
}

/** Cut in the middle, where file names differ least. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`;
}
