/** A number of the command line. */

/**
 * @param name of the option, without its dashes
 * @param text what stands behind it
 * @throws Error naming the option, unless it is a number, not less than `least`, and whole where it has to be
 */
export function numberOption(name: string, text: string, least: number, whole: boolean): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= least) || !Number.isFinite(value) || (whole && !Number.isInteger(value))) {
    throw new Error(`--${name}: expected ${whole ? "a whole number" : "a number"} of at least ${least}, got "${text}"`);
  }
  return value;
}
