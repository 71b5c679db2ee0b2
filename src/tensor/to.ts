/** to: a tensor on another backend. */

import type { Backend } from "./backend/backend.js";
import { withBackend } from "./backend/current-backend.js";
import { type BackendName, backendNamed, isBackend } from "./backend/registry.js";
import { tensor } from "./factories/from-values.js";
import type { Tensor } from "./tensor.js";

/**
 * The same numbers on another backend, outside of the graph; x itself where it is there already.
 * @param target a name, or the backend itself: `model.parameters()[0].backend`
 * @throws Error when a gradient is to reach x, which it could not from there, or there is no such backend
 */
export async function to(x: Tensor, target: BackendName | Backend): Promise<Tensor> {
  const backend = isBackend(target) ? target : await backendNamed(target);
  if (backend === x.backend) return x;
  if (x.requiresGrad) {
    throw new Error(`to: no gradient comes back from ${backend.name} to ${x.backend.name}; detach() first`);
  }
  const values = await x.data();
  return withBackend(backend, () => tensor(values, x.shape));
}
