/** The garbage collector, for tests that count storages: what earlier tests dropped must not go while they count. */

import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createJsBackend } from "../src/tensor/backend/js/js.js";
import { withBackend } from "../src/tensor/backend/registry.js";
import { zeros } from "../src/tensor/tensor.js";

// Node shows its collector only to those who ask.
setFlagsFromString("--expose_gc");
const collect: () => void = runInNewContext("gc");

/** Collects until a tensor that is dropped here has given its storage back: so have those that were dropped before. */
export async function collectGarbage(): Promise<void> {
  const backend = createJsBackend();
  withBackend(backend, () => void zeros([1]));
  while (backend.memory().storages > 0) {
    collect();
    await setTimeout(1);
  }
}
