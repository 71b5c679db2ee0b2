/** Bytes as text that any bundler leaves as it is, and in which gzip still sees the bytes. */

/** Printable, without what is escaped in strings. */
const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
  (c) => !"\"$'<\\`".includes(c),
);

/** The first of two characters. */
const PREFIXES = PRINTABLE.slice(-2);

/** The characters of the most frequent bytes, and the second of two. */
export const DIRECT = PRINTABLE.slice(0, -2);

function codes(frequent: readonly number[]): string[] {
  const rare = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !frequent.includes(byte));
  const found = new Array<string>(256);
  for (const [i, byte] of frequent.entries()) found[byte] = DIRECT[i];
  for (const [i, byte] of rare.entries()) {
    found[byte] = PREFIXES[Math.floor(i / DIRECT.length)] + DIRECT[i % DIRECT.length];
  }
  return found;
}

/** @param frequent the bytes that are one character, as many as DIRECT has; all others are two */
export function encodeBytes(bytes: Uint8Array, frequent: readonly number[]): string {
  const of = codes(frequent);
  return Array.from(bytes, (byte) => of[byte]).join("");
}

/** The bytes of a text that `encodeBytes` made. */
export function decodeBytes(text: string, frequent: readonly number[]): Uint8Array<ArrayBuffer> {
  // By character codes: to look up strings takes longer than compiling what they decode to. A character's entry is the
  // byte that it stands for, or where the entries of the second of two begin.
  const table = new Uint16Array(256 + PREFIXES.length * 128);
  for (const [i, prefix] of PREFIXES.entries()) table[prefix.charCodeAt(0)] = 256 + i * 128;
  for (const [byte, code] of codes(frequent).entries()) {
    const begin = code.length === 2 ? table[code.charCodeAt(0)] : 0;
    table[begin + code.charCodeAt(code.length - 1)] = byte;
  }
  const bytes = new Uint8Array(text.length);
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    const entry = table[text.charCodeAt(i)];
    bytes[n++] = entry < 256 ? entry : table[entry + text.charCodeAt(++i)];
  }
  return bytes.slice(0, n);
}
