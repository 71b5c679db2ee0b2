/** readJpeg: what the segments of a JPEG file say. */

import { concatBytes } from "../concat-bytes.js";
import { DecodeError } from "./decoding.js";
import { exifOrientation } from "./exif.js";
import { STANDARD_HUFFMAN_TABLES } from "./jpeg-huffman.js";

/** Encoders write about ten. Each may visit every block, so that thousands, in a small file, would take minutes. */
const MAX_SCANS = 100;

const [SOF0, SOF2, SOF15, DHT, JPG, DAC] = [0xc0, 0xc2, 0xcf, 0xc4, 0xc8, 0xcc];
const [RST0, SOI, EOI, SOS, DQT, DNL, DRI] = [0xd0, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd];
const [APP0, APP1, APP14, TEM] = [0xe0, 0xe1, 0xee, 0x01];

/** One plane of the image: its luminance, say. */
export interface JpegComponent {
  id: number;
  /** Samples, in each direction, beside those of the other components. */
  horizontal: number;
  vertical: number;
  /** Where its quantization table is, and the table that was there when its first scan began. */
  tableIndex: number;
  quantization: Uint8Array | undefined;
}

export interface JpegFrame {
  progressive: boolean;
  width: number;
  height: number;
  components: JpegComponent[];
}

/** Some frequencies, or some of their bits, of some components. */
export interface JpegScan {
  /** Places of the components in the frame, each with a byte that says which Huffman tables it takes. */
  components: [place: number, tables: number][];
  /** Frequencies from 0, the mean, to 63; the bits before and after this scan, those of the sequential process 0. */
  first: number;
  last: number;
  high: number;
  low: number;
  /** Units between two restarts, or 0. */
  interval: number;
  /** The tables that it takes, by class · 16 + index. */
  tables: Map<number, Uint8Array>;
  /** The image data, without fill bytes. */
  data: Uint8Array;
}

export interface Jpeg {
  frame: JpegFrame;
  scans: JpegScan[];
  /** Whether the components are YCbCr or YCCK, instead of RGB or CMYK. */
  transformed: boolean;
  orientation: number;
  /** Whether the file itself says that it has ended. */
  ended: boolean;
}

function damaged(what: string): DecodeError {
  return new DecodeError(`JPEG is damaged (${what})`);
}

function startsWith(content: Uint8Array, text: string): boolean {
  return String.fromCharCode(...content.subarray(0, text.length)) === text;
}

function isFrame(marker: number): boolean {
  return marker >= SOF0 && marker <= SOF15 && marker !== DHT && marker !== JPG && marker !== DAC;
}

/** Markers that stand alone, and 0, which stands behind a byte 255 of the image data. */
function isBare(marker: number): boolean {
  return marker === 0 || marker === TEM || (marker >= RST0 && marker <= SOI);
}

/** A file, segment after segment: each changes what is known, and a scan takes the tables of the moment. */
class SegmentReader {
  frame: JpegFrame | undefined;
  orientation = 0;
  jfif = false;
  /** From Adobe's own segment: 0 says that the colours are not transformed. */
  adobeTransform: number | undefined;
  readonly scans: JpegScan[] = [];
  /** By index; of 8 or 16 bits an entry, which the first byte tells. */
  readonly #quantization: Uint8Array[] = [];
  /** By class · 16 + index. */
  readonly #huffman = new Map(STANDARD_HUFFMAN_TABLES);
  #restartInterval = 0;
  read(marker: number, content: Uint8Array): void {
    if (marker === DQT) this.#readQuantization(content);
    else if (marker === DHT) this.#readHuffman(content);
    else if (marker === DRI) this.#restartInterval = content[0] * 256 + content[1];
    else if (marker === DNL) this.#readLines(content);
    else if (marker === SOS) this.#readScan(content);
    else if (isFrame(marker)) this.#readFrame(marker, content);
    else if (this.scans.length === 0) this.#readApplication(marker, content);
  }

