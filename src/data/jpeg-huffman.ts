/** The Huffman tables that a file means when it brings none, as the frames of a webcam's film do. */

/** Class · 16 + index (0 of the means, 1 of the other frequencies), the number of codes of each length, their values. */
const TABLES = [
  [0x00, "00010501010101010100000000000000", "000102030405060708090a0b"],
  [0x01, "00030101010101010101010000000000", "000102030405060708090a0b"],
  [
    0x10,
    "0002010303020403050504040000017d",
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728" +
      "292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586878889" +
      "8a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2" +
      "e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa",
  ],
  [
    0x11,
    "00020102040403040705040400010277",
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a26" +
      "2728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a828384858687" +
      "88898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9da" +
      "e2e3e4e5e6e7e8e9eaf2f3f4f5f6f7f8f9fa",
  ],
] as const;

/** By class · 16 + index: what a DHT segment would hold. @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf, annex K.3 */
export const STANDARD_HUFFMAN_TABLES: ReadonlyMap<number, Uint8Array> = new Map(
  TABLES.map(([key, counts, values]) => {
    const bytes = `${counts}${values}`.match(/../g) ?? [];
    return [key, Uint8Array.from([key, ...bytes.map((byte) => Number.parseInt(byte, 16))])];
  }),
);
