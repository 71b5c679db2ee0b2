/** Batch: some examples, for one step. */

import type { Tensor } from "../tensor/tensor.js";

/**
 * What a model's outputs are compared with: the class of each example, as integers; or a tensor [N, …], where they are
 * probabilities of the classes, several labels an example, or any other numbers.
 */
export type Targets = Int32Array | readonly number[] | Tensor;

/** Some examples, for one step. */
export interface Batch {
  /** [N, …] */
  inputs: Tensor;
  /** N classes (or N · k, where each example has k), or a tensor [N, …]. */
  targets: Targets;
  /** Where each example stands in its dataset, where there is one that says so. */
  indices?: Int32Array;
}
