/** Tensor: a shape, a backend, a buffer of numbers there, and a place in the graph. */

import { ArgumentError, aBoolean, checkArgument, instanceOf, type Kind } from "./arguments.js";
import type { Backend, Storage } from "./backend/backend.js";
import { describeBackend } from "./backend/current-backend.js";
import { turnNowAndThen } from "./backend/event-loop.js";
import { disown, type FreedBy, keep, Life, noteUse, own, sweeper, type Tracked } from "./lifetime.js";
import { formatShape, type Shape, ShapeError, sameShape, sizeOf } from "./shape.js";
import { SharedStorage } from "./shared-storage.js";

/** A value that a graph keeps for the way back, as it was when it was saved. */
export interface Saved {
  readonly numbers: SharedStorage;
  readonly version: number;
}

/** From g = ∂L/∂result to one thunk per input, so that a gradient nobody needs is never computed. */
export type Gradients = (g: Tensor) => readonly (() => Tensor | Storage)[];

/** How a tensor was computed: enough to send a gradient back to its inputs. Made by `record`. */
export class GraphNode {
  readonly name: string;
  /** Creation order, which is a topological order. */
  readonly id: number;
  /** None once the graph is gone. */
  inputs: readonly Tensor[];
  saved: readonly Saved[];
  gradients: Gradients;
  /** "walked" once `backward` has been past it, "forgotten" when its scope ended before. */
  state: "unwalked" | "walked" | "forgotten" = "unwalked";

  constructor(name: string, id: number, inputs: readonly Tensor[], saved: readonly Saved[], gradients: Gradients) {
    this.name = name;
    this.id = id;
    this.inputs = inputs;
    this.saved = saved;
    this.gradients = gradients;
  }

  /** Gives up what was saved, and the way back. Safe to repeat. */
  end(state: "walked" | "forgotten"): void {
    if (this.state !== "unwalked") return;
    this.state = state;
    for (const { numbers } of this.saved) numbers.release();
    // Whoever keeps a loss must not keep all that it was computed from.
    this.saved = [];
    this.inputs = [];
    this.gradients = () => [];
  }
}

const FREED: Record<FreedBy, string> = {
  scope: "the scope or noGrad that it was made in is over: return it from there, or keep it by keep()",
  step: "the next backward() or zeroGrad() has let it go: read it before, or keep the numbers by detach()",
  batch: "the next batch of its dataset has been asked for, or the loop was left: clone() what you want to keep",
  dispose: "dispose() was called on it",
};

/**
 * An n-dimensional array of numbers: contiguous, row-major, float32 (float64 on the `js` backend for gradient checks).
 * Its operations (`x.relu()`, `x.matmul(w)`, …) are the functions of the same names: see `methods.ts`.
 */
export class Tensor implements Tracked {
  readonly #shape: Shape;
  /** Internal: the numbers, and how many own them. */
  readonly numbers: SharedStorage;
  /** Internal: the operation or the factory that made it. */
  readonly origin: string;
  /** Internal: when it was made and used, and who frees it. */
  readonly life = new Life();
  #requiresGrad: boolean;
  #grad: Tensor | null = null;
  /** Internal: how it was computed; `null` for a leaf. */
  node: GraphNode | null = null;
  #freedBy: FreedBy | undefined;

  /** Internal: takes over one ownership of `numbers`. Users call `tensor`, `zeros`, … */
  constructor(shape: Shape, numbers: SharedStorage, origin: string, requiresGrad = false) {
    this.#shape = Object.isFrozen(shape) ? shape : Object.freeze([...shape]);
    this.numbers = numbers;
    this.origin = origin;
    this.#requiresGrad = requiresGrad;
    own(this);
  }

