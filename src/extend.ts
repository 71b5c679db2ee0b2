/** torchlet/extend: what it takes to write operations and backends of one's own, on top of what torchlet exports. */

export { ArgumentError, checkArgument, checkOptions, type Kind, type OptionKinds } from "./tensor/arguments.js";
export { checkSameBackend, record, recordShared } from "./tensor/autograd.js";
export type {
  AdamStep,
  AdamTensors,
  AxisGeometry,
  Backend,
  BinaryName,
  BinaryRule,
  BroadcastGeometry,
  ChannelAffine,
  ChannelGeometry,
  ChannelMoments,
  ClampName,
  Composed,
  ConstantNorm,
  ConvEpilogue,
  ConvGeometry,
  DType,
  FloatArray,
  MatmulGeometry,
  MemoryInfo,
  Normalized,
  PadGeometry,
  PoolGeometry,
  Primitives,
  ReduceName,
  SgdStep,
  SgdTensors,
  Storage,
  UnaryFormula,
  UnaryName,
  UnaryRule,
  ViewGeometry,
  WindowGeometry,
} from "./tensor/backend/backend.js";
export { completeBackend } from "./tensor/backend/composed/complete-backend.js";
export { currentBackend, withBackend } from "./tensor/backend/current-backend.js";
export { createJsBackend } from "./tensor/backend/js/js.js";
export { type KernelCheck, selfCheck, TOLERANCE } from "./tensor/self-check.js";
export {
  broadcastShapes,
  broadcastStrides,
  checkShape,
  formatShape,
  normalizeDim,
  normalizeDims,
  sameShape,
  sizeOf,
  stridesOf,
} from "./tensor/shape.js";
export { show } from "./tensor/show.js";
export { type Operation, observe } from "./tensor/trace.js";
