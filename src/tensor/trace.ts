/** What ran: every operation reports itself here, for whoever wants to follow a computation. */

import type { Tensor } from "./tensor.js";

/** An operation that has run, with all that it takes to do the same elsewhere. */
export interface Operation {
  /** "conv2d"; or "backward of conv2d", which sends a gradient to one of conv2d's inputs. */
  readonly name: string;
  /** Everything that it read, constants included. */
  readonly inputs: readonly Tensor[];
  /** What it came to. */
  readonly output: Tensor;
  /** What it was asked for besides: conv2d's geometry, softmax's `dim`. Its call of `record` in ops/ says what. */
  readonly attributes: object;
  /** Of a "backward of …" alone. */
  readonly back?: WayBack;
}

/** Where a "backward of …" comes from, and where it leads. */
export interface WayBack {
  /** The result of the operation that it goes back through. */
  readonly from: Tensor;
  /** ∂L/∂from. */
  readonly gradient: Tensor;
  /** The input of the operation that the output is a gradient of; where it has several uses, a part of it. */
  readonly to: Tensor;
}

let observer: ((operation: Operation) => void) | undefined;

/** Whether somebody wants to hear of every operation. */
export function isObserved(): boolean {
  return observer !== undefined;
}

/** Tells whoever observes that an operation has run. Only `record` and `backward` call this. */
export function report(operation: Operation): void {
  observer?.(operation);
}

/**
 * Runs `fn` and calls `onOperation` right after each operation in it, while inputs and output can still be read. What
 * is composed of operations (a layer, a loss, `mean`) appears as those; what passes its input unchanged (dropout in
 * evaluation) does not appear. The ONNX export is made from this, and so can be whatever counts or checks operations.
 */
export function observe<T>(onOperation: (operation: Operation) => void, fn: () => T): T {
  const outer = observer;
  observer = (operation) => {
    outer?.(operation);
    onOperation(operation);
  };
  try {
    return fn();
  } finally {
    observer = outer;
  }
}

/** Runs `fn` without telling anybody: for what is part of an operation, or is computed by an observer itself. */
export function unobserved<T>(fn: () => T): T {
  const outer = observer;
  observer = undefined;
  try {
    return fn();
  } finally {
    observer = outer;
  }
}
