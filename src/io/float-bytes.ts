/** float32 numbers as they are in files. */

/** float32 numbers, the lowest byte of each first, whatever the machine is. */
export function floatBytes(values: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i], true);
  return new Uint8Array(view.buffer);
}
