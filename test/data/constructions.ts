/** JPEG and PNG files of every construction: what libjpeg wrote, taken apart and put together again otherwise, and PNGs. */

import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { Generator } from "../../src/tensor/random.js";
import { crc32 } from "../fuzz/mutate.js";

interface Fixture {
  /** As libjpeg and Pillow write them. */
  files: Record<string, string>;
  /** Width, height and pixels of what Pillow reads. */
  images: [width: number, height: number, rgb: string][];
  /** Which of the images a file is; null where Pillow refuses. */
  read: Record<string, number | null>;
}

// Made by scripts/fixtures/make_construction_fixtures.py.
export const fixture: Fixture = JSON.parse(readFileSync("test/fixtures/data/constructions.json", "utf8"));

/** Files by what they are. */
export type Files = Map<string, Buffer>;

/** In a random order; `Generator` gives whole permutations. */
function shuffled<T>(values: readonly T[], random: Generator): T[] {
  return Array.from(random.permutation(values.length), (i) => values[i]);
}

// ---- JPEG --------------------------------------------------------------------------------------------

const [SOF0, SOF1, SOF2, DHT, SOI, EOI, SOS, DQT, DNL, DRI] = [
  0xc0, 0xc1, 0xc2, 0xc4, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd,
];
const [APP0, APP1, APP14, COM] = [0xe0, 0xe1, 0xee, 0xfe];

interface Segment {
  marker: number;
  content: Buffer;
  /** The image data behind a scan's segment. */
  data: Buffer;
}

const none = Buffer.alloc(0);

function make(marker: number, content: Iterable<number> | string, data = none): Segment {
  return { marker, content: Buffer.from(typeof content === "string" ? content : [...content]), data };
}

/** The segments between the start and the end. */
export function segmentsOf(file: Buffer): Segment[] {
  const segments: Segment[] = [];
  for (let offset = 2; file[offset + 1] !== EOI; ) {
    const start = offset + 2 + file.readUInt16BE(offset + 2);
    let end = start;
    const isData = () => file[end] !== 0xff || file[end + 1] === 0 || (file[end + 1] >= 0xd0 && file[end + 1] <= 0xd7);
    if (file[offset + 1] === SOS) while (isData()) end++;
    segments.push({
      marker: file[offset + 1],
      content: file.subarray(offset + 4, start),
      data: file.subarray(start, end),
    });
    offset = end;
  }
  return segments;
}

export function fileOf(segments: readonly Segment[], end: readonly number[] = [0xff, EOI]): Buffer {
  const parts = segments.flatMap(({ marker, content, data }) => {
    const length = content.length + 2;
    return [Buffer.of(0xff, marker, length >> 8, length & 255), content, data];
  });
  return Buffer.concat([Buffer.of(0xff, SOI), ...parts, Buffer.from(end)]);
}

/** Each table in a segment of its own. */
function apart({ marker, content, data }: Segment): Segment[] {
  const tables: Segment[] = [];
  for (let offset = 0; offset < content.length && (marker === DQT || marker === DHT); ) {
    const counts = content.subarray(offset + 1, offset + 17);
    const size = marker === DQT ? (content[offset] >> 4 ? 128 : 64) : 16 + counts.reduce((sum, n) => sum + n, 0);
    tables.push({ marker, content: content.subarray(offset, offset + 1 + size), data });
    offset += 1 + size;
  }
  return tables.length > 0 ? tables : [{ marker, content, data }];
}

/** All tables of a kind in one segment. */
function together(segments: readonly Segment[], marker: number): Segment[] {
  const content = Buffer.concat(segments.filter((each) => each.marker === marker).map((each) => each.content));
  const first = segments.findIndex((each) => each.marker === marker);
  return segments.flatMap((each, i) => (each.marker !== marker ? [each] : i === first ? [{ ...each, content }] : []));
}

function change(segments: readonly Segment[], marker: number, how: (content: Buffer) => void): Segment[] {
  return segments.map((each) => {
    if (each.marker !== marker) return each;
    const content = Buffer.from(each.content);
    how(content);
    return { ...each, content };
  });
}

const isFrame = ({ marker }: Segment) => marker === SOF0 || marker === SOF1 || marker === SOF2;

function withFrame(segments: readonly Segment[], how: (content: Buffer) => void): Segment[] {
  return change(segments, segments.find(isFrame)!.marker, how);
}

