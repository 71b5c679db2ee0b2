/** Copying many tensors, all of them or none. */

import type { Backend } from "./backend/backend.js";
import { type Tensor, wrap } from "./tensor.js";

/** Whose numbers are to become whose. */
export interface Copy {
  /** For messages: what the source is called. */
  name: string;
  source: Tensor;
  /** Where the target is. */
  backend: Backend;
  /** Of the source's size; asked for when nothing can fail any more. */
  target: () => Tensor;
}

/** A tensor of the same numbers on `backend`: the source itself where it is there already. */
function fetched({ name, source, backend }: Copy): Tensor {
  source.use();
  if (source.backend === backend) return source;
  if (!source.backend.readSync) {
    throw new Error(
      `"${name}" is on ${source.backend.name}, which cannot be read at once; bring it to ${backend.name} first: ` +
        `await tensor.to("${backend.name}")`,
    );
  }
  return wrap(source.shape, backend.upload(source.dataSync()), backend);
}

/**
 * Fetches what is on other backends, and finds out what cannot be read; nothing has been copied yet.
 * @returns what copies all of it
 * @throws Error when a source has been freed, or its backend cannot be read at once
 */
export function prepareCopies(copies: readonly Copy[]): () => void {
  const sources = copies.map(fetched);
  return () => {
    for (const [i, { source, target }] of copies.entries()) {
      target().copyFrom(sources[i]);
      if (sources[i] !== source) sources[i].dispose();
    }
  };
}
