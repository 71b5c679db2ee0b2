/** Autograd: `record` notes how a tensor was made, `backward` walks the notes from the last to the first. */

import { aBoolean, checkOptions, type OptionKinds } from "./arguments.js";
import type { Storage } from "./backend/backend.js";
import { isKept, noteUse, owning, SMALL, sweeper } from "./lifetime.js";
import { formatShape, type Shape, ShapeError, sameShape } from "./shape.js";
import { SharedStorage } from "./shared-storage.js";
import { checkTensor, type Gradients, GraphNode, Tensor, wrap } from "./tensor.js";
import { report, unobserved, type WayBack } from "./trace.js";

let recording = true;
let nextId = 0;

/** Values of the graphs that were walked last. The large ones stay readable until the next step begins. */
let walkedValues: Tensor[] = [];

/** The leaves that the last `backward` has led to, until the next step begins. */
let reached: readonly Tensor[] = [];

/** Internal: the tensors that the last `backward` has sent gradients to; none once a new step has begun. */
export function reachedLeaves(): readonly Tensor[] {
  return reached;
}

/** True unless inside `noGrad`. */
export function isGradEnabled(): boolean {
  return recording;
}

/**
 * Wraps the result of an operation, reports it and, where a gradient will be wanted, notes how to send one back.
 *
 * @param name of the operation, for messages and `observe`
 * @param inputs all that the operation read; those that never require a gradient come last
 * @param storage what a kernel of the inputs' backend made; the result takes it over
 * @param gradients from g = ∂L/∂result to one thunk per input, each giving ∂L/∂input in the input's shape (or g
 *   itself); `null` where no gradient passes
 * @param saves whose numbers the thunks read: inputs, or "result". What nobody saves is free to go early.
 * @param attributes what the operation was asked for besides its inputs, for `observe`
 */
export function record(
  name: string,
  inputs: readonly Tensor[],
  shape: Shape,
  storage: Storage,
  gradients: Gradients | null,
  saves: readonly (Tensor | "result")[] = inputs,
  attributes: object = {},
): Tensor {
  const result = wrap(shape, storage, inputs[0].backend, { origin: name });
  if (gradients) attach(name, inputs, result, gradients, saves);
  report({ name, inputs, output: result, attributes });
  return result;
}

/** `record` for a result of another `shape` that shares the numbers of its only input: `name`, `gradients` as there. */
export function recordShared(name: string, input: Tensor, shape: Shape, gradients: Gradients): Tensor {
  const result = new Tensor(shape, input.retainNumbers(), name);
  attach(name, [input], result, gradients, []);
  report({ name, inputs: [input], output: result, attributes: {} });
  return result;
}

function attach(
  name: string,
  inputs: readonly Tensor[],
  result: Tensor,
  gradients: Gradients,
  saves: readonly (Tensor | "result")[],
): void {
  if (!recording || !inputs.some((input) => input.requiresGrad)) return;
  const saved = saves.map((save) => {
    const numbers = (save === "result" ? result : save).numbers.retain();
    return { numbers, version: numbers.version };
  });
  result.requiresGrad = true;
  result.node = new GraphNode(name, nextId++, inputs, saved, gradients);
}

/** @throws Error naming both backends when the inputs of `name` live on different ones. */
export function checkSameBackend(name: string, inputs: readonly Tensor[]): void {
  const other = inputs.find((input) => input.backend !== inputs[0].backend);
  if (other) {
    throw new Error(
      `${name}: the operands live on different backends: ${inputs[0].title} and ${other.title}. ` +
        "A tensor stays where it was made; make both after the same useBackend().",
    );
  }
}

/** Everything that `root` was computed from and that wants a gradient, from the last made to the first. */
function walkOrder(root: Tensor): Tensor[] {
  const seen = new Set([root]);
  const pending = [root];
  for (let tensor = pending.pop(); tensor; tensor = pending.pop()) {
    for (const input of tensor.node?.inputs ?? []) {
      if (!input.requiresGrad || seen.has(input)) continue;
      seen.add(input);
      pending.push(input);
    }
  }
  const inner = [...seen].filter((tensor) => tensor.node);
  const leaves = [...seen].filter((tensor) => !tensor.node);
  return [...inner.sort((a, b) => b.node!.id - a.node!.id), ...leaves];
}

/** y + x, into whichever of the two nobody else sees. Takes over both. */
function addGradients(y: SharedStorage, x: SharedStorage): SharedStorage {
  const [target, other] = y.hasSeveralOwners ? [x, y] : [y, x];
  const sum = exclusive(target);
  sum.backend.accumulate(sum.storage, other.storage, 1, 1);
  other.release();
  return sum;
}

/** The numbers themselves when they have one owner, otherwise a copy. Takes them over. */
function exclusive(numbers: SharedStorage): SharedStorage {
  if (!numbers.hasSeveralOwners) return numbers;
  const { backend, storage } = numbers;
  const copy = backend.view(storage, { shape: [storage.size], strides: [1], offset: 0 });
  numbers.release();
  return new SharedStorage(backend, copy);
}

/** Runs one thunk and returns its result as numbers of their own, freeing whatever else it made. */
function runThunk(node: GraphNode, thunk: () => Tensor | Storage, back: WayBack): SharedStorage {
  const input = back.to;
  const { result, owner } = owning(() => {
    // A rule is one operation to whoever observes, whatever it is made of.
    const gradient = unobserved(thunk);
    return gradient instanceof Tensor ? gradient : wrap(input.shape, gradient, input.backend);
  });
  try {
    if (!sameShape(result.shape, input.shape)) {
      throw new ShapeError(
        `${node.name}: its gradient has shape ${formatShape(result.shape)}, the input ${formatShape(input.shape)}`,
      );
    }
    report({ name: `backward of ${node.name}`, inputs: node.inputs, output: result, attributes: {}, back });
    return result.retainNumbers();
  } finally {
    owner.freeAll();
  }
}