/** Other names for the components, in the frame and in the scans. */
function renamed(segments: readonly Segment[], names: readonly number[]): Segment[] {
  const old: number[] = [];
  const inFrame = withFrame(segments, (content) => {
    for (const [i, name] of names.entries()) {
      old.push(content[6 + 3 * i]);
      content[6 + 3 * i] = name;
    }
  });
  return change(inFrame, SOS, (content) => {
    for (let i = 0; i < content[0]; i++) content[1 + 2 * i] = names[old.indexOf(content[1 + 2 * i])];
  });
}

/** Fill bytes before every marker, those in the image data as well. */
function filled(file: Buffer, count: number): Buffer {
  const fill = Buffer.alloc(count, 0xff);
  const restarts = (data: Buffer) => {
    const starts = [...data.keys()].filter((i) => data[i] === 0xff && data[i + 1] > 0);
    return [0, ...starts].flatMap((at, i) => [...(i > 0 ? [fill] : []), data.subarray(at, starts[i])]);
  };
  const parts = segmentsOf(file).flatMap(({ marker, content, data }) => {
    const length = content.length + 2;
    return [fill, Buffer.of(0xff, marker, length >> 8, length & 255), content, ...restarts(data)];
  });
  return Buffer.concat([Buffer.of(0xff, SOI), ...parts, fill, Buffer.of(0xff, EOI)]);
}

const adobe = (transform: number) =>
  make(APP14, Buffer.concat([Buffer.from("Adobe"), Buffer.of(0, 100, 0, 0, 0, 0, transform)]));
const exif = (orientation: number) =>
  make(
    APP1,
    Buffer.from(
      `Exif\0\0MM\0*\0\0\0\b\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0${String.fromCharCode(orientation)}\0\0\0\0\0\0`,
      "latin1",
    ),
  );

/** The segments before the first scan in another order, all tables apart, and others between that say nothing. */
function reordered(segments: readonly Segment[], random: Generator): Segment[] {
  const scan = segments.findIndex(({ marker }) => marker === SOS);
  const head = segments.slice(0, scan).filter(({ marker }) => marker !== APP0);
  const others = [make(COM, "a word"), make(0xe5, ""), make(0xef, "\xff\xd8\xff\xda"), make(DRI, [0, 0])];
  const restart = head.find(({ marker }) => marker === DRI);
  const tables = [...head.filter((each) => each !== restart).flatMap(apart), ...others];
  return [...shuffled(tables, random), ...(restart ? [restart] : []), ...segments.slice(scan)];
}

/** The same tables, each defined anew before each scan, at place 0 for whoever is next. */
function redefined(segments: readonly Segment[]): Segment[] {
  const all = segments.flatMap(apart);
  const frame = all.find(isFrame)!;
  const ids = Array.from({ length: 3 }, (_, i) => frame.content[6 + 3 * i]);
  const places = Array.from({ length: 3 }, (_, i) => frame.content[8 + 3 * i]);
  const withoutPlaces = withFrame(all, (content) => {
    for (let i = 0; i < 3; i++) content[8 + 3 * i] = 0;
  });
  return withoutPlaces.flatMap((each) => {
    if (each.marker === DQT) return [];
    if (each.marker !== SOS) return [each];
    const place = places[ids.indexOf(each.content[1])];
    const table = all.find(({ marker, content }) => marker === DQT && content[0] === place)!;
    return [make(DQT, [0, ...table.content.subarray(1)]), each];
  });
}

/** Huffman tables at places 2 and 3, which the extended process may have. */
function moved(segments: readonly Segment[]): Segment[] {
  const tables = change(segments.flatMap(apart), DHT, (content) => {
    content[0] += 2;
  });
  return change(tables, SOS, (content) => {
    for (let i = 0; i < content[0]; i++) content[2 + 2 * i] += 0x22;
  });
}

const wide = ({ marker, content, data }: Segment): Segment => {
  const values = Array.from(content.subarray(1), (value) => [0, value]).flat();
  return marker === DQT
    ? { marker, content: Buffer.from([content[0] | 16, ...values]), data }
    : { marker, content, data };
};

function withLines(segments: readonly Segment[], inFrame: number | undefined): Segment[] {
  const height = segments.find(isFrame)!.content.subarray(1, 3);
  const scan = segments.findIndex(({ marker }) => marker === SOS) + 1;
  const all = [...segments.slice(0, scan), make(DNL, height), ...segments.slice(scan)];
  return inFrame === undefined ? all : withFrame(all, (content) => content.writeUInt16BE(inFrame, 1));
}