  #readQuantization(content: Uint8Array): void {
    for (let offset = 0; offset < content.length; ) {
      const [precision, index] = [content[offset] >> 4, content[offset] & 15];
      const end = offset + 1 + 64 * (precision + 1);
      if (precision > 1 || index > 3 || end > content.length) throw damaged("a quantization table is none");
      this.#quantization[index] = content.slice(offset, end);
      offset = end;
    }
  }

  #readHuffman(content: Uint8Array): void {
    for (let offset = 0; offset < content.length; ) {
      const [type, index] = [content[offset] >> 4, content[offset] & 15];
      const counts = content.subarray(offset + 1, offset + 17);
      const end = offset + 17 + counts.reduce((sum, count) => sum + count, 0);
      // Codes of n bits take the share 2^-n of all there are.
      const taken = counts.reduce((sum, count, i) => sum + count * 2 ** -(i + 1), 0);
      if (type > 1 || index > 3 || end > content.length || taken > 1) throw damaged("a Huffman table is none");
      this.#huffman.set(content[offset], content.slice(offset, end));
      offset = end;
    }
  }

  #readFrame(marker: number, content: Uint8Array): void {
    const [precision, height1, height0, width1, width0, count] = content;
    if (marker > SOF2) {
      throw new DecodeError(`lossless, hierarchical or arithmetic-coded JPEG (SOF${marker - SOF0}) is not supported`);
    }
    if (precision !== 8) throw new DecodeError(`JPEG with ${precision} bits a sample is not supported; 8 are`);
    if (this.frame) throw damaged("it declares its size twice");
    if (content.length !== 6 + 3 * count) throw damaged("its frame has another length than its components");
    if (count !== 1 && count !== 3 && count !== 4) {
      throw new DecodeError(`JPEG with ${count} components is not supported; 1, 3 and 4 are`);
    }
    const components = Array.from({ length: count }, (_, i): JpegComponent => {
      const [id, factors, tableIndex] = content.subarray(6 + 3 * i);
      // A single component has nothing beside which it could have more samples, whatever it says.
      const [horizontal, vertical] = count === 1 ? [1, 1] : [factors >> 4, factors & 15];
      return { id, horizontal, vertical, tableIndex, quantization: undefined };
    });
    for (const direction of ["horizontal", "vertical"] as const) {
      const factors = components.map((component) => component[direction]);
      const most = Math.max(...factors);
      if (most > 4 || factors.includes(0)) throw damaged(`sampling factors ${factors.join(", ")}`);
      if (factors.some((factor) => most % factor > 0)) {
        throw new DecodeError(`JPEG with ${direction} sampling factors ${factors.join(", ")} is not supported`);
      }
    }
    const [height, width] = [height1 * 256 + height0, width1 * 256 + width0];
    this.frame = { progressive: marker === SOF2, width, height, components };
  }

  /** The height may stand behind the first scan, when it was not known before. */
  #readLines(content: Uint8Array): void {
    if (this.frame?.height === 0) this.frame.height = content[0] * 256 + content[1];
  }

  #readScan(content: Uint8Array): void {
    if (!this.frame) throw damaged("its image data begin before it declares its size");
    const [count] = content;
    if (count < 1 || count > 4 || content.length !== 4 + 2 * count) throw damaged("a scan has another length");
    const [first, last, bits] = this.frame.progressive ? content.subarray(1 + 2 * count) : [0, 63, 0];
    const [high, low] = [bits >> 4, bits & 15];
    const rightBand = first === 0 ? last === 0 : count === 1 && first <= last && last <= 63;
    if (this.frame.progressive && !(rightBand && low <= 13 && (high === 0 || high === low + 1))) {
      throw damaged(`a scan of frequencies ${first} to ${last}, bits ${high} to ${low}`);
    }
    const components: JpegScan["components"] = [];
    const tables = new Map<number, Uint8Array>();
    for (let i = 0; i < count; i++) {
      const [id, indices] = content.subarray(1 + 2 * i);
      components.push([this.#chooseComponent(this.frame, id, components), indices]);
      // Bits that refine the mean are not coded.
      const needed = first === 0 && high === 0 ? [indices >> 4] : [];
      for (const key of last > 0 ? [...needed, 16 + (indices & 15)] : needed) {
        const table = this.#huffman.get(key);
        if (!table) throw damaged("it lacks a Huffman table");
        tables.set(key, table);
      }
    }
    if (this.scans.length === MAX_SCANS) throw new DecodeError(`JPEG has more than ${MAX_SCANS} scans`);
    const interval = this.#restartInterval;
    this.scans.push({ components, first, last, high, low, interval, tables, data: new Uint8Array() });
  }

  /** The place of a component that the scan does not have yet; names may be given twice. */
  #chooseComponent({ components }: JpegFrame, id: number, chosen: JpegScan["components"]): number {
    const place = components.findIndex((each, i) => each.id === id && !chosen.some(([other]) => other === i));
    if (place === -1) throw damaged("a scan of a component that there is not");
    components[place].quantization ??= this.#quantization[components[place].tableIndex];
    if (!components[place].quantization) throw damaged("it lacks a quantization table");
    return place;
  }

  #readApplication(marker: number, content: Uint8Array): void {
    if (marker === APP0 && startsWith(content, "JFIF\0")) this.jfif = true;
    else if (marker === APP1 && startsWith(content, "Exif\0"))
      this.orientation ||= exifOrientation(content.subarray(6));
    else if (marker === APP14 && startsWith(content, "Adobe")) this.adobeTransform = content[11];
  }
}

