/** Numbers on the command lines of the scripts and benchmarks. */

/** @throws Error naming the option unless `text` is a whole number from 1 */
export function countOption(name: string, text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1) throw new Error(`--${name}: expected a whole number from 1, got "${text}"`);
  return count;
}
