/** One set of kernels for all engines: multiply and add with a mark between them, which become one instruction where an engine has it. */

/** f32x4.mul and a nop, which no compiler writes: an operand follows, and then `ADD`. */
export const MARKED_MUL = [0xfd, 0xe6, 0x01, 0x01];
export const ADD = [0xfd, 0xe4, 0x01];

/** f32x4.relaxed_madd. */
export const MADD = [0xfd, 0x85, 0x02];

export const NOP = 0x01;
export const LOCAL_GET = 0x20;

/** A constant vector: its instruction's two bytes, and sixteen. */
const CONST_BYTES = 18;

/** Makes a·b, marked, and + c one instruction, everywhere, and fills up with nops, so that no length changes. */
export function fuse(kernels: Uint8Array): void {
  for (let at = kernels.indexOf(MARKED_MUL[0]); at >= 0; at = kernels.indexOf(MARKED_MUL[0], at + 1)) {
    if (!MARKED_MUL.every((byte, i) => kernels[at + i] === byte)) continue;
    const operand = at + MARKED_MUL.length;
    // A local's number takes a second byte from 128 on.
    const bytes = kernels[operand] !== LOCAL_GET ? CONST_BYTES : kernels[operand + 1] < 128 ? 2 : 3;
    kernels.copyWithin(at, operand, operand + bytes);
    kernels.set([...MADD, NOP, NOP, NOP, NOP], at + bytes);
  }
}
