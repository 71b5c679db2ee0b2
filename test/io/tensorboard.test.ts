/** Event files for TensorBoard: their frames, and what is in them, as PyTorch writes it. */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromBinary } from "@bufbuild/protobuf";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { crc32c } from "../../src/io/tensorboard/crc32c.js";
import { EventWriter, hasEvents } from "../../src/io/tensorboard/event-writer.js";
import { asRecord } from "../../src/io/tensorboard/record.js";
import { type BoardMessage, boardType } from "../../src/io/tensorboard/schema.js";
import { openFiles, saysWhatIsOpen } from "./open-files.js";
import { decodeEvent, readEvents, recordsIn, scalarsIn, sessionsIn } from "./read-events.js";

const ascii = (text: string) => new TextEncoder().encode(text);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

const root = mkdtempSync(join(tmpdir(), "torchlet-events-"));
afterAll(() => rmSync(root, { recursive: true }));
const newFolder = () => mkdtempSync(join(root, "run-"));

describe("crc32c", () => {
  it.each([
    ["32 zeros", new Uint8Array(32), 0x8a9136aa],
    ["32 bytes of ones", new Uint8Array(32).fill(255), 0x62a8ab43],
    ["0 to 31", Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ["31 to 0", Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ["123456789", ascii("123456789"), 0xe3069283],
  ])("of %s is RFC 3720's", (_, bytes, expected) => expect(crc32c(bytes)).toBe(expected));
});

describe("a record", () => {
  it("is framed as in TensorBoard's own tests", () => {
    const framed = asRecord(
      Uint8Array.from([...[9, 0, 0, 0x80, 0x38, 0x99, 0xd6, 0xd7, 0x41, 26, 13], ...ascii("brain.Event:2")]),
    );
    expect(hex(framed)).toBe(`1800000000000000a37f4b22090000803899d6d7411a0d${hex(ascii("brain.Event:2"))}124b36ab`);
  });
});

/** What PyTorch's SummaryWriter has written: records in hexadecimal, and when. */
interface Fixture {
  time: number;
  scalars: string[];
  purged: string[];
  image: string;
  hparams: string;
}

const fixture: Fixture = JSON.parse(readFileSync(new URL("../fixtures/io/tensorboard.json", import.meta.url), "utf8"));

/** Runs at the fixture's moment. */
function then<T>(work: () => T): T {
  vi.useFakeTimers({ now: fixture.time * 1000 });
  onTestFinished(() => void vi.useRealTimers());
  return work();
}

describe("a file", () => {
  it("has the bytes of PyTorch's, with numbers", () => {
    const folder = newFolder();
    const events = then(() => {
      const events = new EventWriter(folder, { purgeStep: 7 });
      events.scalars(7, { "loss/train": 0.25 });
      events.scalars(8, { "loss/train": 0 });
      return events;
    });
    events.close();
    const [name] = readdirSync(folder);
    expect(name).toMatch(new RegExp(`^events\\.out\\.tfevents\\.${fixture.time}\\..+\\.${process.pid}\\.0$`));
    expect(recordsIn(readFileSync(join(folder, name))).map(hex)).toEqual([...fixture.purged, ...fixture.scalars]);
  });

  it("has pictures and options where PyTorch has them", () => {
    const [image] = decodeEvent(Buffer.from(fixture.image, "hex")).summary!.value!;
    expect(image).toMatchObject({ tag: "picture", image: { height: 2, width: 3, colorspace: 3 } });
    expect(hex(image.image!.encodedImageString!.subarray(1, 4))).toBe(hex(ascii("PNG")));
    const [{ tag, metadata }] = decodeEvent(Buffer.from(fixture.hparams, "hex")).summary!.value!;
    expect([tag, metadata!.pluginData!.pluginName]).toEqual(["_hparams_/session_start_info", "hparams"]);
    const data = fromBinary(boardType("HParamsPluginData"), metadata!.pluginData!.content!);
    const { hparams } = (data as BoardMessage<"HParamsPluginData">).sessionStartInfo!;
    const byName = Object.fromEntries(hparams!.map(({ key, value }) => [key, value]));
    expect(byName).toMatchObject({ lr: { numberValue: 0.5 }, net: { stringValue: "net1" } });

    const folder = newFolder();
    const events = new EventWriter(folder);
    events.hparams({ lr: 0.5, net: "net1" });
    events.images(3, [{ tag: "picture", width: 3, height: 2, png: ascii("bytes"), description: "words" }]);
    then(() => events.success());
    events.close();
    const [begin, options, drawn, end] = readEvents(folder);
    expect(begin.fileVersion).toBe("brain.Event:2");
    expect(options.summary!.value![0]).toMatchObject({ tag, metadata: { pluginData: { pluginName: "hparams" } } });
    const own = fromBinary(boardType("HParamsPluginData"), options.summary!.value![0].metadata!.pluginData!.content!);
    const start = (own as BoardMessage<"HParamsPluginData">).sessionStartInfo!;
    expect(Object.fromEntries(start.hparams!.map(({ key, value }) => [key, value]))).toEqual(byName);
    expect(drawn.step).toBe(3n);
    expect(drawn.summary!.value![0]).toMatchObject({
      tag: "picture",
      image: { height: 2, width: 3, colorspace: 3, encodedImageString: ascii("bytes") },
      metadata: { summaryDescription: "words" },
    });
    expect(end.summary!.value![0].tag).toBe("_hparams_/session_end_info");
    const last = fromBinary(boardType("HParamsPluginData"), end.summary!.value![0].metadata!.pluginData!.content!);
    // STATUS_SUCCESS of tensorboard/plugins/hparams/api.proto.
    expect(last).toMatchObject({ sessionEndInfo: { status: 1, endTimeSecs: fixture.time } });
  });
});

it("options that are true or false are that, not words", () => {
  const folder = newFolder();
  const events = new EventWriter(folder);
  events.hparams({ yes: true, no: false });
  events.close();
  const [, { summary }] = readEvents(folder);
  const own = fromBinary(boardType("HParamsPluginData"), summary!.value![0].metadata!.pluginData!.content!);
  const { hparams } = (own as BoardMessage<"HParamsPluginData">).sessionStartInfo!;
  expect(hparams).toMatchObject([
    { key: "yes", value: { boolValue: true } },
    { key: "no", value: { boolValue: false } },
  ]);
});

describe("several sessions", () => {
  it("are files in the order of their names, in which what is purged does not count", () => {
    const folder = newFolder();
    writeFileSync(join(folder, "notes.txt"), "");
    expect(hasEvents(folder)).toBe(false);
    const first = new EventWriter(folder);
    for (const step of [1, 2, 3]) first.scalars(step, { loss: step });
    first.close();
    expect(hasEvents(folder)).toBe(true);
    const second = new EventWriter(folder, { purgeStep: 3 });
    second.scalars(3, { loss: 30 });
    second.close();
    expect(sessionsIn(folder).map(({ length }) => length)).toEqual([4, 3]);
    expect(scalarsIn(readEvents(folder))).toEqual({
      loss: [
        [1, 1],
        [2, 2],
        [3, 30],
      ],
    });
  });
});

it.runIf(saysWhatIsOpen)("leaves no file open", () => {
  const folder = newFolder();
  const events = new EventWriter(folder);
  expect(openFiles(folder)).toHaveLength(1);
  events.close();
  expect(openFiles(folder)).toEqual([]);
});

it("says which folder cannot be made", () => {
  writeFileSync(join(root, "file"), "");
  expect(() => new EventWriter(join(root, "file"))).toThrow(/file: it could not be made: .*\(EEXIST\)/);
});
