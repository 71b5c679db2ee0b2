/** JPEG: the header is read here (size, colour model, orientation), jpeg-js (loaded when first used) does the rest. */

import { exifOrientation, orient } from "./exif.js";
import { checkDeclaredSize, DecodeError, type Image } from "./image.js";

/** Above what jpeg-js takes for the largest image that `checkDeclaredSize` lets through. */
const MAX_MEMORY_MB = 2048;

const [SOF0, SOF2, SOF15, DHT, JPG, DAC] = [0xc0, 0xc2, 0xcf, 0xc4, 0xc8, 0xcc];
const [RST0, SOI, EOI, SOS, APP0, APP1, APP14, TEM] = [0xd0, 0xd8, 0xd9, 0xda, 0xe0, 0xe1, 0xee, 0x01];

interface Header {
  width: number;
  height: number;
  /** The identifiers of the components, as text. */
  components: string;
  orientation: number;
  jfif: boolean;
  /** From Adobe's own segment: 0 says that the colours are not transformed. */
  adobeTransform: number | undefined;
}

function startsWith(segment: Uint8Array, text: string): boolean {
  return String.fromCharCode(...segment.subarray(0, text.length)) === text;
}

function readFrame(marker: number, segment: Uint8Array, header: Header): void {
  const [precision, height1, height0, width1, width0, count] = segment;
  if (marker > SOF2) {
    throw new DecodeError(`lossless, hierarchical or arithmetic-coded JPEG (SOF${marker - SOF0}) is not supported`);
  }
  if (precision !== 8) throw new DecodeError(`JPEG with ${precision} bits a sample is not supported; 8 are`);
  header.height = height1 * 256 + height0;
  header.width = width1 * 256 + width0;
  header.components = String.fromCharCode(...Array.from({ length: count }, (_, i) => segment[6 + 3 * i]));
}

/** Reads segment after segment (marker, length, content) up to the image data. */
function readHeader(bytes: Uint8Array): Header {
  const header: Header = {
    width: 0,
    height: 0,
    components: "",
    orientation: 1,
    jfif: false,
    adobeTransform: undefined,
  };
  let offset = 2;
  while (offset + 4 <= bytes.length) {
    const marker = bytes[offset + 1];
    if (bytes[offset] !== 0xff || marker === 0xff || marker === 0) {
      offset++; // fill bytes, and what careless writers leave between segments
      continue;
    }
    if (marker === SOS) return header;
    if (marker === EOI) break;
    if ((marker >= RST0 && marker <= SOI) || marker === TEM) {
      offset += 2; // the markers without a length
      continue;
    }
    const end = offset + 2 + bytes[offset + 2] * 256 + bytes[offset + 3];
    const segment = bytes.subarray(offset + 4, end);
    if (marker === APP0 && startsWith(segment, "JFIF\0")) header.jfif = true;
    else if (marker === APP1 && startsWith(segment, "Exif\0\0"))
      header.orientation = exifOrientation(segment.subarray(6));
    else if (marker === APP14 && startsWith(segment, "Adobe")) header.adobeTransform = segment[11];
    else if (marker >= SOF0 && marker <= SOF15 && marker !== DHT && marker !== JPG && marker !== DAC) {
      readFrame(marker, segment, header);
    }
    offset = end;
  }
  throw new DecodeError(`JPEG is truncated: its ${bytes.length} bytes end before the image data`);
}

/** libjpeg's rule for three components: JFIF is YCbCr, then Adobe's flag decides, then the components' names. */
function isRgb({ jfif, adobeTransform, components }: Header): boolean {
  if (jfif || components.length !== 3) return false;
  return adobeTransform === undefined ? components === "RGB" : adobeTransform === 0;
}

/** @throws DecodeError @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex B */
export async function decodeJpeg(bytes: Uint8Array): Promise<Image> {
  const header = readHeader(bytes);
  checkDeclaredSize("JPEG", header.width, header.height, bytes.length);
  if (header.components.length === 4 && header.adobeTransform === undefined) {
    throw new DecodeError("JPEG with 4 components and no Adobe segment that says what they are is not supported");
  }
  const { decode } = await import("jpeg-js");
  try {
    const { width, height, data } = decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      colorTransform: isRgb(header) ? false : undefined,
      maxMemoryUsageInMB: MAX_MEMORY_MB,
    });
    return orient({ width, height, data }, header.orientation);
  } catch (error) {
    throw new DecodeError(`JPEG is damaged or truncated (${(error as Error).message})`, { cause: error });
  }
}
