/** Damaged image files: whole ones in which a generator has changed something, so that many get past the first checks. */

import { deflateSync, inflateSync } from "node:zlib";
import type { Generator } from "../../src/tensor/random.js";

type Mutation = (file: Uint8Array, random: Generator, others: readonly Uint8Array[]) => Uint8Array;

/** Bytes that decoders treat in their own way: ends of ranges, and JPEG's markers. */
const MEANING = [0, 1, 0x7f, 0x80, 0xff, 0xd8, 0xd9, 0xda, 0xc0, 0xc2, 0xc4, 0xdb, 0xdd, 0xe1];

function changed(file: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = Uint8Array.from(file);
  if (copy.length > 0) change(copy);
  return copy;
}

function joined(...parts: Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** A part of a file, from its first byte to the one after its last; short ones more often. */
function range(file: Uint8Array, random: Generator): [start: number, end: number] {
  const start = random.int(file.length + 1);
  return [start, Math.min(file.length, start + Math.floor(file.length * random.uniform() ** 4))];
}

const flipBits: Mutation = (file, random) =>
  changed(file, (copy) => {
    for (let n = 1 + random.int(8); n > 0; n--) copy[random.int(copy.length)] ^= 1 << random.int(8);
  });

const setBytes: Mutation = (file, random) =>
  changed(file, (copy) => {
    for (let n = 1 + random.int(4); n > 0; n--) copy[random.int(copy.length)] = MEANING[random.int(MEANING.length)];
  });

/** Most of what matters is in the first bytes. */
const setHeader: Mutation = (file, random) =>
  changed(file, (copy) => {
    for (let n = 1 + random.int(3); n > 0; n--) copy[random.int(Math.min(copy.length, 700))] = random.int(256);
  });

const truncate: Mutation = (file, random) => file.subarray(0, random.int(file.length + 1));

const remove: Mutation = (file, random) => {
  const [start, end] = range(file, random);
  return joined(file.subarray(0, start), file.subarray(end));
};

const repeat: Mutation = (file, random) => {
  const [start, end] = range(file, random);
  return joined(file.subarray(0, end), ...Array(1 + random.int(3)).fill(file.subarray(start, end)), file.subarray(end));
};

const splice: Mutation = (file, random, others) => {
  const other = others[random.int(others.length)];
  const [start, end] = range(other, random);
  const at = random.int(file.length + 1);
  return joined(file.subarray(0, at), other.subarray(start, end), file.subarray(at));
};

/** Changes what follows one of a JPEG's markers: lengths, sizes, sampling, tables. */
const changeSegment: Mutation = (file, random) =>
  changed(file, (copy) => {
    const markers = [...copy.keys()].filter((i) => copy[i] === 0xff && copy[i + 1] >= 0xc0 && copy[i + 1] < 0xff);
    if (markers.length > 0) copy[markers[random.int(markers.length)] + 1 + random.int(20)] = random.int(256);
  });

const MUTATIONS = [flipBits, setBytes, setHeader, truncate, remove, repeat, splice, changeSegment];

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** The checksum of a chunk, from its type on. */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC_TABLE[(c ^ byte) & 0xff] ^ (c >>> 8);
  return ~c;
}

interface Chunk {
  type: string;
  content: Uint8Array;
}

function chunksOf(png: Uint8Array): Chunk[] {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength);
  const chunks: Chunk[] = [];
  for (let at = 8; at + 12 <= png.length; at += 12 + view.getUint32(at)) {
    const type = String.fromCharCode(...png.subarray(at + 4, at + 8));
    chunks.push({ type, content: png.subarray(at + 8, Math.min(at + 8 + view.getUint32(at), png.length)) });
  }
  return chunks;
}

function pngOf(chunks: readonly Chunk[]): Uint8Array {
  const parts = chunks.map(({ type, content }) => {
    const body = joined(
      Uint8Array.from(type, (char) => char.charCodeAt(0)),
      content,
    );
    const framed = new Uint8Array(body.length + 8);
    new DataView(framed.buffer).setUint32(0, content.length);
    framed.set(body, 4);
    new DataView(framed.buffer).setInt32(body.length + 4, crc32(body));
    return framed;
  });
  return joined(Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...parts);
}

/** A PNG whose checksums are right, and whose pixels inflate: what is wrong is inside. */
function mutatePng(png: Uint8Array, random: Generator, others: readonly Uint8Array[]): Uint8Array {
  const chunks = chunksOf(png);
  const one = random.int(chunks.length);
  const mutation = MUTATIONS[random.int(MUTATIONS.length)];
  const { type, content } = chunks[one];
  if (type === "IDAT" && random.uniform() < 0.8) {
    const idat = joined(...chunks.filter((chunk) => chunk.type === "IDAT").map((chunk) => chunk.content));
    const pixels = mutation(inflateSync(idat), random, others);
    const rest = chunks.filter((chunk, i) => chunk.type !== "IDAT" || i === one);
    return pngOf(rest.map((chunk) => (chunk.type === "IDAT" ? { type, content: deflateSync(pixels) } : chunk)));
  }
  chunks[one] = { type, content: mutation(content, random, others) };
  if (random.uniform() < 0.1) chunks.splice(random.int(chunks.length), 0, chunks[random.int(chunks.length)]);
  return pngOf(chunks);
}

/** One of the seeds with one to three changes. */
export function mutate(seeds: readonly Uint8Array[], random: Generator): Uint8Array {
  let file = seeds[random.int(seeds.length)];
  if (file[0] === 0x89 && random.uniform() < 0.7) return mutatePng(file, random, seeds);
  for (let n = 1 + random.int(3); n > 0; n--) file = MUTATIONS[random.int(MUTATIONS.length)](file, random, seeds);
  return file;
}
