/** Numbers and times as the report writes them. */

import type { Interval } from "../metrics/bootstrap.js";

/** 0.9512 as "95.12 %", which no line breaks. */
export function percent(share: number, digits = 2): string {
  return `${(100 * share).toFixed(digits)}\u00a0%`;
}

/** "94.60 % to 95.62 %". */
export function range({ low, high }: Interval, show: (value: number) => string): string {
  return `${show(low)} to ${show(high)}`;
}

/** With its sign: "+0.50", "−0.0012". */
export function signed(value: number, show: (value: number) => string): string {
  return `${value < 0 ? "−" : "+"}${show(Math.abs(value))}`;
}

/** As an axis has room for: 2500 as "2.5k". */
export function thousands(n: number): string {
  return n >= 1000 ? `${n / 1000}k` : String(n);
}

/** A p-value: "p = 0.0312". */
export function pValue(p: number): string {
  return p < 0.0001 ? "p < 0.0001" : `p = ${p.toFixed(4)}`;
}

const segmenter = new Intl.Segmenter("en");

/** What is read as one character each: an emoji of several code points, a letter with its marks. */
function characters(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Characters that take the room of two Latin ones. */
const WIDE = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}]/u;

/** The room that a text takes, in Latin characters. */
export function roomFor(text: string): number {
  return characters(text).reduce((sum, character) => sum + (WIDE.test(character) ? 2 : 1), 0);
}

/** Cut in the middle, where file names differ least, to at most so many characters. */
export function shortened(text: string, length: number): string {
  const all = characters(text);
  if (all.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${all.slice(0, head).join("")}…${all.slice(all.length - (length - 1 - head)).join("")}`;
}

/** Scripts that are written from right to left. */
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/** A name among other text: one that is written from right to left takes no number with it that stands behind it. */
export function inText(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `${name}\u200e` : name;
}

/** "“Coat”": a class within a sentence. */
export function inQuotes(name: string): string {
  return inText(`“${name}”`);
}

/**
 * Counts as percentages of their sum, rounded so that these add up to exactly 100: those that lose most by being rounded
 * down are rounded up. All 0 where nothing was counted.
 */
export function percentages(counts: readonly number[], digits = 0): number[] {
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total === 0) return counts.map(() => 0);
  const unit = 10 ** digits;
  const exact = counts.map((n) => (100 * unit * n) / total);
  const rounded = exact.map(Math.floor);
  const missing = 100 * unit - rounded.reduce((sum, n) => sum + n, 0);
  const order = [...counts.keys()].sort((a, b) => exact[b] - rounded[b] - (exact[a] - rounded[a]));
  for (const i of order.slice(0, missing)) rounded[i]++;
  return rounded.map((n) => n / unit);
}
