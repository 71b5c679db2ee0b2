/** readEvents: what TensorBoard finds in a folder's event files. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { expect } from "vitest";
import { asRecord } from "../../src/io/tensorboard/record.js";
import { type BoardMessage, boardType } from "../../src/io/tensorboard/schema.js";

export type Event = BoardMessage<"Event">;

/** The messages in the frames of a file, whose checksums are looked at. */
export function recordsIn(file: Uint8Array): Uint8Array[] {
  const records: Uint8Array[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  for (let at = 0; at < file.length; ) {
    const end = at + 12 + Number(view.getBigUint64(at, true));
    const message = Uint8Array.from(file.subarray(at + 12, end));
    expect(asRecord(message)).toEqual(Uint8Array.from(file.subarray(at, end + 4)));
    records.push(message);
    at = end + 4;
  }
  return records;
}

export function decodeEvent(message: Uint8Array): Event {
  return fromBinary(boardType("Event"), message) as Event;
}

/** Of each file in a folder, in the order of their names: its events. */
export function sessionsIn(folder: string): Event[][] {
  const names = readdirSync(folder).filter((name) => name.startsWith("events.out.tfevents."));
  return names.sort().map((name) => recordsIn(readFileSync(join(folder, name))).map(decodeEvent));
}

/** What counts: where a session begins, nothing of its first step and of later ones does that was told before. */
export function readEvents(folder: string): Event[] {
  let events: Event[] = [];
  for (const event of sessionsIn(folder).flat()) {
    if (event.sessionLog?.status === 1) events = events.filter(({ step }) => step! < event.step!);
    events.push(event);
  }
  return events;
}

/** The curves: of each name, steps and numbers. */
export function scalarsIn(events: readonly Event[]): Record<string, [step: number, value: number][]> {
  const curves: Record<string, [number, number][]> = {};
  for (const { step, summary } of events) {
    for (const { tag, simpleValue } of summary?.value ?? []) {
      // A field that is not there reads as 0; curves have neither pictures nor options.
      if (tag!.startsWith("_hparams_") || ["filters", "confusion"].includes(tag!)) continue;
      curves[tag!] ??= [];
      curves[tag!].push([Number(step), simpleValue!]);
    }
  }
  return curves;
}
