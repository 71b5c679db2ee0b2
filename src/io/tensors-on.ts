/** tensorsOn: tensors of a file, where they are wanted. */

import type { StateDict } from "../layers/state-dict.js";
import type { Backend } from "../tensor/backend/backend.js";
import { to } from "../tensor/to.js";

/** The same tensors on `backend`, for the caller to dispose of; those that are elsewhere are disposed of once they are there. */
export async function tensorsOn(backend: Backend, tensors: StateDict): Promise<StateDict> {
  const moved = Object.entries(tensors).map(async ([name, value]) => {
    const own = await to(value, backend);
    if (own !== value) value.dispose();
    return [name, own] as const;
  });
  return Object.fromEntries(await Promise.all(moved));
}