/** Each of libjpeg's files, and what else the same image may look like. */
export function jpegFiles(): Files {
  const files: Files = new Map();
  const written = (name: string) => Buffer.from(fixture.files[name], "base64");
  for (const name of Object.keys(fixture.files)) files.set(name, written(name));
  const names = [
    "1x1, one scan, 4B a restart",
    "2x2, a scan each",
    "2x2, scans of one and two, 4B a restart",
    "1x1, progressive, 4B a restart",
    "CMYK",
  ];
  for (const name of names) {
    const file = written(name);
    const segments = segmentsOf(file);
    const add = (what: string, changed: readonly Segment[], end?: readonly number[]) =>
      files.set(`${name}: ${what}`, fileOf(changed, end));
    for (const count of [1, 2, 300]) files.set(`${name}: ${count} fill bytes before every marker`, filled(file, count));
    for (let i = 0; i < 12; i++) add(`order ${i}`, reordered(segments, new Generator(i)));
    add("a segment for each table", segments.flatMap(apart));
    const scan = segments.findIndex(({ marker }) => marker === SOS);
    add("a segment for all tables", [
      ...together(together(segments.slice(0, scan), DQT), DHT),
      ...segments.slice(scan),
    ]);
    add("tables of 16 bits", segments.flatMap(apart).map(wide));
    add(
      "Huffman tables 2 and 3",
      segments.some(isFrame)
        ? moved(segments.map((each) => (each.marker === SOF0 ? { ...each, marker: SOF1 } : each)))
        : [],
    );
    add("its height behind the first scan", withLines(segments, 0));
    add("its height in both places", withLines(segments, undefined));
    add("no end", segments, []);
    add("half an end", segments, [0xff]);
    files.set(`${name}: another file behind the end`, Buffer.concat([file, file.subarray(0, 300)]));
    add("the longest comment", [make(COM, Buffer.alloc(65533, 0xff)), ...segments]);
    add("an orientation", [exif(6), ...segments]);
    add("two orientations", [exif(6), exif(3), ...segments]);
    add("an orientation behind the image data", [...segments, exif(6)]);
  }
  const scans = segmentsOf(written("2x2, a scan each"));
  files.set("a quantization table redefined before each scan", fileOf(redefined(scans)));
  const one = segmentsOf(written("1x1, one scan"));
  files.set("no Huffman tables, as in a film", fileOf(one.filter(({ marker }) => marker !== DHT)));
  const bare = one.filter(({ marker }) => marker !== APP0);
  for (const ids of [
    [0, 1, 2],
    [10, 200, 255],
    [3, 2, 1],
    [...Buffer.from("RGB")],
    [...Buffer.from("BGR")],
    [1, 1, 1],
  ]) {
    files.set(`components ${ids.join(", ")}`, fileOf(renamed(bare, ids)));
    files.set(`components ${ids.join(", ")} and JFIF`, fileOf(renamed(one, ids)));
  }
  for (const transform of [0, 1, 2]) {
    files.set(`Adobe's transform ${transform}`, fileOf([adobe(transform), ...bare]));
    files.set(`Adobe's transform ${transform} and JFIF`, fileOf([adobe(transform), ...one]));
    files.set(
      `Adobe's transform ${transform}, components RGB`,
      fileOf([adobe(transform), ...renamed(bare, [...Buffer.from("RGB")])]),
    );
  }
  const print = segmentsOf(written("CMYK")).filter(({ marker }) => marker !== APP14);
  files.set("four components", fileOf(print));
  for (const transform of [0, 1, 2])
    files.set(`four components, Adobe's transform ${transform}`, fileOf([adobe(transform), ...print]));
  files.set("12 bits a sample", fileOf(withFrame(one, (content) => content.writeUInt8(12))));
  files.set("lossless", fileOf(one.map((each) => (isFrame(each) ? { ...each, marker: 0xc3 } : each))));
  files.set("no quantization table", fileOf(one.filter(({ marker }) => marker !== DQT)));
  files.set("fractional sampling", fileOf(withFrame(one, (content) => content.set([0x31, 0, 2, 0x21], 7))));
  return files;
}

// ---- PNG ---------------------------------------------------------------------------------------------

