/** numericClass: what of a machine decides the bits of a training, in words. */

import { currentBackend } from "../tensor/backend/current-backend.js";
import { version } from "./session.js";

/**
 * Of the current backend: where two say the same, the same options and photographs come to the same bits. Schedules and
 * augmentation ask the JavaScript engine for cosines, so its version is a part of it.
 */
export function numericClass(): string {
  const { name, device } = currentBackend();
  // Any number of threads computes the same.
  const kind = device.replace(/^\d+ threads?, /, "");
  const [major, minor] = process.versions.v8.split(".");
  return `torchlet ${version()}, ${name} (${kind}), V8 ${major}.${minor} on ${process.arch}`;
}
