/** What runs a training: versions, machine, backend. */

import { readFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { currentBackend } from "../tensor/backend/current-backend.js";
import type { Session } from "./run-json.js";

/** Of this package, whose root is as far from `src/run` as from `dist/bundle`'s files, which this becomes part of. */
export function version(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}

/** This machine, now, with the current backend. */
export function session(): Session {
  const { name, device } = currentBackend();
  const processors = cpus();
  return {
    started: new Date().toISOString(),
    torchlet: version(),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    backend: name,
    device,
  };
}
