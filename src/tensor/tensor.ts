/** Tensor: a shape, a backend, a buffer of numbers there, and a place in the graph. */

import type { Backend, FloatArray, Storage } from "./backend/backend.js";
import { turnNowAndThen } from "./backend/event-loop.js";
import { type BackendName, backendNamed, currentBackend, withBackend } from "./backend/registry.js";
import { defaultGenerator, type Generator } from "./random.js";
import { checkShape, formatShape, type Shape, ShapeError, sizeOf } from "./shape.js";

/** A storage and the number of its owners: tensors that show it, and graph nodes that saved it for the way back. */
export class Buffer {
  #version = 0;
  #owners = 1;
  readonly backend: Backend;
  readonly #storage: Storage;

  constructor(backend: Backend, storage: Storage) {
    this.backend = backend;
    this.#storage = storage;
  }

  get storage(): Storage {
    if (this.#owners === 0) throw new Error("the numbers of this tensor have been released");
    return this.#storage;
  }

  get released(): boolean {
    return this.#owners === 0;
  }

  get shared(): boolean {
    return this.#owners > 1;
  }

  /** Counts in-place changes, so that `backward` can refuse a value that is no longer what the forward pass saw. */
  get version(): number {
    return this.#version;
  }

  /** Changes the numbers in place. */
  update(change: (storage: Storage) => void): void {
    change(this.storage);
    this.#version++;
  }

  retain(): this {
    this.#owners++;
    return this;
  }

  release(): void {
    if (--this.#owners === 0) this.backend.free(this.#storage);
  }
}

/** The safety net for tensors that were dropped without being released. Never the plan: see `scope`. */
const dropped = new FinalizationRegistry<Buffer>((buffer) => buffer.release());

/** Lists what is made while a scope runs; undefined outside of any. */
let currentScope: Set<Tensor> | undefined;

/** Runs `fn` with a new list of what it makes. Only `autograd.ts` calls this: users call `scope` or `noGrad`. */
export function collect<T>(fn: () => T): { result: T; made: Set<Tensor> } {
  const outer = currentScope;
  const made = new Set<Tensor>();
  currentScope = made;
  try {
    return { result: fn(), made };
  } catch (error) {
    for (const tensor of made) {
      tensor.release();
      if (tensor.node) dropSaved(tensor.node.saved);
    }
    throw error;
  } finally {
    currentScope = outer;
  }
}

/** Hands `tensor` to the scope that runs now, if any. */
export function adopt(tensor: Tensor): void {
  currentScope?.add(tensor);
}

/** Takes `tensor` out of the scope that runs now: it lives until it is released. */
export function keep<T extends Tensor>(tensor: T): T {
  currentScope?.delete(tensor);
  return tensor;
}

/** A value that a graph keeps for the way back, as it was when it was saved. */
export interface Saved {
  readonly buffer: Buffer;
  readonly version: number;
}

/** Lets go of what a node saved. Safe to repeat. */
export function dropSaved(saved: Saved[]): void {
  for (const { buffer } of saved) buffer.release();
  saved.length = 0;
}

/** How a tensor was computed: enough to send a gradient back to its inputs. Made by `record`. */
export interface GraphNode {
  readonly name: string;
  /** Creation order, which is a topological order. */
  readonly id: number;
  readonly inputs: readonly Tensor[];
  readonly saved: Saved[];
  /** One thunk per input, so that a gradient nobody needs is never computed. */
  readonly gradients: (g: Tensor) => readonly (() => Tensor | Storage)[];
  /** True once `backward` has walked it and let its saved values go. */
  walked: boolean;
}

/**
 * An n-dimensional array of numbers: contiguous, row-major, float32 (float64 on the `js` backend for gradient checks).
 * Its operations (`x.relu()`, `x.matmul(w)`, …) are the functions of the same names: see `methods.ts`.
 */
export class Tensor {
  /** The size along each axis. */
  readonly shape: Shape;
  /** Internal: the numbers, and who owns them. */
  readonly buffer: Buffer;
  /** True where gradients are to reach this tensor. */
  requiresGrad: boolean;
  /** ∂loss/∂this, once `backward` has run; `null` before and after `zeroGrad`. */
  grad: Tensor | null = null;
  /** Internal: how it was computed; `null` for a leaf. */
  node: GraphNode | null = null;
  #released = false;

  /** Internal: takes over one ownership of `buffer`. Users call `tensor`, `zeros`, … */
  constructor(shape: Shape, buffer: Buffer, requiresGrad = false) {
    this.shape = Object.freeze([...shape]);
    this.buffer = buffer;
    this.requiresGrad = requiresGrad;
    dropped.register(this, buffer, this);
    adopt(this);
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** Where the numbers are and the operations run. */
  get backend(): Backend {
    return this.buffer.backend;
  }

  /** Internal: the numbers, as the backend knows them. */
  get storage(): Storage {
    if (this.buffer.released) {
      throw new Error(
        `tensor ${formatShape(this.shape)}${this.node ? ` made by ${this.node.name}` : ""} has been released: the next ` +
          "backward() or zeroGrad(), or the end of a scope or noGrad, let it go. Read it before, return it from the " +
          "scope, or keep the numbers with detach().",
      );
    }
    return this.buffer.storage;
  }

  /** The numbers, row by row: a copy. Whoever awaits them lets a page answer and a signal arrive meanwhile. */
  async data(): Promise<Float32Array> {
    const values = (await this.backend.read(this.storage)) as Float32Array;
    await turnNowAndThen();
    return values;
  }

  /**
   * The numbers, at once.
   * @throws Error on a backend that does not live in the host's memory: use `await data()` there.
   */
  dataSync(): Float32Array {
    const { storage, backend } = this;
    if (!backend.readSync) throw new Error(`dataSync: ${backend.name} cannot be read synchronously; use await data()`);
    return backend.readSync(storage) as Float32Array;
  }

  /**
   * The only number of a one-element tensor.
   * @throws ShapeError when there are more or fewer.
   */
  async item(): Promise<number> {
    if (this.size !== 1) throw new ShapeError(`item: expected one element, the shape is ${formatShape(this.shape)}`);
    return (await this.data())[0];
  }

  /**
   * The same numbers on another backend, outside of the graph; this very tensor where it is there already.
   * @param target a name, or the backend itself: `model.parameters()[0].backend`
   * @throws Error when a gradient is to reach this tensor, which it could not from there, or there is no such backend
   */
  async to(target: BackendName | Backend): Promise<Tensor> {
    const backend = typeof target === "string" ? await backendNamed(target) : target;
    if (backend === this.backend) return this;
    if (this.requiresGrad) {
      throw new Error(`to: no gradient comes back from ${backend.name} to ${this.backend.name}; detach() first`);
    }
    const values = await this.data();
    return withBackend(backend, () => tensor(values, this.shape));
  }

  /** The same numbers (shared, not copied) outside of the graph. They outlive this tensor. */
  detach(): Tensor {
    this.storage;
    return new Tensor(this.shape, this.buffer.retain());
  }

  /** Frees the gradient. (`Optimizer.zeroGrad` does so for all parameters, and begins a new step.) */
  zeroGrad(): void {
    this.grad?.release();
    this.grad = null;
  }

  /**
   * Overwrites the numbers, in place, with those of `source`, a tensor of the same size: for loading, outside of the graph.
   * From another backend they come through the host, which that backend must allow at once (see `dataSync`).
   * @throws ShapeError when it has another size
   */
  copyFrom(source: Tensor): void {
    if (source.size !== this.size) {
      throw new ShapeError(`copyFrom: ${formatShape(source.shape)} does not fill ${formatShape(this.shape)}`);
    }
    const { backend } = this;
    const local = source.backend === backend;
    const storage = local ? source.storage : backend.upload(source.dataSync());
    this.buffer.update((own) => backend.accumulate(own, storage, 0, 1));
    if (!local) backend.free(storage);
  }

  /** Internal: gives up this tensor's share in its numbers. Safe to repeat. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    dropped.unregister(this);
    this.buffer.release();
  }

  /** Class, shape, backend, and the operation that made it. */
  toString(): string {
    const made = this.node ? `, by ${this.node.name}` : this.requiresGrad ? ", requiresGrad" : "";
    return `${this.constructor.name}(${formatShape(this.shape)}, ${this.backend.name}${made})`;
  }
}

/** A tensor that a module learns: it requires a gradient and no scope ever frees it. */
export class Parameter extends Tensor {
  /** Shares the numbers of `tensor`. */
  constructor(tensor: Tensor) {
    super(tensor.shape, tensor.buffer.retain(), true);
    keep(this);
  }
}

// ---- factories ---------------------------------------------------------------------------------

export interface TensorOptions {
  /** Gradients are to reach this tensor. Default false. */
  requiresGrad?: boolean;
}

/** A number, or lists of numbers nested to any depth, or a typed array. */
export type TensorValues = number | FloatArray | Int32Array | Uint8Array | readonly TensorValues[];

function flattenValues(values: TensorValues, shape: number[], depth: number, out: number[]): void {
  if (typeof values === "number") {
    if (depth !== shape.length) throw new ShapeError("tensor: the nested lists have different depths");
    out.push(values);
    return;
  }
  if (depth === shape.length) {
    if (out.length > 0) throw new ShapeError("tensor: the nested lists have different depths");
    shape.push(values.length);
  } else if (values.length !== shape[depth]) {
    throw new ShapeError(`tensor: the lists along axis ${depth} have ${shape[depth]} and ${values.length} elements`);
  }
  for (const value of values) flattenValues(value, shape, depth + 1, out);
}

/** Wraps a fresh storage of the current (or the given) backend. */
export function wrap(
  shape: Shape,
  storage: Storage,
  backend: Backend = currentBackend(),
  requiresGrad = false,
): Tensor {
  return new Tensor(shape, new Buffer(backend, storage), requiresGrad);
}

/**
 * A tensor of the given `values`. Without `shape`, the nesting of the lists gives it.
 * @throws ShapeError when the lists are ragged, or the numbers do not fill `shape`.
 */
export function tensor(values: TensorValues, shape?: Shape, options: TensorOptions = {}): Tensor {
  let flat: ArrayLike<number>;
  let inferred: number[] = [];
  if (ArrayBuffer.isView(values)) {
    flat = values as FloatArray;
    inferred = [flat.length];
  } else {
    const out: number[] = [];
    flattenValues(values, inferred, 0, out);
    flat = out;
  }
  const target = shape ?? inferred;
  checkShape(target, "tensor");
  if (sizeOf(target) !== flat.length) {
    throw new ShapeError(
      `tensor: ${flat.length} values do not fill shape ${formatShape(target)} (${sizeOf(target)} elements)`,
    );
  }
  const backend = currentBackend();
  return wrap(target, backend.upload(flat), backend, options.requiresGrad);
}

/** A tensor of the given `shape`, filled with `value`. */
export function full(shape: Shape, value: number, options: TensorOptions = {}): Tensor {
  checkShape(shape, "full");
  const backend = currentBackend();
  return wrap(shape, backend.fill(sizeOf(shape), value), backend, options.requiresGrad);
}

/** A tensor of the given `shape`, filled with 0. */
export function zeros(shape: Shape, options: TensorOptions = {}): Tensor {
  return full(shape, 0, options);
}

/** A tensor of the given `shape`, filled with 1. */
export function ones(shape: Shape, options: TensorOptions = {}): Tensor {
  return full(shape, 1, options);
}

export interface RandomOptions extends TensorOptions {
  /** Where the numbers come from. Default: the "sample" stream of `manualSeed`. */
  generator?: Generator;
}

function drawn(shape: Shape, who: string, options: RandomOptions, draw: (generator: Generator) => number): Tensor {
  checkShape(shape, who);
  const generator = options.generator ?? defaultGenerator("sample");
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw(generator);
  return tensor(values, shape, options);
}

/** A tensor of the given `shape`, uniform in [0, 1). */
export function rand(shape: Shape, options: RandomOptions = {}): Tensor {
  return drawn(shape, "rand", options, (generator) => generator.uniform());
}

/** A tensor of the given `shape`, standard normal. */
export function randn(shape: Shape, options: RandomOptions = {}): Tensor {
  return drawn(shape, "randn", options, (generator) => generator.normal());
}
