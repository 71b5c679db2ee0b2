/** readJpeg: what it takes from the segments of a file, and which of them it refuses, each limit from both of its sides. */

import { describe, expect, it } from "vitest";
import { DecodeError } from "../../src/data/decoding.js";
import { readJpeg } from "../../src/data/jpeg-segments.js";

const [SOF0, SOF2, DHT, SOS, DQT, DNL, DRI] = [0xc0, 0xc2, 0xc4, 0xda, 0xdb, 0xdc, 0xdd];
const [APP0, APP1, APP14] = [0xe0, 0xe1, 0xee];

const segment = (marker: number, ...content: number[]) => {
  const length = content.length + 2;
  return [0xff, marker, length >> 8, length & 255, ...content];
};
const letters = (text: string) => Array.from(text, (letter) => letter.charCodeAt(0));
const table = (index = 0) => segment(DQT, index, ...Array<number>(64).fill(1));
/** Of 3 × 2 pixels; components as [name, sampling factors, table]. */
const frame = (components: number[][], { marker = SOF0, height = 2 } = {}) =>
  segment(marker, 8, 0, height, 0, 3, components.length, ...components.flat());
/** Of these components, all by the first tables; then a byte of image data. */
const scan = (ids: number[], [first, last, bits]: number[] = [0, 63, 0], tables = 0) => [
  ...segment(SOS, ids.length, ...ids.flatMap((id) => [id, tables]), first, last, bits),
  0x55,
];
const END = [0xff, 0xd9];

const GREY = [[1, 0x11, 0]];
const COLORS = [1, 2, 3].map((id) => [id, 0x11, 0]);

const read = (...parts: number[][]) => readJpeg(Uint8Array.from([0xff, 0xd8, ...parts.flat()]));
const grey = (...more: number[][]) => read(table(), frame(GREY), ...more, scan([1]), END);
const progressive = (components: number[][], ids: number[], how: number[]) =>
  read(
    table(),
    frame(components, { marker: SOF2 }),
    scan(
      components.map(([id]) => id),
      [0, 0, 0],
    ),
    scan(ids, how),
    END,
  );

it("reads size, components, scans, restarts and the end", () => {
  const jpeg = read(table(), segment(DRI, 1, 2), frame(COLORS), scan([1, 2, 3]), END);
  expect(jpeg.frame).toMatchObject({ progressive: false, width: 3, height: 2 });
  expect(jpeg.frame.components.map(({ id }) => id)).toEqual([1, 2, 3]);
  const components = [0, 1, 2].map((place) => [place, 0]);
  expect(jpeg.scans).toMatchObject([{ components, first: 0, last: 63, high: 0, low: 0, interval: 258 }]);
  expect([...jpeg.scans[0].data]).toEqual([0x55]);
  expect([...jpeg.scans[0].tables.keys()]).toEqual([0, 16]);
  expect([jpeg.ended, jpeg.orientation, jpeg.transformed]).toEqual([true, 1, true]);
  expect(read(table(), frame(GREY), scan([1])).ended).toBe(false);
});

it("takes the height that follows the first scan where the frame has none, and no other", () => {
  const heightOf = (height: number) =>
    read(table(), frame(GREY, { height }), scan([1]), segment(DNL, 1, 5), END).frame.height;
  expect([heightOf(0), heightOf(2)]).toEqual([261, 2]);
});

it("gives a single component one sample, whatever it says", () => {
  const { components } = read(table(), frame([[1, 0x22, 0]]), scan([1]), END).frame;
  expect(components).toMatchObject([{ horizontal: 1, vertical: 1 }]);
});

it("takes the first orientation that is told before the image", () => {
  const exif = (orientation: number) =>
    segment(
      APP1,
      ...letters(`Exif\0\0MM\0*\0\0\0\b\0\x01\x01\x12\0\x03\0\0\0\x01\0${String.fromCharCode(orientation)}\0\0`),
    );
  expect(grey(exif(6), exif(3)).orientation).toBe(6);
  expect(grey(segment(APP1, ...letters("http://ns.adobe.com/xap/1.0/\0"))).orientation).toBe(1);
  expect(read(table(), frame(GREY), scan([1]), exif(6), END).orientation).toBe(1);
});

describe("colours", () => {
  const jfif = segment(APP0, ...letters("JFIF\0"));
  const adobe = (transform: number) => segment(APP14, ...letters("Adobe"), 0, 100, 0, 0, 0, 0, transform);
  const rgb = letters("RGB").map((id) => [id, 0x11, 0]);
  const four = [1, 2, 3, 4].map((id) => [id, 0x11, 0]);

  it.each<[what: string, components: number[][], before: number[][], transformed: boolean]>([
    ["three", COLORS, [], true],
    ["three that are called R, G, B", rgb, [], false],
    ["these, in JFIF", rgb, [jfif], true],
    ["three that Adobe has not transformed", COLORS, [adobe(0)], false],
    ["three that it has", rgb, [adobe(1)], true],
    ["three that it has not, in JFIF", COLORS, [jfif, adobe(0)], true],
    ["four", four, [], false],
    ["four that Adobe has not transformed", four, [adobe(0)], false],
    ["four that it has", four, [adobe(2)], true],
    ["one", GREY, [adobe(0)], true],
  ])("%s", (_, components, before, transformed) => {
    const ids = components.map(([id]) => id);
    expect(read(...before, table(), frame(components), scan(ids), END).transformed).toBe(transformed);
  });
});

