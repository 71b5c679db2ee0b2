/** Chooses the backend to measure, and tells which one it became. */

import { useBackend } from "../src/index.js";
import type { Backend } from "../src/tensor/backend/backend.js";
import { currentBackend } from "../src/tensor/backend/current-backend.js";
import type { BenchOptions } from "./options.js";
import { onlyBy } from "./ways.js";

export interface ChosenBackend {
  backend: Backend;
  /** As it was asked for. */
  asked: string;
  /** Threads that share its work. */
  threads: number;
}

export async function chooseBackend({ backend: asked, way }: BenchOptions, threads?: number): Promise<ChosenBackend> {
  await useBackend(asked, { threads, ...onlyBy(way) });
  const backend = currentBackend();
  return { backend, asked, threads: "threads" in backend ? Number(backend.threads) : 1 };
}