/** libjpeg's rule: three components are RGB if Adobe's flag or their names say so, and JFIF does not; four are CMYK. */
function isTransformed({ jfif, adobeTransform }: SegmentReader, components: readonly JpegComponent[]): boolean {
  if (components.length === 4) return (adobeTransform ?? 0) !== 0;
  if (components.length === 1 || jfif) return true;
  if (adobeTransform !== undefined) return adobeTransform !== 0;
  return String.fromCharCode(...components.map(({ id }) => id)) !== "RGB";
}

/**
 * Reads segment after segment (marker, length, content) to the end. Between them are fill bytes, what careless writers
 * leave there, and the image data.
 * @throws DecodeError @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B
 */
export function readJpeg(bytes: Uint8Array): Jpeg {
  const reader = new SegmentReader();
  /** What follows the last segment, piece by piece. */
  let pieces: Uint8Array[] = [];
  let from = 2;
  let ended = false;
  const endScan = () => {
    const scan = reader.scans.at(-1);
    if (scan && scan.data.length === 0) scan.data = concatBytes(pieces);
    pieces = [];
  };
  for (let at = bytes.indexOf(0xff, from); ; at = bytes.indexOf(0xff, at)) {
    const marker = bytes[at + 1];
    if (at !== -1 && isBare(marker)) {
      at += 2;
      continue;
    }
    pieces.push(bytes.subarray(from, at === -1 ? bytes.length : at));
    if (at !== -1 && marker === 0xff) {
      from = ++at;
      continue;
    }
    endScan();
    ended = at !== -1 && marker === EOI;
    from = at + 2 + bytes[at + 2] * 256 + bytes[at + 3];
    if (at === -1 || ended || !(from <= bytes.length)) break;
    reader.read(marker, bytes.subarray(at + 4, from));
    at = from;
  }
  const { frame, scans, orientation } = reader;
  if (!frame || scans.length === 0) {
    throw new DecodeError(`JPEG is truncated: its ${bytes.length} bytes end before the image data`);
  }
  if (frame.components.some(({ quantization }) => !quantization)) throw damaged("it lacks a component");
  const transformed = isTransformed(reader, frame.components);
  return { frame, scans, transformed, orientation: orientation || 1, ended };
}
