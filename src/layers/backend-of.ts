/** backendOf: where a model is. */

import type { Backend } from "../tensor/backend/backend.js";
import { currentBackend } from "../tensor/backend/current-backend.js";
import type { AnyModule } from "./module.js";

/** The backend of its parameters, which is another than the current one after a `useBackend`; without any, the current one. */
export function backendOf(model: AnyModule): Backend {
  return model.parameters()[0]?.backend ?? currentBackend();
}
