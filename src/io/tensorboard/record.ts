/** asRecord: bytes in the frame that they have in a TFRecord file. */

import { crc32c } from "./crc32c.js";

/** A checksum of what holds checksums itself would be weak: so it is rotated by 15 bits, and moved on. */
function masked(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/**
 * The length in 8 bytes, its checksum in 4, the bytes, and their checksum; all little-endian.
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord
 */
export function asRecord(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const record = new Uint8Array(12 + bytes.length + 4);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(bytes.length), true);
  view.setUint32(8, masked(record.subarray(0, 8)), true);
  record.set(bytes, 12);
  view.setUint32(12 + bytes.length, masked(bytes), true);
  return record;
}
