/** What is kept of a run: its checkpoint after an epoch, and going on from it. Loaded when there is something to keep. */

import { decodeCheckpoint, encodeCheckpoint, type Training, type TrainingPosition } from "../../../src/index.js";
import type { History } from "../protocol.js";
import type { Settings } from "../settings.js";
import { type SavedRun, saveRun } from "./store.js";

/** @returns how many bytes the browser keeps; 0 where it has no room */
export async function save(settings: Settings, training: Training, history: History): Promise<number> {
  const bytes = await encodeCheckpoint(training);
  return (await saveRun({ settings, bytes, history })) ? bytes.length : 0;
}

/** @returns where the run was */
export function goOn(saved: SavedRun, made: Omit<Training, "position">): Promise<TrainingPosition> {
  return decodeCheckpoint(saved.bytes, made);
}
