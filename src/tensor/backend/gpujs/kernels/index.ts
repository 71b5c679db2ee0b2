/** Every kernel, for the build script that turns them into text. */

export * from "./batch-norm.js";
export * from "./conv2d.js";
export * from "./fours.js";
export * from "./matmul.js";
export * from "./movement.js";
export * from "./optimizer.js";
export * from "./pointwise.js";
export * from "./pool2d.js";
export * from "./reduce.js";
export * from "./softmax.js";
