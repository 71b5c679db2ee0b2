/** withoutRestarts: the scans of one component each, without the restart intervals on which jpeg-js may stumble. */

import { concatBytes } from "../concat-bytes.js";
import { DecodeError } from "./decoding.js";
import { type PrefixCodes, readCode } from "./prefix-codes.js";

/** The image data of a scan of one component, and how they are to be read. */
export interface Scan {
  /** Between the markers of restarts, which are among them. */
  data: Uint8Array;
  /** Blocks of 8 × 8 samples, and how many of them are between two restarts; 0 without any. */
  blocks: number;
  interval: number;
  /** The frequencies that the scan brings; whether all of their bits, and else those that others have left. */
  first: number;
  last: number;
  refines: boolean;
  /** Whether a block's end may stand for those of many. */
  progressive: boolean;
  /** Codes of the means and of the other frequencies, where the scan has some. */
  means: PrefixCodes;
  others: PrefixCodes;
  /** Which of the component's frequencies are not 0 after the scans before this one: 64 for each block. */
  known: Uint8Array;
}

/** Codes of 5 bits for each number of bits that a difference of means may have: the content of a segment of tables. */
export const MEANS_TABLE = Uint8Array.from([0, 0, 0, 0, 0, 16, ...new Array(11).fill(0), ...new Array(16).keys()]);
const MEANS_CODE_BITS = 5;

class BitReader {
  readonly #bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  readonly bit = (): number => {
    const byte = this.#bytes[this.position >> 3];
    if (byte === undefined) throw new DecodeError("JPEG is damaged or truncated (a scan ends before its last block)");
    return (byte >> (7 - (this.position++ & 7))) & 1;
  };

  bits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = 2 * value + this.bit();
    return value;
  }

  code(codes: PrefixCodes): number {
    const value = readCode(codes, this.bit);
    if (value === undefined) throw new DecodeError("JPEG is damaged or truncated (a code that its tables do not have)");
    return value;
  }
}

class BitWriter {
  readonly #bytes: number[] = [];
  #last = 0;
  #count = 0;

  bits(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      this.#last = (this.#last << 1) | ((value >> i) & 1);
      if (++this.#count < 8) continue;
      this.#bytes.push(this.#last);
      // A 0 says that 255 begins no marker.
      if (this.#last === 0xff) this.#bytes.push(0);
      [this.#last, this.#count] = [0, 0];
    }
  }

  /** All of it, the last byte filled up by ones. */
  end(): Uint8Array {
    while (this.#count > 0) this.bits(1, 1);
    return Uint8Array.from(this.#bytes);
  }
}

/** The data between restarts, without the zeros that follow each 255. */
function* intervalsOf(data: Uint8Array): Iterable<Uint8Array> {
  let parts: Uint8Array[] = [];
  let from = 0;
  for (let at = data.indexOf(0xff); at !== -1; at = data.indexOf(0xff, at + 2)) {
    const isMarker = data[at + 1] !== 0;
    parts.push(data.subarray(from, isMarker ? at : at + 1));
    from = at + 2;
    if (!isMarker) continue;
    yield concatBytes(parts);
    parts = [];
  }
  yield concatBytes([...parts, data.subarray(from)]);
}

/** Passes over a block's frequencies without the mean. @returns how many blocks, this one among them, are at their end */
function skipOthers(reader: BitReader, scan: Scan, block: number, ended: number): number {
  const { last, refines, progressive, others } = scan;
  const known = scan.known.subarray(64 * block, 64 * block + 64);
  let k = Math.max(1, scan.first);
  for (; k <= last && ended === 0; k++) {
    const code = reader.code(others);
    const [zeros, size] = [code >> 4, code & 15];
    if (size === 0 && zeros < 15) {
      ended = progressive ? (1 << zeros) + reader.bits(zeros) : 1;
      break;
    }
    reader.bits(size);
    if (refines) k = skipZeros(reader, known, k, last, zeros);
    else k += zeros;
    if (size > 0 && k <= last) known[k] = 1;
  }
  if (refines && ended > 0) skipZeros(reader, known, k, last, 64);
  return Math.max(0, ended - 1);
}

/** Goes over so many zeros and to the one behind; each frequency between that is not 0 has a bit. */
function skipZeros(reader: BitReader, known: Uint8Array, from: number, last: number, zeros: number): number {
  let k = from;
  for (; k <= last; k++) {
    if (known[k] === 1) reader.bit();
    else if (zeros-- === 0) break;
  }
  return k;
}

/**
 * The same scan, by `MEANS_TABLE` and without restarts. The codes of the frequencies are copied; the means are
 * differences, of which those behind a restart change.
 * @throws DecodeError
 */
export function withoutRestarts(scan: Scan): Uint8Array {
  const { blocks, interval, first, last, refines, means } = scan;
  const writer = new BitWriter();
  let [block, written] = [0, 0];
  for (const bytes of intervalsOf(scan.data)) {
    const reader = new BitReader(bytes);
    let [mean, ended] = [0, 0];
    for (const end = Math.min(blocks, block + (interval || blocks)); block < end; block++) {
      if (first === 0 && !refines) {
        const size = reader.code(means);
        const bits = reader.bits(size);
        // The smaller half of the numbers of so many bits stands for the negative ones.
        mean += size > 0 && bits < 2 ** (size - 1) ? bits + 1 - 2 ** size : bits;
        const difference = mean - written;
        written = mean;
        const newSize = 32 - Math.clz32(Math.abs(difference));
        writer.bits(newSize, MEANS_CODE_BITS);
        writer.bits(difference < 0 ? difference - 1 : difference, newSize);
      } else if (first === 0) writer.bits(reader.bit(), 1);
      if (last === 0) continue;
      const start = reader.position;
      ended = skipOthers(reader, scan, block, ended);
      const end = reader.position;
      reader.position = start;
      while (reader.position < end) writer.bits(reader.bit(), 1);
    }
  }
  if (block < blocks) throw new DecodeError("JPEG is damaged or truncated (a scan ends before its last block)");
  return writer.end();
}
