/** JPEG: the segments are read here (size, colour model, orientation), jpeg-js (loaded when first used) does the rest. */

import type { decode as Decode } from "jpeg-js";
import { exifOrientation, orient } from "./exif.js";
import { checkDeclaredSize, checkLoaded, DecodeError, type DecodeOptions, type Image } from "./image.js";

/** What jpeg-js takes for an image, and for small ones that are padded to whole blocks. */
const BYTES_PER_PIXEL = 30;
const LEAST_MEMORY_MB = 64;

/** A block of 8 × 8 pixels takes at least one bit. */
const PIXELS_PER_BYTE = 8 * 64;

/** Encoders write about ten. Each may visit every block, so that thousands, in a small file, would take minutes. */
const MAX_SCANS = 100;

const [SOF0, SOF2, SOF15, DHT, JPG, DAC] = [0xc0, 0xc2, 0xcf, 0xc4, 0xc8, 0xcc];
const [RST0, SOI, EOI, SOS, APP0, APP1, APP14, TEM] = [0xd0, 0xd8, 0xd9, 0xda, 0xe0, 0xe1, 0xee, 0x01];

interface Header {
  width: number;
  height: number;
  /** The identifiers of the components, as text; undefined until the frame's segment. */
  components: string | undefined;
  orientation: number;
  jfif: boolean;
  /** From Adobe's own segment: 0 says that the colours are not transformed. */
  adobeTransform: number | undefined;
  scans: number;
  /** The same image without fill bytes, and with an end: what jpeg-js reads, where libjpeg reads more. */
  plain: Uint8Array;
  /** Whether the file itself says that it has ended. */
  ended: boolean;
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return String.fromCharCode(...segment.subarray(0, text.length)) === text;
}

function isFrame(marker: number): boolean {
  return marker >= SOF0 && marker <= SOF15 && marker !== DHT && marker !== JPG && marker !== DAC;
}

function readFrame(marker: number, segment: Uint8Array, header: Header): void {
  const [precision, height1, height0, width1, width0, count] = segment;
  if (marker > SOF2) {
    throw new DecodeError(`lossless, hierarchical or arithmetic-coded JPEG (SOF${marker - SOF0}) is not supported`);
  }
  if (precision !== 8) throw new DecodeError(`JPEG with ${precision} bits a sample is not supported; 8 are`);
  if (header.components !== undefined) throw new DecodeError("JPEG is damaged (it declares its size twice)");
  header.height = height1 * 256 + height0;
  header.width = width1 * 256 + width0;
  header.components = String.fromCharCode(...Array.from({ length: count }, (_, i) => segment[6 + 3 * i]));
}

/** Reads segment after segment (marker, length, content) to the end, passing over the image data. */
function readHeader(bytes: Uint8Array): Header {
  const header: Header = {
    width: 0,
    height: 0,
    components: undefined,
    orientation: 1,
    jfif: false,
    adobeTransform: undefined,
    scans: 0,
    plain: bytes,
    ended: false,
  };
  const plain = new Uint8Array(bytes.length + 2);
  let [kept, from] = [0, 0];
  const keep = (to: number, next: number) => {
    plain.set(bytes.subarray(from, to), kept);
    kept += to - from;
    from = next;
  };
  let offset = bytes.indexOf(0xff, 2);
  // Between segments are fill bytes, what careless writers leave there, and the image data, where a 0 follows each 255.
  for (; offset !== -1; offset = bytes.indexOf(0xff, offset)) {
    const marker = bytes[offset + 1];
    if (marker === EOI) {
      header.ended = true;
      break;
    }
    if (marker === 0xff) keep(offset, ++offset);
    else if (marker === 0 || marker === TEM || (marker >= RST0 && marker <= SOI)) offset += 2;
    else {
      const end = offset + 2 + bytes[offset + 2] * 256 + bytes[offset + 3];
      if (!(end <= bytes.length)) break;
      readSegment(marker, bytes.subarray(offset + 4, end), header);
      offset = end;
    }
  }
  if (header.scans === 0)
    throw new DecodeError(`JPEG is truncated: its ${bytes.length} bytes end before the image data`);
  if (header.scans > MAX_SCANS) throw new DecodeError(`JPEG has ${header.scans} scans; the limit is ${MAX_SCANS}`);
  keep(offset === -1 ? bytes.length : offset, bytes.length);
  plain.set([0xff, EOI], kept);
  return { ...header, plain: plain.subarray(0, kept + 2) };
}

function readSegment(marker: number, segment: Uint8Array, header: Header): void {
  if (marker === SOS) header.scans++;
  else if (isFrame(marker)) readFrame(marker, segment, header);
  else if (header.scans > 0) return;
  else if (marker === APP0 && startsWith(segment, "JFIF\0")) header.jfif = true;
  else if (marker === APP1 && startsWith(segment, "Exif\0\0"))
    header.orientation = exifOrientation(segment.subarray(6));
  else if (marker === APP14 && startsWith(segment, "Adobe")) header.adobeTransform = segment[11];
}

/** libjpeg's rule for three components: JFIF is YCbCr, then Adobe's flag decides, then the components' names. */
function isRgb({ jfif, adobeTransform, components }: Header): boolean {
  if (jfif || components?.length !== 3) return false;
  return adobeTransform === undefined ? components === "RGB" : adobeTransform === 0;
}

/** @throws DecodeError @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B */
export async function decodeJpeg(bytes: Uint8Array, options: DecodeOptions): Promise<Image> {
  const header = readHeader(bytes);
  checkDeclaredSize({ ...header, format: "JPEG", pixelsPerByte: PIXELS_PER_BYTE }, bytes.length, options);
  if (header.components?.length === 4 && header.adobeTransform === undefined) {
    throw new DecodeError("JPEG with 4 components and no Adobe segment that says what they are is not supported");
  }
  // By the default export: esbuild, where it splits, gives a package of CommonJS no other.
  const { decode } = (await import("jpeg-js")).default;
  return orient(decodePixels(bytes.length, header, decode), header.orientation);
}

/** Only what jpeg-js throws is the file's fault. */
function decodePixels(length: number, header: Header, decode: typeof Decode): Image {
  const { width, height, plain, ended } = header;
  checkLoaded("jpeg-js", decode);
  const options = {
    useTArray: true,
    formatAsRGBA: false,
    colorTransform: isRgb(header) ? false : undefined,
    maxResolutionInMP: Number.POSITIVE_INFINITY, // checked before
    maxMemoryUsageInMB: LEAST_MEMORY_MB + (width * height * BYTES_PER_PIXEL) / 2 ** 20,
  } as const;
  try {
    return decode(plain, options);
  } catch (error) {
    const message = ended
      ? `JPEG is damaged or truncated (${(error as Error).message})`
      : `JPEG is truncated: its ${length} bytes end within the image data`;
    throw new DecodeError(message, { cause: error });
  }
}
