/** clone: a copy. */

import { record } from "../../autograd.js";
import { checkTensor, type Tensor } from "../../tensor.js";

/** A copy of x, in the graph: unlike `detach()`, it does not share numbers with x. */
export function clone(x: Tensor): Tensor {
  checkTensor("clone", "x", x);
  const storage = x.backend.view(x.storage, { shape: [x.size], strides: [1], offset: 0 });
  return record("clone", [x], x.shape, storage, (g) => [() => g], []);
}
