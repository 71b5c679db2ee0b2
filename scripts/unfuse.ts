/** Rewrites a WebAssembly module without fused multiply-adds: as the kernels' text has them, see fusing.ts. */

import { ADD, LOCAL_GET, MADD, MARKED_MUL } from "../src/tensor/backend/wasm/fusing.js";

const [TYPES, FUNCTIONS, CODE] = [1, 3, 10];
const LOCAL_SET = 0x21;
const V128 = 0x7b;
const V128_CONST = [0xfd, 0x0c];

/** Reads the bytes of a module, or of a part of it, from front to back. */
class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get done(): boolean {
    return this.at >= this.bytes.length;
  }

  take(length: number): Uint8Array {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  /** As WebAssembly writes integers: seven bits a byte, the lowest first. */
  integer(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++];
      value |= (byte & 127) << shift;
      if (byte < 128) return value;
    }
  }

  /** As many as the integer here says. */
  list<T>(read: () => T): T[] {
    return Array.from({ length: this.integer() }, read);
  }

  /** One instruction, with what belongs to it. */
  instruction(): number[] {
    const begin = this.at;
    const { integers, bytes } = this.#operands(this.bytes[this.at++]);
    for (let i = 0; i < integers; i++) this.integer();
    this.at += bytes;
    return [...this.bytes.subarray(begin, this.at)];
  }

  /** What follows an instruction's first byte: so many integers, and then so many bytes. */
  #operands(code: number): { integers: number; bytes: number } {
    const within = (first: number, last: number) => code >= first && code <= last;
    if (code === 0xfd) return this.#vectorOperands(this.integer());
    if (code === 0xfc) return { integers: [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1][this.integer()], bytes: 0 };
    if (code === 0x0e) return { integers: this.integer() + 1, bytes: 0 }; // br_table
    if (within(0x28, 0x3e)) return { integers: 2, bytes: 0 }; // load, store
    if (code === 0x43) return { integers: 0, bytes: 4 }; // f32.const
    if (code === 0x44) return { integers: 0, bytes: 8 }; // f64.const
    // block, loop, if; br, br_if, call; locals and globals; the size of memory; i32.const, i64.const
    const takesOne =
      within(0x02, 0x04) || within(0x0c, 0x0d) || code === 0x10 || within(0x20, 0x24) || within(0x3f, 0x42);
    if (takesOne) return { integers: 1, bytes: 0 };
    // unreachable, nop, else, end, return; drop, select; comparisons and arithmetic
    const takesNone = within(0x00, 0x01) || [0x05, 0x0b, 0x0f, 0x1a, 0x1b].includes(code) || within(0x45, 0xc4);
    if (takesNone) return { integers: 0, bytes: 0 };
    throw new Error(`unfuse: what follows instruction 0x${code.toString(16)} is not known here`);
  }

  #vectorOperands(code: number): { integers: number; bytes: number } {
    const within = (first: number, last: number) => code >= first && code <= last;
    if (within(12, 13)) return { integers: 0, bytes: 16 }; // v128.const, shuffle
    if (within(21, 34)) return { integers: 0, bytes: 1 }; // a lane's number
    if (within(84, 91)) return { integers: 2, bytes: 1 }; // load and store of one lane
    return { integers: within(0, 11) || within(92, 93) ? 2 : 0, bytes: 0 }; // load, store; all else
  }
}

function integer(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...integer(value >> 7)];
}

const list = (items: readonly (readonly number[])[]): number[] => [...integer(items.length), ...items.flat()];
const withLength = (bytes: readonly number[]): number[] => [...integer(bytes.length), ...bytes];
const startsWith = (bytes: readonly number[], start: readonly number[]) => start.every((byte, i) => bytes[i] === byte);

/** A function's locals and code without fused multiply-adds. A last operand that is computed goes through a new local. */
function unfused(body: Reader, parameters: number): number[] {
  const locals = body.list(() => [body.integer(), body.integer()]);
  const extra = integer(locals.reduce((sum, [count]) => sum + count, parameters));
  const code: number[][] = [];
  let needsExtra = false;
  while (!body.done) {
    const instruction = body.instruction();
    if (!startsWith(instruction, MADD)) {
      code.push(instruction);
      continue;
    }
    let operand = code.pop()!;
    if (operand[0] !== LOCAL_GET && !startsWith(operand, V128_CONST)) {
      code.push(operand, [LOCAL_SET, ...extra]);
      operand = [LOCAL_GET, ...extra];
      needsExtra = true;
    }
    code.push(MARKED_MUL, operand, ADD);
  }
  if (needsExtra) locals.push([1, V128]);
  return [...list(locals.map(([count, type]) => [...integer(count), type])), ...code.flat()];
}

/** The module with a·b, a mark, and + c wherever it fuses the two. */
export function unfuse(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const reader = new Reader(module);
  const parts = [[...reader.take(8)]];
  let parametersOf: number[] = [];
  let typeOf: number[] = [];
  while (!reader.done) {
    const id = reader.integer();
    const section = new Reader(reader.take(reader.integer()));
    let contents = [...section.bytes];
    if (id === TYPES) {
      parametersOf = section.list(() => {
        section.take(1);
        const parameters = section.take(section.integer());
        section.take(section.integer());
        return parameters.length;
      });
    }
    if (id === FUNCTIONS) typeOf = section.list(() => section.integer());
    if (id === CODE) {
      const bodies = section.list(() => new Reader(section.take(section.integer())));
      contents = list(bodies.map((body, i) => withLength(unfused(body, parametersOf[typeOf[i]]))));
    }
    parts.push([id], withLength(contents));
  }
  return Uint8Array.from(parts.flat());
}
