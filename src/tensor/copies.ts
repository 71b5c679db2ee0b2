/** Copying many tensors, all of them or none. */

import { withBackend } from "./backend/registry.js";
import { type Tensor, tensor } from "./tensor.js";

/** Whose numbers are to become whose. */
export interface Copy {
  /** For messages: what the source is called. */
  name: string;
  target: Tensor;
  /** Of the target's size. */
  source: Tensor;
}

/** A tensor of the same numbers on the target's backend: the source itself where it is there already. */
function fetched({ name, target, source }: Copy): Tensor {
  const { backend } = target;
  if (source.backend === backend) return source;
  if (!source.backend.readSync) {
    throw new Error(
      `"${name}" is on ${source.backend.name}, which cannot be read at once; bring it to ${backend.name} first: ` +
        `await tensor.to("${backend.name}")`,
    );
  }
  return withBackend(backend, () => tensor(source.dataSync(), source.shape));
}

/**
 * Fetches what is on other backends, and finds out what cannot be read; nothing has been copied yet.
 * @returns what copies all of it
 * @throws Error when a source has been released, or its backend cannot be read at once
 */
export function prepareCopies(copies: readonly Copy[]): () => void {
  const ready = copies.map((copy) => {
    const source = fetched(copy);
    source.storage;
    return { target: copy.target, source, own: source === copy.source };
  });
  return () => {
    for (const { target, source, own } of ready) {
      target.copyFrom(source);
      if (!own) source.release();
    }
  };
}
