/** Division and multiples, rounded up. */

export const ceilDiv = (a: number, b: number): number => Math.ceil(a / b);

/** The smallest multiple of b that is not below a. */
export const roundUp = (a: number, b: number): number => ceilDiv(a, b) * b;
