/** deflateEnd: where deflated bytes end, by reading their codes and nothing else. Others may lie behind them. */

import { type PrefixCodes, readCode } from "./prefix-codes.js";

/** Bits that follow the codes 257 to 285, which are lengths, and 0 to 29, which are distances. */
const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BITS = Array.from({ length: 30 }, (_, code) => Math.max(0, (code >> 1) - 1));

/** In this order the lengths of the codes are told by which the lengths of the other codes are told. */
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

const END_OF_BLOCK = 256;
const LONGEST_CODE = 15;

function codesOf(lengths: readonly number[]): PrefixCodes {
  const byLength = Array.from({ length: LONGEST_CODE }, (): number[] => []);
  for (const [value, length] of lengths.entries()) if (length > 0) byLength[length - 1].push(value);
  return { counts: byLength.map((values) => values.length), values: byLength.flat() };
}

function fill(count: number, value: number): number[] {
  return Array<number>(count).fill(value);
}

const FIXED_LITERALS = codesOf([...fill(144, 8), ...fill(112, 9), ...fill(24, 7), ...fill(8, 8)]);
const FIXED_DISTANCES = codesOf(fill(30, 5));

/** Bits from the lowest of each byte to the highest. Behind the last one there are none, which is told by `ended`. */
class BitReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array, offset: number) {
    this.#bytes = bytes;
    this.#position = 8 * offset;
  }

  get ended(): boolean {
    return this.#position > 8 * this.#bytes.length;
  }

  /** The byte that comes next, when what is left of the last one is passed over. */
  get nextByte(): number {
    return Math.ceil(this.#position / 8);
  }

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++, this.#position++) {
      value |= ((this.#bytes[this.#position >> 3] >> (this.#position & 7)) & 1) << i;
    }
    return value;
  }

  skipBytes(count: number): void {
    this.#position = 8 * (this.nextByte + count);
  }

  code(codes: PrefixCodes): number | undefined {
    return readCode(codes, () => this.bits(1));
  }
}

/** The codes of a block that brings its own; undefined where they are none. */
function readCodes(reader: BitReader): [literals: PrefixCodes, distances: PrefixCodes] | undefined {
  const [literals, distances, own] = [reader.bits(5) + 257, reader.bits(5) + 1, reader.bits(4) + 4];
  const ownLengths = fill(ORDER.length, 0);
  for (const value of ORDER.slice(0, own)) ownLengths[value] = reader.bits(3);
  const codes = codesOf(ownLengths);
  const lengths: number[] = [];
  while (lengths.length < literals + distances) {
    const value = reader.code(codes);
    if (value === undefined) return undefined;
    if (value < 16) lengths.push(value);
    else if (value === 16) lengths.push(...fill(3 + reader.bits(2), lengths.at(-1) ?? 0));
    else lengths.push(...fill(value === 17 ? 3 + reader.bits(3) : 11 + reader.bits(7), 0));
  }
  return [codesOf(lengths.slice(0, literals)), codesOf(lengths.slice(literals))];
}

/** @returns whether the block has come to its end */
function skipBlock(reader: BitReader, [literals, distances]: readonly [PrefixCodes, PrefixCodes]): boolean {
  while (!reader.ended) {
    const value = reader.code(literals);
    if (value === undefined || value === END_OF_BLOCK) return value === END_OF_BLOCK;
    if (value < END_OF_BLOCK) continue;
    reader.bits(LENGTH_BITS[value - 257] ?? 0);
    const distance = reader.code(distances);
    if (distance === undefined) return false;
    reader.bits(DISTANCE_BITS[distance] ?? 0);
  }
  return false;
}

/**
 * The number of bytes that a zlib stream takes, with its two bytes in front and the checksum of four behind.
 * @returns undefined where it does not come to its end
 * @see https://www.rfc-editor.org/rfc/rfc1951
 */
export function deflateEnd(bytes: Uint8Array): number | undefined {
  const reader = new BitReader(bytes, 2);
  for (let last = false; !last; ) {
    last = reader.bits(1) === 1;
    const type = reader.bits(2);
    if (type === 0) {
      reader.skipBytes(0);
      const length = reader.bits(16);
      reader.skipBytes(2 + length);
      if (reader.ended) return undefined;
      continue;
    }
    const codes =
      type === 1 ? ([FIXED_LITERALS, FIXED_DISTANCES] as const) : type === 2 ? readCodes(reader) : undefined;
    if (!codes || !skipBlock(reader, codes)) return undefined;
  }
  const end = reader.nextByte + 4;
  return end <= bytes.length ? end : undefined;
}