  /** The size along each axis. */
  get shape(): Shape {
    return this.#shape;
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /**
   * True where gradients are to reach this tensor.
   * @throws ArgumentError when it is set to anything but true or false, or to false where an operation has decided
   */
  get requiresGrad(): boolean {
    return this.#requiresGrad;
  }

  set requiresGrad(value: boolean) {
    checkArgument("Tensor", "requiresGrad", value, aBoolean);
    if (this.node && !value) {
      throw new ArgumentError(
        `the tensor ${formatShape(this.shape)} requires a gradient because an input of ${this.origin} does: detach() it, ` +
          "or compute it in noGrad",
      );
    }
    this.#requiresGrad = value;
  }

  /**
   * ∂loss/∂this, once `backward` has run; `null` before and after `zeroGrad`.
   * @throws ArgumentError when it is set to anything but null or a tensor of this shape
   */
  get grad(): Tensor | null {
    return this.#grad;
  }

  set grad(value: Tensor | null) {
    if (value !== null) checkTensor("Tensor", "grad", value);
    if (value !== null && !sameShape(value.shape, this.shape)) {
      throw new ShapeError(`grad: ${formatShape(value.shape)} is no gradient of ${formatShape(this.shape)}`);
    }
    this.#grad = value;
  }

  /** Where the numbers are and the operations run. */
  get backend(): Backend {
    return this.numbers.backend;
  }

  /** Internal: the numbers, as the backend knows them. */
  get storage(): Storage {
    this.use();
    return this.numbers.storage;
  }

  /** Internal: the numbers, with one owner more. */
  retainNumbers(): SharedStorage {
    this.use();
    return this.numbers.retain();
  }

  /** Internal: what has freed the numbers, and what to do about it; undefined as long as they are there. */
  get freed(): string | undefined {
    return this.numbers.released ? FREED[this.#freedBy ?? "dispose"] : undefined;
  }

  /**
   * Internal: notes that the numbers are being used.
   * @throws Error when they have been freed, saying by what and what to do
   */
  use(): void {
    const { freed, shape, origin } = this;
    if (freed) throw new Error(`tensor ${formatShape(shape)} made by ${origin} has been freed: ${freed}.`);
    noteUse(this);
  }

  /** The numbers, row by row: a copy. Whoever awaits them lets a page answer and a signal arrive meanwhile. */
  async data(): Promise<Float32Array> {
    sweeper?.noteRead();
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
    sweeper?.noteRead();
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

  /** The same numbers (shared, not copied) outside of the graph. They outlive this tensor. */
  detach(): Tensor {
    return new Tensor(this.shape, this.retainNumbers(), this.origin);
  }

  /** Frees the gradient. (`Optimizer.zeroGrad` does so for all parameters, and begins a new step.) */
  zeroGrad(): void {
    this.grad?.dispose();
    this.grad = null;
  }

  /**
   * Overwrites the numbers, in place, with those of `source`, a tensor of the same size: for loading, outside of the graph.
   * From another backend they come through the host, which that backend must allow at once (see `dataSync`).
   * @throws ShapeError when it has another size
   */
  copyFrom(source: Tensor): void {
    checkTensor("copyFrom", "source", source);
    if (source.size !== this.size) {
      throw new ShapeError(`copyFrom: ${formatShape(source.shape)} does not fill ${formatShape(this.shape)}`);
    }
    const { backend } = this;
    const local = source.backend === backend;
    const storage = local ? source.storage : backend.upload(source.dataSync());
    this.numbers.update((own) => backend.accumulate(own, storage, 0, 1));
    if (!local) backend.free(storage);
  }

  /** Lives until `dispose()`, whatever scope or step it was made in. A parameter does so by itself. */
  keep(): this {
    keep(this);
    return this;
  }

  /**
   * Gives the numbers back at once, for a program that does not want to wait until they go by themselves. Others that
   * share them (`detach()`, a graph that needs them) keep them. Safe to repeat.
   */
  dispose(): void {
    this.free("dispose");
  }

  /** Internal: gives up this tensor's share in its numbers, and says who did. */
  free(by: FreedBy): void {
    if (this.#freedBy) return;
    noteUse(this);
    this.#freedBy = by;
    this.numbers.release();
    if (this.graphInputs.length === 0) disown(this);
  }

  /** Internal: the numbers that go with this tensor: its own, and what its graph saved. */
  get held(): SharedStorage[] {
    const saved = this.node?.saved.map(({ numbers }) => numbers) ?? [];
    return this.#freedBy ? saved : [this.numbers, ...saved];
  }

  /** Internal: what its graph leads to, as long as it is there. */
  get graphInputs(): readonly Tensor[] {
    return this.node?.inputs ?? [];
  }

  /** Internal: gives up its graph, which `backward` has walked or nobody will. */
  endGraph(state: "walked" | "forgotten"): void {
    noteUse(this);
    this.node?.end(state);
    if (this.#freedBy) disown(this);
  }

  /** Class, shape, backend, and the operation that made it: "Tensor([2, 3], wasm(threads: 2), by relu)". */
  get title(): string {
    const made = this.node ? `, by ${this.node.name}` : this.requiresGrad ? ", requiresGrad" : "";
    return `${this.constructor.name}(${formatShape(this.shape)}, ${describeBackend(this.backend)}${made})`;
  }
}

/** A tensor that a module learns: it requires a gradient and no scope ever frees it. */
export class Parameter extends Tensor {
  /** Internal: whether a module has listed it among its parameters. */
  listed = false;
  /** Internal: whether that was a layer of this library's, which has no parameters but those it lists. */
  fromPlainModule = false;

  /**
   * Shares the numbers of `tensor`.
   * @throws ArgumentError when there is more than that, as PyTorch's `requires_grad`
   */
  constructor(tensor: Tensor, ...more: never[]) {
    checkTensor("Parameter", "tensor", tensor);
    if (more.length > 0) {
      throw new ArgumentError("Parameter: it takes a tensor and no more; to freeze it, set its requiresGrad to false");
    }
    super(tensor.shape, tensor.retainNumbers(), "Parameter", true);
    this.keep();
  }
}

/** Internal: where a module holds a tensor that requires a gradient and is no parameter: "Net.scale". */
export const strayIn = new WeakMap<Tensor, string>();

function adviceFor(value: unknown): string | undefined {
  if (Array.isArray(value) && value.some((item) => item instanceof Tensor))
    return "take one of them, as [0], or leave the brackets out";
  return typeof value === "number" || Array.isArray(value) || ArrayBuffer.isView(value)
    ? "tensor(…) makes one of it"
    : undefined;
}

export const aTensor: Kind<Tensor> = instanceOf("a tensor", Tensor, adviceFor);

/** @throws ArgumentError unless `value`, which the function `who` calls `what`, is a tensor */
export function checkTensor(who: string, what: string, value: unknown): void {
  if (!(value instanceof Tensor)) checkArgument(who, what, value, aTensor);
}

/** A tensor of a fresh storage of `backend`. */
export function wrap(
  shape: Shape,
  storage: Storage,
  backend: Backend,
  { origin = "constant", requiresGrad = false }: { origin?: string; requiresGrad?: boolean } = {},
): Tensor {
  return new Tensor(shape, new SharedStorage(backend, storage), origin, requiresGrad);
}

/** A tensor of one number on `backend`. */
export function filled(shape: Shape, value: number, backend: Backend): Tensor {
  return wrap(shape, backend.fill(sizeOf(shape), value), backend);
}