const SIGNATURE = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];
const CHANNELS: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const DEPTHS: Record<number, number[]> = { 0: [1, 2, 4, 8, 16], 2: [8, 16], 3: [1, 2, 4, 8], 4: [8, 16], 6: [8, 16] };
export const [WIDTH, HEIGHT] = [19, 13];

function chunk(type: string, content: Uint8Array, checksum?: number): Buffer {
  const body = Buffer.concat([Buffer.from(type), content]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  sum.writeInt32BE(checksum ?? crc32(body));
  return Buffer.concat([length, body, sum]);
}

/** Sample c at (x, y): few different ones, so that a transparent colour occurs. */
export const sampleAt = (x: number, y: number, c: number, depth: number) =>
  (((x * 5 + y * 3 + c * 7) % 11) * 6007) & (2 ** depth - 1);

/** A row's samples, packed. */
function rowOf(y: number, xs: readonly number[], colorType: number, depth: number): Buffer {
  const samples = xs.flatMap((x) => Array.from({ length: CHANNELS[colorType] }, (_, c) => sampleAt(x, y, c, depth)));
  const bits = samples.map((sample) => sample.toString(2).padStart(depth, "0")).join("");
  return Buffer.from((bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, "0"), 2)));
}

function paeth(a: number, b: number, c: number): number {
  const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

/** Rows of a pass, each behind its filter: the one that is asked for, or all in turn. */
function filtered(rows: readonly Buffer[], pixelBytes: number, filter: number | undefined): Buffer {
  const parts = rows.map((row, y) => {
    const type = filter ?? y % 5;
    const bytes = [...row].map((value, i) => {
      const [a, b, c] = [row[i - pixelBytes] ?? 0, rows[y - 1]?.[i] ?? 0, rows[y - 1]?.[i - pixelBytes] ?? 0];
      return value - [0, a, b, (a + b) >> 1, paeth(a, b, c)][type];
    });
    return Buffer.from([type, ...bytes]);
  });
  return Buffer.concat(parts);
}

interface PngOptions {
  interlaced?: boolean;
  filter?: number;
  /** Before the pixels, and behind them. */
  before?: readonly Buffer[];
  behind?: readonly Buffer[];
  /** The chunks of the pixels. */
  split?: (deflated: Buffer) => Buffer[];
  after?: Buffer;
  deflate?: Parameters<typeof deflateSync>[1];
}

const range = (from: number, to: number, step: number) =>
  Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, i) => from + i * step);

function pngOf(colorType: number, depth: number, options: PngOptions = {}): Buffer {
  const {
    interlaced = false,
    filter,
    before = [],
    behind = [],
    split = (deflated) => [deflated],
    after = none,
  } = options;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(WIDTH, 0);
  header.writeUInt32BE(HEIGHT, 4);
  header.set([depth, colorType, 0, 0, interlaced ? 1 : 0], 8);
  const pixelBytes = Math.max(1, (CHANNELS[colorType] * depth) >> 3);
  const passes = (interlaced ? ADAM7 : [[0, 0, 1, 1]]).map(([x, y, dx, dy]) => {
    const xs = range(x, WIDTH, dx);
    const rows = xs.length === 0 ? [] : range(y, HEIGHT, dy).map((each) => rowOf(each, xs, colorType, depth));
    return filtered(rows, pixelBytes, filter);
  });
  const palette = Buffer.from(range(0, 3 * 2 ** Math.min(depth, 8), 1).map((i) => (i * 37) & 255));
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", header),
    ...(colorType === 3 ? [chunk("PLTE", palette)] : []),
    ...before,
    ...split(deflateSync(Buffer.concat(passes), options.deflate)).map((content) => chunk("IDAT", content)),
    ...behind,
    chunk("IEND", none),
    after,
  ]);
}

/** What makes the colour of the first pixel transparent, or some colours of the palette partly. */
function transparency(colorType: number, depth: number): Buffer {
  if (colorType === 3) return chunk("tRNS", Buffer.from(range(0, 2 ** depth, 1).map((i) => (i * 90) & 255)));
  const color = Buffer.alloc(2 * CHANNELS[colorType]);
  for (let c = 0; c < CHANNELS[colorType]; c++) color.writeUInt16BE(sampleAt(0, 0, c, depth), 2 * c);
  return chunk("tRNS", color);
}

const text = (content: string) => Buffer.from(content, "latin1");

