/** What the module exports: every kernel, and the constants that the host needs too. */

export * from "./avg-pool";
export { batchNorm, batchNormInputGrad, batchNormParamGrads, channelMoments } from "./batch-norm";
export { BLOCK } from "./block";
export * from "./conv";
export * from "./conv-images";
export * from "./conv-pixels";
export * from "./conv-weight-grad";
export * from "./depthwise";
export { setEpilogue } from "./epilogue";
export * from "./matmul";
export * from "./max-pool";
export * from "./move";
export * from "./optimizer";
export { dropoutMask, uniform } from "./random";
export { argMax, reduceMax, reduceMin, reduceSum } from "./reduce";
export * from "./rules.generated";
export * from "./softmax";
export { winogradConv, winogradFilters } from "./winograd";
export * from "./winograd-weight-grad";
