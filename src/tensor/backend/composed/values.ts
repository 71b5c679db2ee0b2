/** Storages with a shape, and arithmetic on them: what compositions are written in. */

import { broadcastShapes, broadcastStrides, type Shape, sizeOf } from "../../shape.js";
import type { AxisGeometry, BinaryRule, Primitives, ReduceName, Storage, UnaryFormula } from "../backend.js";

const add: BinaryRule = { name: "add", f: (a, b) => a + b };
const sub: BinaryRule = { name: "sub", f: (a, b) => a - b };
const mul: BinaryRule = { name: "mul", f: (a, b) => a * b };
const div: BinaryRule = { name: "div", f: (a, b) => a / b };
const maximum: BinaryRule = { name: "maximum", f: Math.max };
const eq: BinaryRule = { name: "eq", f: (a, b) => (a === b ? 1 : 0) };
const exp: UnaryFormula = { name: "exp", f: Math.exp };
const log: UnaryFormula = { name: "log", f: Math.log };
const sqrt: UnaryFormula = { name: "sqrt", f: Math.sqrt };

/** A calculation on a backend, and the storages that it has made so far. */
export class Sheet {
  readonly backend: Primitives;
  readonly made = new Set<Storage>();

  constructor(backend: Primitives) {
    this.backend = backend;
  }

  /** A storage that somebody else owns. */
  given(storage: Storage, shape: Shape): Values {
    return new Values(this, storage, shape);
  }

  /** A storage without a shape of its own. */
  flat(storage: Storage): Values {
    return this.given(storage, [storage.size]);
  }

  /** The same number everywhere. */
  fill(shape: Shape, value: number): Values {
    return this.owned(this.backend.fill(sizeOf(shape), value), shape);
  }

  /** The numbers 0 … n − 1. */
  counts(n: number): Values {
    const numbers = Float32Array.from({ length: n }, (_, i) => i);
    return this.owned(this.backend.upload(numbers), [n]);
  }

  /** A storage that goes when the calculation ends, unless it is kept. */
  owned(storage: Storage, shape: Shape): Values {
    this.made.add(storage);
    return new Values(this, storage, shape);
  }
}

/** Runs a calculation and frees all that it makes but what it keeps. */
export function calculate<T>(backend: Primitives, calculation: (sheet: Sheet) => T): T {
  const sheet = new Sheet(backend);
  try {
    return calculation(sheet);
  } finally {
    for (const storage of sheet.made) backend.free(storage);
  }
}

/** Numbers of a shape. Operands broadcast, as those of tensors do; a number stands for a tensor of any shape. */
export class Values {
  readonly #sheet: Sheet;
  readonly storage: Storage;
  readonly shape: Shape;

  constructor(sheet: Sheet, storage: Storage, shape: Shape) {
    this.#sheet = sheet;
    this.storage = storage;
    this.shape = shape;
  }

  #binary(rule: BinaryRule, other: Values | number): Values {
    const { backend } = this.#sheet;
    const right = typeof other === "number" ? this.#sheet.fill([], other) : other;
    const shape = broadcastShapes(this.shape, right.shape, rule.name);
    const aStrides = broadcastStrides(this.shape, shape);
    const bStrides = broadcastStrides(right.shape, shape);
    const result = backend.binary(rule, this.storage, right.storage, { shape, aStrides, bStrides });
    return this.#sheet.owned(result, shape);
  }

  #unary(rule: UnaryFormula): Values {
    return this.#sheet.owned(this.#sheet.backend.unary(rule, this.storage, 0, 0), this.shape);
  }

  /** Along one axis, which stays, with size 1. */
  #reduce(name: ReduceName, axis: number): Values {
    const { shape } = this;
    const geometry = { outer: sizeOf(shape.slice(0, axis)), n: shape[axis], inner: sizeOf(shape.slice(axis + 1)) };
    const kept = shape.map((size, d) => (d === axis ? 1 : size));
    return this.#sheet.owned(this.#sheet.backend.reduce(name, this.storage, geometry), kept);
  }

  add(other: Values | number): Values {
    return this.#binary(add, other);
  }

  sub(other: Values | number): Values {
    return this.#binary(sub, other);
  }

  mul(other: Values | number): Values {
    return this.#binary(mul, other);
  }

  div(other: Values | number): Values {
    return this.#binary(div, other);
  }

  maximum(other: Values | number): Values {
    return this.#binary(maximum, other);
  }

  /** 1 where both are the same number, 0 elsewhere. */
  eq(other: Values | number): Values {
    return this.#binary(eq, other);
  }

  exp(): Values {
    return this.#unary(exp);
  }

  log(): Values {
    return this.#unary(log);
  }

  sqrt(): Values {
    return this.#unary(sqrt);
  }

  sum(axis: number): Values {
    return this.#reduce("sum", axis);
  }

  max(axis: number): Values {
    return this.#reduce("max", axis);
  }

  min(axis: number): Values {
    return this.#reduce("min", axis);
  }

  /** The same numbers in another shape. */
  reshape(shape: Shape): Values {
    return this.#sheet.given(this.storage, shape);
  }

  /** Elements at offset + Σ i_d · strides_d. */
  view(shape: Shape, strides: readonly number[], offset = 0): Values {
    return this.#sheet.owned(this.#sheet.backend.view(this.storage, { shape, strides, offset }), shape);
  }

  /** These numbers at before_d + i_d · step_d of a larger shape, `value` everywhere else. */
  pad(outShape: Shape, before: readonly number[], step: readonly number[], value: number): Values {
    const geometry = { inShape: this.shape, outShape, before, step };
    return this.#sheet.owned(this.#sheet.backend.pad(this.storage, geometry, value), outShape);
  }

  /** Sums [outer, n, inner] of the elements that `indices` send to the same place. */
  indexAdd(indices: Int32Array, geometry: AxisGeometry): Values {
    const sums = this.#sheet.backend.indexAdd(this.storage, indices, geometry);
    return this.#sheet.owned(sums, [geometry.outer, geometry.n, geometry.inner]);
  }

  /** this ← alpha·this + beta·other, in place. */
  accumulate(other: Values, alpha: number, beta: number): void {
    this.#sheet.backend.accumulate(this.storage, other.storage, alpha, beta);
  }

  /** The storage, which outlives the calculation: its result. */
  keep(): Storage {
    this.#sheet.made.delete(this.storage);
    return this.storage;
  }
}
