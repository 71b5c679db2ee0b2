/** What an optimizer remembers of its parameters. */

import { filled, type Parameter, type Tensor } from "../tensor/tensor.js";

/** What is remembered of one parameter. */
export interface Memory {
  readonly parameter: Parameter;
  /** Steps that it has taken. */
  steps: number;
  /** By name; null as long as it has not been needed. */
  readonly tensors: Record<string, Tensor | null>;
}

/** What is remembered by this name: zeros at first. */
export function recall({ parameter, tensors }: Memory, name: string): Tensor {
  const { shape, backend } = parameter;
  tensors[name] ??= filled(shape, 0, backend).keep();
  return tensors[name];
}

/** The names of what is remembered of any of them. */
export function namesIn(memories: readonly Memory[]): string[] {
  return [...new Set(memories.flatMap(({ tensors }) => Object.keys(tensors)))];
}
