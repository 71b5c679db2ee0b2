/** A host backend that, for a while, can only be awaited, as devices can: for what the fast suite has no device for. */

import { currentBackend } from "../src/tensor/backend/current-backend.js";

/** Runs `fn` while the current backend has no `readSync`. */
export async function unreadable(fn: () => Promise<void>): Promise<void> {
  const backend = currentBackend();
  const own = Object.getOwnPropertyDescriptor(backend, "readSync");
  Object.defineProperty(backend, "readSync", { value: undefined, configurable: true });
  try {
    await fn();
  } finally {
    if (own) Object.defineProperty(backend, "readSync", own);
    else Reflect.deleteProperty(backend, "readSync");
  }
}
