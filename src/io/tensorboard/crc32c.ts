/** crc32c: the checksum of records, Castagnoli's. Node's zlib has another polynomial's only. */

/** Castagnoli's polynomial, its bits from the lowest power on. */
const POLYNOMIAL = 0x82f63b78;

/** What a byte in the lowest place does to the rest. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  return remainder;
});

/** @see RFC 3720, appendix B.4, for its values */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const byte of bytes) remainder = (remainder >>> 8) ^ TABLE[(remainder ^ byte) & 255];
  return ~remainder >>> 0;
}
