/** The rows of the pointwise table that are functions and no methods: what a program does not import, is not bundled. */

export * from "./pointwise/exponential-units.js";
export * from "./pointwise/hard-activations.js";
export * from "./pointwise/keep-where.js";
export * from "./pointwise/mish.js";
export * from "./pointwise/near-zero.js";
export * from "./pointwise/order.js";
export * from "./pointwise/reciprocals.js";
export * from "./pointwise/rounding.js";
export * from "./pointwise/trigonometry.js";
export * from "./pointwise/where.js";
