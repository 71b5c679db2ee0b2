/** Settings: what decides a training's numbers besides what a checkpoint has of its own, and whether it is still the same. */

import { quoted } from "../io/safetensors/header.js";

/** Options, digests of photographs, and the like, as JSON has them. */
export type Settings = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What is not as it was, with its name in front. */
function changesIn(was: unknown, is: unknown, name = ""): string[] {
  if (isRecord(was) && isRecord(is)) {
    const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    return names.flatMap((inner) => changesIn(was[inner], is[inner], name ? `${name}: ${inner}` : inner));
  }
  const [before, now] = [was, is].map((value) => (value === undefined ? "nothing" : quoted(value)));
  return JSON.stringify(was) === JSON.stringify(is) ? [] : [`${name} was ${before} then, and is ${now} now`];
}

/** @throws Error naming each setting that is not what it was */
export function checkSettings(was: Settings | undefined, is: Settings | undefined): void {
  if (is === undefined) return;
  // As a file would bring them back.
  const changes = changesIn(was ?? {}, JSON.parse(JSON.stringify(is)));
  if (changes.length === 0) return;
  throw new Error(`it was saved with other settings: ${changes.join("; ")}. Put back what was, or begin anew`);
}
