/** The number formats of safetensors files, and what each becomes: float32, like every tensor. */

/** How the numbers of one format are read. */
export interface DType {
  readonly name: string;
  /** Bytes of one number. */
  readonly bytes: number;
  /** The number whose first byte is at `at`. */
  readonly read: (view: DataView, at: number) => number;
}

/**
 * A floating-point number of at most 16 bits: (−1)^sign · 2^(exponent − bias) · 1.fraction, and with exponent 0,
 * (−1)^sign · 2^(1 − bias) · 0.fraction. All of them are float32 numbers, too: nothing is rounded.
 */
function smallFloat(bits: number, exponentBits: number, fractionBits: number, bias: number): number {
  const sign = bits >> (exponentBits + fractionBits) === 0 ? 1 : -1;
  const exponent = (bits >> fractionBits) & ((1 << exponentBits) - 1);
  const fraction = (bits & ((1 << fractionBits) - 1)) / (1 << fractionBits);
  return sign * (exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias));
}

/**
 * IEEE 754's binary16: 5 bits of exponent, 10 of fraction; the largest exponent is for infinity and NaN.
 * @see IEEE 754-2019, 3.6
 */
function float16(bits: number): number {
  if ((bits & 0x7c00) !== 0x7c00) return smallFloat(bits, 5, 10, 15);
  return (bits & 0x3ff) !== 0 ? Number.NaN : bits === 0x7c00 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
}

const word = new DataView(new ArrayBuffer(4));

/** bfloat16: the upper half of a float32. */
function bfloat16(bits: number): number {
  word.setUint16(0, bits);
  return word.getFloat32(0);
}

/**
 * Four bits of exponent, three of fraction, no infinity: all ones is NaN, the largest number 448.
 * @see P. Micikevicius et al., "FP8 formats for deep learning", 2022, arXiv:2209.05433
 */
function float8e4m3(bits: number): number {
  return (bits & 0x7f) === 0x7f ? Number.NaN : smallFloat(bits, 4, 3, 7);
}

/**
 * Every format that can be read, by its name in the header. 64-bit numbers, and integers beyond 2^24, become the
 * nearest float32; all others are float32 numbers already. A boolean is 0 or 1. Left out are C64, whose numbers are
 * complex, and the formats of less than a byte (F4, F6_E2M3, F6_E3M2) and without a sign of zero (…FNUZ).
 */
export const DTYPES: ReadonlyMap<string, DType> = new Map(
  (
    [
      { name: "F64", bytes: 8, read: (view, at) => view.getFloat64(at, true) },
      { name: "F32", bytes: 4, read: (view, at) => view.getFloat32(at, true) },
      { name: "F16", bytes: 2, read: (view, at) => float16(view.getUint16(at, true)) },
      { name: "BF16", bytes: 2, read: (view, at) => bfloat16(view.getUint16(at, true)) },
      { name: "F8_E5M2", bytes: 1, read: (view, at) => float16(view.getUint8(at) << 8) },
      { name: "F8_E4M3", bytes: 1, read: (view, at) => float8e4m3(view.getUint8(at)) },
      {
        name: "F8_E8M0",
        bytes: 1,
        read: (view, at) => (view.getUint8(at) === 255 ? NaN : 2 ** (view.getUint8(at) - 127)),
      },
      { name: "I64", bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
      { name: "I32", bytes: 4, read: (view, at) => view.getInt32(at, true) },
      { name: "I16", bytes: 2, read: (view, at) => view.getInt16(at, true) },
      { name: "I8", bytes: 1, read: (view, at) => view.getInt8(at) },
      { name: "U64", bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
      { name: "U32", bytes: 4, read: (view, at) => view.getUint32(at, true) },
      { name: "U16", bytes: 2, read: (view, at) => view.getUint16(at, true) },
      { name: "U8", bytes: 1, read: (view, at) => view.getUint8(at) },
      { name: "BOOL", bytes: 1, read: (view, at) => (view.getUint8(at) === 0 ? 0 : 1) },
    ] satisfies DType[]
  ).map((dtype) => [dtype.name, dtype]),
);
