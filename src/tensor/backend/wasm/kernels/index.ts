/** Every kernel that the module exports. */

export * from "./batch-norm";
export * from "./binary";
export * from "./conv";
export * from "./conv-weight-grad";
export * from "./matmul";
export * from "./move";
export * from "./optimizer";
export * from "./pool";
export { argMax, reduceMax, reduceMin, reduceSum } from "./reduce";
export * from "./softmax";
export * from "./unary";
export { setWindow } from "./window";
export { setTiling, winogradConv, winogradFilters } from "./winograd";
export * from "./winograd-weight-grad";