/** PNGs of each kind, written in every way. */
export function pngFiles(): Files {
  const files: Files = new Map();
  const kinds = Object.entries(DEPTHS).flatMap(([type, depths]) => depths.map((depth) => [Number(type), depth]));
  for (const [type, depth] of kinds) {
    for (const interlaced of [false, true]) {
      const name = `PNG of type ${type}, ${depth} bits${interlaced ? ", interlaced" : ""}`;
      const add = (what: string, options: PngOptions) =>
        files.set(`${name}${what}`, pngOf(type, depth, { interlaced, ...options }));
      add("", {});
      for (const filter of range(0, 5, 1)) add(`, filter ${filter}`, { filter });
      if (type !== 4 && type !== 6) add(", transparent", { before: [transparency(type, depth)] });
      add(", a chunk for each byte", { split: (deflated) => [...deflated].map((byte) => Buffer.of(byte)) });
      add(", empty chunks between", {
        split: (deflated) => [none, deflated.subarray(0, 9), none, none, deflated.subarray(9), none],
      });
      for (const count of [1, 4, 70_000]) {
        add(`, ${count} bytes behind the pixels`, {
          split: (deflated) => [Buffer.concat([deflated, Buffer.alloc(count, 7)])],
        });
      }
      add(", a chunk of other bytes behind the pixels", { split: (deflated) => [deflated, Buffer.alloc(20, 7)] });
    }
  }
  const add = (name: string, options: PngOptions) => files.set(`PNG ${name}`, pngOf(2, 8, options));
  for (const level of range(0, 10, 1)) add(`packed by level ${level}`, { deflate: { level } });
  for (const strategy of range(0, 5, 1)) add(`packed by strategy ${strategy}`, { deflate: { strategy } });
  for (const windowBits of [9, 12]) add(`packed in a window of ${windowBits} bits`, { deflate: { windowBits } });
  const ancillary = [
    chunk("gAMA", Buffer.of(0, 1, 0x86, 0xa0)),
    chunk("sRGB", Buffer.of(0)),
    chunk("cHRM", Buffer.alloc(32, 1)),
    chunk("iCCP", Buffer.concat([text("profile\0\0"), deflateSync(Buffer.alloc(200))])),
    chunk("bKGD", Buffer.of(0, 1, 0, 2, 0, 3)),
    chunk("sBIT", Buffer.of(5, 6, 5)),
    chunk("pHYs", Buffer.of(0, 0, 11, 19, 0, 0, 11, 19, 1)),
    chunk("tIME", Buffer.of(7, 220, 1, 2, 3, 4, 5)),
    chunk("tEXt", text("Comment\0said")),
    chunk("zTXt", Buffer.concat([text("Comment\0\0"), deflateSync(text("said"))])),
    chunk("iTXt", text("Comment\0\0\0\0\0said")),
    chunk("hIST", Buffer.alloc(0)),
    chunk("ruSt", text("private")),
  ];
  add("with every other chunk before its pixels", { before: ancillary });
  add("with other chunks behind its pixels", { behind: [chunk("tEXt", text("Comment\0said")), chunk("ruSt", none)] });
  add("with chunks behind its end", { after: Buffer.concat([chunk("tEXt", text("a\0b")), chunk("IDAT", text("x"))]) });
  add("with a palette to choose from", { before: [chunk("PLTE", Buffer.alloc(30, 9))] });
  add("turned", {
    before: [
      chunk("eXIf", Buffer.from("MM\0*\0\0\0\b\0\u0001\u0001\u0012\0\u0003\0\0\0\u0001\0\u0006\0\0\0\0\0\0", "latin1")),
    ],
  });
  add("with a wrong checksum of a text", { before: [chunk("tEXt", text("Comment\0said"), 7)] });
  add("that moves", {
    before: [
      chunk("acTL", Buffer.of(0, 0, 0, 2, 0, 0, 0, 0)),
      chunk(
        "fcTL",
        Buffer.concat([
          Buffer.alloc(4),
          Buffer.of(0, 0, 0, WIDTH, 0, 0, 0, HEIGHT),
          Buffer.alloc(8),
          Buffer.of(0, 1, 0, 10, 0, 0),
        ]),
      ),
    ],
    behind: [
      chunk(
        "fcTL",
        Buffer.concat([Buffer.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1), Buffer.alloc(8), Buffer.of(0, 1, 0, 10, 0, 0)]),
      ),
      chunk("fdAT", Buffer.concat([Buffer.of(0, 0, 0, 2), deflateSync(Buffer.of(0, 1, 2, 3))])),
    ],
  });
  return files;
}