describe("limits that are kept", () => {
  const codes = (key: number, counts: number[]) => {
    const all = [...counts, ...Array<number>(16 - counts.length).fill(0)];
    return segment(DHT, key, ...all, ...Array<number>(all.reduce((a, b) => a + b)).fill(0));
  };

  it.each<[what: string, read: () => unknown]>([
    ["a quantization table of 16 bits", () => grey(segment(DQT, 0x10, ...Array<number>(128).fill(1)))],
    ["the last quantization table", () => grey(table(3))],
    ["the last Huffman table", () => grey(codes(0x13, [2]))],
    ["codes that are used up", () => grey(codes(0, [1, 2]))],
    [
      "four samples beside one",
      () =>
        read(
          table(),
          frame([
            [1, 0x44, 0],
            [2, 0x11, 0],
            [3, 0x21, 0],
          ]),
          scan([1, 2, 3]),
        ),
    ],
    ["all frequencies but the mean", () => progressive(COLORS, [2], [1, 63, 0])],
    ["the last frequency", () => progressive(COLORS, [2], [63, 63, 13])],
    ["bits that refine", () => progressive(COLORS, [1, 2, 3], [0, 0, 0x21])],
    [
      "components of one name",
      () =>
        read(
          table(),
          frame([
            [1, 0x11, 0],
            [1, 0x11, 0],
            [1, 0x11, 0],
          ]),
          scan([1, 1, 1]),
        ),
    ],
  ])("%s", (_, read) => expect(read).not.toThrow());
  // biome-ignore format: one line each
  it.each<[what: string, read: () => unknown, message: string]>([
    ["a quantization table of 24 bits", () => grey(segment(DQT, 0x20, ...Array<number>(192).fill(1))), "a quantization table is none"],
    ["a fifth quantization table", () => grey(table(4)), "a quantization table is none"],
    ["a quantization table that is short", () => grey(segment(DQT, 0, ...Array<number>(63).fill(1))), "a quantization table is none"],
    ["a Huffman table of a third class", () => grey(codes(0x20, [2])), "a Huffman table is none"],
    ["a fifth Huffman table", () => grey(codes(0x14, [2])), "a Huffman table is none"],
    ["a Huffman table that is short", () => grey(segment(DHT, 0, 2, ...Array<number>(15).fill(0), 1)), "a Huffman table is none"],
    ["more codes than there can be", () => grey(codes(0, [1, 3])), "a Huffman table is none"],
    ["two components", () => read(table(), frame(COLORS.slice(1)), scan([2, 3])), "JPEG with 2 components is not supported"],
    ["five components", () => read(table(), frame([...COLORS, ...COLORS.slice(1)]), scan([1])), "JPEG with 5 components"],
    ["a frame that is too long", () => read(table(), segment(SOF0, 8, 0, 2, 0, 3, 1, 1, 0x11, 0, 0), scan([1])), "its frame has another length"],
    ["five samples", () => read(table(), frame([[1, 0x51, 0], ...COLORS.slice(1)]), scan([1])), "sampling factors 5, 1, 1"],
    ["no sample", () => read(table(), frame([[1, 0x10, 0], ...COLORS.slice(1)]), scan([1])), "sampling factors 0, 1, 1"],
    ["three samples beside two", () => read(table(), frame([[1, 0x31, 0], [2, 0x21, 0], [3, 0x11, 0]]), scan([1])), "JPEG with horizontal sampling factors 3, 2, 1 is not supported"],
    ["a scan before the frame", () => read(table(), scan([1])), "its image data begin before it declares its size"],
    ["a scan of nothing", () => read(table(), frame(GREY), scan([])), "a scan has another length"],
    ["a scan of five", () => read(table(), frame(GREY), scan([1, 1, 1, 1, 1])), "a scan has another length"],
    ["a scan that is too long", () => read(table(), frame(GREY), segment(SOS, 1, 1, 0, 0, 63, 0, 0)), "a scan has another length"],
    ["a scan of a component that is not there", () => read(table(), frame(GREY), scan([2])), "a scan of a component that there is not"],
    ["a scan of one twice", () => read(table(), frame(COLORS), scan([1, 1])), "a scan of a component that there is not"],
    ["no scan of one", () => read(table(), frame(COLORS), scan([1, 2]), END), "it lacks a component"],
    ["no quantization table", () => read(frame(GREY), scan([1])), "it lacks a quantization table"],
    ["no Huffman table for the mean", () => read(table(), frame(GREY), scan([1], [0, 63, 0], 0x20)), "it lacks a Huffman table"],
    ["no Huffman table for the rest", () => read(table(), frame(GREY), scan([1], [0, 63, 0], 0x02)), "it lacks a Huffman table"],
    ["the mean and others at once", () => progressive(COLORS, [1], [0, 1, 0]), "a scan of frequencies 0 to 1"],
    ["a frequency beyond the last", () => progressive(COLORS, [1], [1, 64, 0]), "a scan of frequencies 1 to 64"],
    ["frequencies backwards", () => progressive(COLORS, [1], [3, 2, 0]), "a scan of frequencies 3 to 2"],
    ["frequencies of two components", () => progressive(COLORS, [1, 2], [1, 5, 0]), "a scan of frequencies 1 to 5"],
    ["more bits than there are", () => progressive(COLORS, [1], [1, 5, 14]), "bits 0 to 14"],
    ["bits that leave one out", () => progressive(COLORS, [1], [1, 5, 0x31]), "bits 3 to 1"],
    ["no scan", () => read(table(), frame(GREY), END), "bytes end before the image data"],
  ])("not: %s", (_, read, message) => {
    expect(read).toThrow(DecodeError);
    expect(read).toThrow(message);
  });
});
