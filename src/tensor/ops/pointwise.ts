/** The table of pointwise operations, family by family: every export is an operation. */

export * from "./pointwise/arithmetic.js";
export * from "./pointwise/comparisons.js";
export * from "./pointwise/exponentials.js";
export * from "./pointwise/magnitude.js";
export * from "./pointwise/powers.js";
export * from "./pointwise/rectifiers.js";
export * from "./pointwise/smooth-activations.js";
