/** writePlainJpeg: what was read of a JPEG file, written as jpeg-js understands it, in one order and one way. */

import { concatBytes } from "../concat-bytes.js";
import { MEANS_TABLE, withoutRestarts } from "./jpeg-restarts.js";
import type { Jpeg, JpegComponent, JpegFrame, JpegScan } from "./jpeg-segments.js";
import type { PrefixCodes } from "./prefix-codes.js";

const [SOF1, SOF2, DHT, SOI, EOI, SOS, DQT, DRI, APP14] = [0xc1, 0xc2, 0xc4, 0xd8, 0xd9, 0xda, 0xdb, 0xdd, 0xee];

function segment(marker: number, ...content: (number | Uint8Array)[]): Uint8Array {
  const body = concatBytes(content.map((part) => (typeof part === "number" ? Uint8Array.of(part) : part)));
  const length = body.length + 2;
  return concatBytes([Uint8Array.of(0xff, marker, length >> 8, length & 255), body]);
}

/** Blocks of a component in the image, and rows of them with those beyond its lower edge. */
function blocksOf({ width, height, components }: JpegFrame, { horizontal, vertical }: JpegComponent) {
  const mostX = Math.max(...components.map((each) => each.horizontal));
  const mostY = Math.max(...components.map((each) => each.vertical));
  return {
    columns: Math.ceil((width * horizontal) / (8 * mostX)),
    rows: Math.ceil((height * vertical) / (8 * mostY)),
    rowsWithEdge: Math.ceil(height / (8 * mostY)) * vertical,
  };
}

/**
 * A scan of one component has no blocks beyond the edge. jpeg-js reads some there all the same, to fill the last interval
 * up, if other scans have them.
 */
function isMisread(frame: JpegFrame, { components, interval }: JpegScan): boolean {
  if (components.length > 1 || interval === 0) return false;
  const { columns, rows, rowsWithEdge } = blocksOf(frame, frame.components[components[0][0]]);
  return (columns * rows) % interval > 0 && rows < rowsWithEdge;
}

/** Its codes, from the content of a segment of tables: a byte that says which, 16 counts, and the values. */
function codesOf(table: Uint8Array | undefined): PrefixCodes {
  return { counts: table?.subarray(1, 17) ?? [], values: table?.subarray(17) ?? [] };
}

/** Scans of several components as they are; those of one without restarts. */
function simplified(frame: JpegFrame, scans: readonly JpegScan[]): JpegScan[] {
  const known = frame.components.map((component) => {
    const { columns, rows } = blocksOf(frame, component);
    return new Uint8Array(64 * columns * rows);
  });
  return scans.map((scan) => {
    if (scan.components.length > 1) return scan;
    const [[place, indices]] = scan.components;
    const { first, last, high, tables } = scan;
    const data = withoutRestarts({
      data: scan.data,
      blocks: known[place].length / 64,
      interval: scan.interval,
      first,
      last,
      refines: high > 0,
      progressive: frame.progressive,
      means: codesOf(tables.get(indices >> 4)),
      others: codesOf(tables.get(16 + (indices & 15))),
      known: known[place],
    });
    const others = [...tables].filter(([key]) => key >= 16);
    return {
      ...scan,
      components: [[place, indices & 15]],
      interval: 0,
      tables: new Map([[0, MEANS_TABLE], ...others]),
      data,
    };
  });
}

function writeScan({ components, first, last, high, low, interval, tables, data }: JpegScan): Uint8Array[] {
  return [
    ...Array.from(tables.values(), (table) => segment(DHT, table)),
    segment(DRI, interval >> 8, interval & 255),
    segment(SOS, components.length, ...components.flat(), first, last, (high << 4) | low),
    data,
  ];
}

/** Tables, frame and scans; components by their places, each with a table of its own; an end. */
export function writePlainJpeg({ frame, scans, transformed }: Jpeg): Uint8Array {
  const { progressive, width, height, components } = frame;
  const parts: Uint8Array[] = [Uint8Array.of(0xff, SOI)];
  if (components.length === 4) {
    const adobe = Uint8Array.from("Adobe\0\x64\0\0\0\0", (letter) => letter.charCodeAt(0));
    parts.push(segment(APP14, adobe, transformed ? 2 : 0));
  }
  const content = [8, height >> 8, height & 255, width >> 8, width & 255, components.length];
  for (const [i, { quantization = new Uint8Array(), horizontal, vertical }] of components.entries()) {
    parts.push(segment(DQT, (quantization[0] & 0xf0) | i, quantization.subarray(1)));
    content.push(i, (horizontal << 4) | vertical, i);
  }
  parts.push(segment(progressive ? SOF2 : SOF1, ...content));
  const plainScans = scans.some((scan) => isMisread(frame, scan)) ? simplified(frame, scans) : scans;
  return concatBytes([...parts, ...plainScans.flatMap(writeScan), Uint8Array.of(0xff, EOI)]);
}
