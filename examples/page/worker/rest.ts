/** rest: what is loaded only when it is used, some of it within the library. */

export const rest = Promise.all([
  import("./chosen.js"),
  import("./record-step.js"),
  import("./file.js"),
  import("./saving.js"),
  import("./own.js"),
  import("#pngjs"),
  import("jpeg-js"),
  import("../../../src/io/onnx/schema.js"),
  import("../../../src/train/training-state-schema.js"),
]);
