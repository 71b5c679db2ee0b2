/** The browser's own storage, where a run is kept so that a reload goes on with it. */

import type { History } from "../protocol.js";
import type { Settings } from "../settings.js";

/** A run between two epochs. */
export interface SavedRun {
  settings: Settings;
  /** A checkpoint. */
  bytes: Uint8Array<ArrayBuffer>;
  history: History;
}

/** There is one run. */
const [DATABASE, STORE, KEY] = ["torchlet-page", "runs", "watch"];

function answerOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function open(): Promise<IDBDatabase> {
  const opened = indexedDB.open(DATABASE, 1);
  opened.onupgradeneeded = () => opened.result.createObjectStore(STORE);
  return answerOf(opened);
}

async function inStore<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const database = await open();
  try {
    return await answerOf(use(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

/** What was saved last; nothing where there is none, or no storage, as in private windows. */
export async function savedRun(): Promise<SavedRun | undefined> {
  try {
    return (await inStore("readonly", (store) => store.get(KEY))) as SavedRun | undefined;
  } catch {
    return undefined;
  }
}

/** @returns whether there was room for it */
export async function saveRun(run: SavedRun): Promise<boolean> {
  try {
    await inStore("readwrite", (store) => store.put(run, KEY));
    return true;
  } catch {
    return false;
  }
}

export async function forgetRun(): Promise<void> {
  await inStore("readwrite", (store) => store.delete(KEY)).catch(() => {});
}
