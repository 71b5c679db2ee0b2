/** What a face is, and what the net says of it, in words. */

export const NAMES = ["not covered", "covered"] as const;

/** "93 %" */
export function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** The net's opinion, and how sure it is of it. */
export function opinionOf(covered: number): { label: 0 | 1; sure: number } {
  const label = covered > 0.5 ? 1 : 0;
  return { label, sure: label === 1 ? covered : 1 - covered };
}