/** @throws Error where the graph is gone, or a value in it has changed */
function checkGraph({ name, state, inputs, saved }: GraphNode): void {
  if (state === "walked") {
    throw new Error(
      `backward: this graph has already been walked (at ${name}) and let go. ` +
        "Run the forward pass again, detach() what is of an earlier step, or keep the graph with backward(undefined, { retainGraph: true }).",
    );
  }
  if (state === "forgotten") {
    throw new Error(
      `backward: this graph has been let go (at ${name}): the scope that it was made in is over. ` +
        "Call backward() inside, or return the loss from there.",
    );
  }
  if (saved.some(({ numbers, version }) => numbers.version !== version)) {
    throw new Error(
      `backward: a value that ${name} saved (inputs ${inputs.map((x) => formatShape(x.shape)).join(", ")}) ` +
        "was changed in place after the forward pass. Call backward() before optimizer.step().",
    );
  }
}

function addToLeaf(leaf: Tensor, gradient: SharedStorage): void {
  if (leaf.grad) {
    leaf.grad.use();
    leaf.grad.numbers.update((sum) => gradient.backend.accumulate(sum, gradient.storage, 1, 1));
    gradient.release();
  } else {
    leaf.grad = new Tensor(leaf.shape, exclusive(gradient), "backward").keep();
  }
}

export interface BackwardOptions {
  /** Keeps the graph, so that `backward` can run through it again. Default false. */
  retainGraph?: boolean;
}

const backwardKinds: OptionKinds<BackwardOptions> = { retainGraph: aBoolean };

/**
 * Adds ∂root/∂leaf to the `grad` of every leaf that requires one. The graph is let go on the way; the values in it
 * stay readable until the next `backward()` or `zeroGrad()`.
 *
 * @param gradient ∂L/∂root, of root's shape. May be left out when root has one element: it is 1 then.
 * @throws Error when root needs no gradient, is no scalar, or its graph has already been walked.
 */
export function backward(root: Tensor, gradient?: Tensor, options: BackwardOptions = {}): void {
  checkTensor("backward", "root", root);
  if (gradient !== undefined) checkTensor("backward", "gradient", gradient);
  checkOptions("backward", options, backwardKinds);
  const { retainGraph = false } = options;
  if (!root.requiresGrad) {
    throw new Error("backward: this tensor does not depend on any tensor that requires a gradient");
  }
  if (!gradient && root.size !== 1) {
    throw new ShapeError(`backward: a gradient is needed for a root of shape ${formatShape(root.shape)}, no scalar`);
  }
  if (gradient && !sameShape(gradient.shape, root.shape)) {
    throw new ShapeError(
      `backward: the gradient has shape ${formatShape(gradient.shape)}, the root ${formatShape(root.shape)}`,
    );
  }
  if (gradient) checkSameBackend("backward", [root, gradient]);
  const order = walkOrder(root);
  for (const { node } of order) if (node) checkGraph(node);
  freeWalked();
  for (const tensor of order) noteUse(tensor);
  reached = order.filter(({ node }) => !node);
  const seed = gradient ? gradient.retainNumbers() : new SharedStorage(root.backend, root.backend.fill(1, 1));
  const gradients = new Map<Tensor, SharedStorage>([[root, seed]]);
  try {
    unrecorded(() => {
      for (const tensor of order) {
        const sum = gradients.get(tensor);
        gradients.delete(tensor);
        if (sum) send(tensor, sum, gradients);
        if (!tensor.node || retainGraph) continue;
        tensor.endGraph("walked");
        // A loss on a device stays: it may be one of a list that is read when the epoch is over.
        if (tensor !== root || (tensor.size <= SMALL && tensor.backend.readSync)) walkedValues.push(tensor);
      }
    });
  } finally {
    for (const numbers of gradients.values()) numbers.release();
    sweeper?.noteBackward();
  }
}

/** Sends the gradient of `tensor` to its inputs, or keeps it at a leaf. */
function send(tensor: Tensor, gradient: SharedStorage, gradients: Map<Tensor, SharedStorage>): void {
  const { node } = tensor;
  if (!node) {
    addToLeaf(tensor, gradient);
    return;
  }
  // What a rule reads may be a storage whose tensor it does not ask.
  for (const read of [tensor, ...node.inputs]) noteUse(read);
  const { result, owner } = owning(() => {
    const g = new Tensor(tensor.shape, gradient, "backward");
    return { g, thunks: node.gradients(g) };
  });
  const { g, thunks } = result;
  try {
    node.inputs.forEach((input, i) => {
      if (!input.requiresGrad) return;
      const contribution = runThunk(node, thunks[i], { from: tensor, gradient: g, to: input });
      const sum = gradients.get(input);
      gradients.set(input, sum ? addGradients(sum, contribution) : contribution);
    });
  } finally {
    owner.freeAll();
  }
}

/** Internal: frees the values of the graphs that were walked last. A new step begins here. */
export function freeWalked(): void {
  const values = walkedValues.filter((tensor) => !isKept(tensor));
  for (const value of values) if (value.size > SMALL || !sweeper) value.free("step");
  sweeper?.letGo(values.filter(({ size }) => size <= SMALL));
  walkedValues = [];
  reached = [];
}

/** Internal: runs `fn` without noting how results were made. */
export function unrecorded<T>(fn: () => T): T {
  const outer = recording;
  recording = false;
  try {
    return fn();
  } finally {
    recording = outer;
  }
}
