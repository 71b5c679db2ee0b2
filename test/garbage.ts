/** The garbage collector, for tests that count storages: what earlier tests dropped must not go while they count. */

import { setTimeout } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

// Node shows its collector only to those who ask.
setFlagsFromString("--expose_gc");
const collect: () => void = runInNewContext("gc");

/** Collects, and lets those who wait for it (`FinalizationRegistry`) take their turn. */
export async function collectGarbage(): Promise<void> {
  collect();
  await setTimeout();
}
